import Cryptography
import Surroundings
import Testing

/// A root, an authority below it and a signer, made once: each RSA key takes a tenth of a second.
let signingWorld = Result { try SigningWorld() }

struct SigningWorld {
    let root: CertificateAuthority
    let issuing: IssuingAuthority
    let signer: DocumentSigner

    init() throws {
        root = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: .live)
        issuing = try IssuingAuthority(
            certifying: .generate(), under: root, commonName: "Understudy Issuing CA", now: testInstant, entropy: .live)
        signer = try Self.signer(under: issuing, key: .generate())
    }

    static func signer(
        under issuing: IssuingAuthority, key: RSAPrivateKey, names: [String] = ["metadata.azure.com", "westeurope.metadata.azure.com"],
        issuerURL: String = "http://www.microsoft.com/pkiops/certs/ca.crt"
    ) throws -> DocumentSigner {
        try issuing.documentSigner(
            certifying: key, subject: DistinguishedName([(.country, "US"), (.state, "WA"), (.commonName, "metadata.azure.com")]),
            names: names, issuerURL: issuerURL, now: testInstant, lifetimeSeconds: 180 * 86_400, entropy: .live)
    }
}

@Suite struct DocumentSignerTests {
    let world: SigningWorld

    init() throws { world = try signingWorld.get() }

    @Test func `a signed document has the metadata service's own structure, field by field`() throws {
        let content = Array(#"{"nonce":"1"}"#.utf8)
        let contentInfo = try DERValue.single(try world.signer.sign(content)).children
        #expect(contentInfo.map(\.tag) == [0x06, 0xA0])
        #expect(contentInfo[0].number == "1.2.840.113549.1.7.2")

        let signedData = try DERValue.single(contentInfo[1].content).children
        // version, digestAlgorithms, contentInfo, certificates, signerInfos: neither lists of revocations nor anything else.
        #expect(signedData.map(\.tag) == [0x02, 0x31, 0x30, 0xA0, 0x31])
        #expect(signedData[0].content == [1])
        let signatureOID = "1.2.840.113549.1.1.11"
        let digests = try signedData[1].children
        #expect(digests.count == 1)
        #expect(try digests[0].children.map(\.tag) == [0x06, 0x05])
        #expect(try digests[0].children[0].number == signatureOID)

        let embedded = try signedData[2].children
        #expect(embedded[0].number == "1.2.840.113549.1.7.1")
        let octets = try DERValue.single(embedded[1].content)
        #expect(octets.tag == 0x04)
        #expect(octets.content == content)

        let certificates = try signedData[3].children
        #expect(certificates.count == 1)
        let leaf = try DERValue.single(world.signer.certificate.der)
        #expect(certificates[0].content == leaf.content)

        let signers = try signedData[4].children
        #expect(signers.count == 1)
        // version, issuerAndSerialNumber, digestAlgorithm, signatureAlgorithm, signature: no [0], which would be signed attributes.
        let signer = try signers[0].children
        #expect(signer.map(\.tag) == [0x02, 0x30, 0x30, 0x30, 0x04])
        #expect(signer[0].content == [1])
        let certificateFields = try DERValue.single(leaf.content.isEmpty ? [] : world.signer.certificate.der).children[0].children
        #expect(try signer[1].children.map(\.content) == [certificateFields[3].content, certificateFields[1].content])
        #expect(try signer[2].children[0].number == signatureOID)
        #expect(try signer[3].children[0].number == "1.2.840.113549.1.1.1")
        #expect(signer[4].content.count == 256)
        #expect(world.signer.key.publicKey.verifyRS256(signer[4].content, over: content))
    }

    @Test(arguments: ["cms -verify -purpose any", "smime -verify -purpose any"])
    func `openssl verifies a signed document with our root and its authority, and gives the content back`(command: String) throws {
        try withTemporaryDirectory { directory in
            let content = "{\"nonce\":\"ü\\r\\n\"}\r\nand a line end that must survive\n"
            try save(try world.signer.sign(Array(content.utf8)), to: directory + "/document.der")
            try save(Array((world.root.certificate.pem + world.issuing.certificate.pem).utf8), to: directory + "/bundle.pem")
            try run(
                "openssl \(command) -attime \(testInstant.rawValue) -CAfile \(directory)/bundle.pem -inform DER "
                    + "-in \(directory)/document.der -out \(directory)/content")
            try save(Array(content.utf8), to: directory + "/expected")
            try run("cmp \(directory)/content \(directory)/expected")
        }
    }

    @Test func `openssl refuses a signed document without our root, and one whose content was changed`() throws {
        try withTemporaryDirectory { directory in
            let other = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: .live)
            var document = try world.signer.sign(Array("the content".utf8))
            try save(document, to: directory + "/document.der")
            let verify = "openssl cms -verify -purpose any -attime \(testInstant.rawValue) -inform DER"
            try save(Array((other.certificate.pem + world.issuing.certificate.pem).utf8), to: directory + "/other.pem")
            #expect(throws: CommandFailure.self) {
                try run("\(verify) -CAfile \(directory)/other.pem -in \(directory)/document.der")
            }
            let place = try #require(document.indices.first { document[$0...].starts(with: Array("the content".utf8)) })
            document[place] = UInt8(ascii: "T")
            try save(document, to: directory + "/changed.der")
            try save(Array((world.root.certificate.pem + world.issuing.certificate.pem).utf8), to: directory + "/bundle.pem")
            #expect(throws: CommandFailure.self) {
                try run("\(verify) -CAfile \(directory)/bundle.pem -in \(directory)/changed.der")
            }
        }
    }

    @Test func `rejects an empty document`() { #expect(throws: CryptographyError.self) { try world.signer.sign([]) } }

    @Test func `the signer's certificate carries the names, the purposes and where its issuer is`() throws {
        let certificate = world.signer.certificate
        #expect(certificate.dnsNames == ["metadata.azure.com", "westeurope.metadata.azure.com"])
        #expect(certificate.notAfter == testInstant + 180 * 86_400)
        #expect(certificate.isIssued(by: world.issuing.certificate))
        try withTemporaryDirectory { directory in
            try save(Array(certificate.pem.utf8), to: directory + "/leaf.pem")
            let text = try run("openssl x509 -in \(directory)/leaf.pem -noout -text")
            for part in [
                "Subject: C = US, ST = WA, CN = metadata.azure.com", "Issuer: CN = Understudy Issuing CA", "sha256WithRSAEncryption",
                "Public-Key: (2048 bit)", "CA Issuers - URI:http://www.microsoft.com/pkiops/certs/ca.crt",
                "TLS Web Server Authentication, TLS Web Client Authentication", "Digital Signature, Key Encipherment", "CA:FALSE",
            ] { #expect(text.contains(part), "\(part)") }
        }
    }

    @Test(arguments: ["http://www.microsoft.com/a,DNS:evil.test", "http://www.microsoft.com/a b", "http://www.microsoft.com/a\n"])
    func `rejects an issuer's place that could be read as more than one`(url: String) {
        #expect(throws: CryptographyError.self) {
            try SigningWorld.signer(under: world.issuing, key: world.signer.key, issuerURL: url)
        }
    }

    @Test func `a signer outlives its process in a directory, with the same key and certificate`() throws {
        try withTemporaryDirectory { path in
            let directory = try KeyDirectory(path: path)
            #expect(try DocumentSigner.load("signer.pem", from: directory) == nil)
            try world.signer.store("signer.pem", in: directory)
            #expect(try DocumentSigner.load("signer.pem", from: directory)?.certificate.der == world.signer.certificate.der)
        }
    }
}

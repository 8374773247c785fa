import Cryptography
import Surroundings
import Testing
import WireFormats

@Suite struct CertificateTests {
    let authority: CertificateAuthority

    init() throws { authority = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: countingEntropy) }

    private func leaf(_ names: [String], lifetime: Int64 = 86400) throws -> ServerIdentity {
        try authority.issueServerLeaf(names: names, now: testInstant, lifetimeSeconds: lifetime, entropy: .live)
    }

    @Test func `a leaf names what was asked for, once, and its validity`() throws {
        let identity = try leaf(["Login.Example.test", "login.example.test", "*.vault.test", "127.0.0.1", "0:0::1", "under_score"])
        #expect(identity.leaf.subjectCommonName == "login.example.test")
        #expect(identity.leaf.dnsNames == ["login.example.test", "*.vault.test", "under_score"])
        #expect(identity.leaf.ipAddresses == ["127.0.0.1", "::1"])
        #expect(identity.leaf.notBefore == testInstant - 300)
        #expect(identity.leaf.notAfter == testInstant + 86400)
        #expect(identity.leaf.rsaPublicKey == nil)
        #expect(identity.leaf.isIssued(by: authority.certificate))
        #expect(authority.certificate.isIssued(by: authority.certificate))
        #expect(identity.certificateChainPEM == identity.leaf.pem + authority.certificate.pem)
    }

    @Test func `a leaf never outlives its authority`() throws {
        #expect(try leaf(["a.test"], lifetime: 1_000_000_000).leaf.notAfter == authority.certificate.notAfter)
    }

    @Test(arguments: [
        (["10.0.0.1"], "10.0.0.1"), (["10.0.0.1", "b.test"], "b.test"),
        ([String(repeating: "a", count: 60) + ".test"], "understudy"), ([String(repeating: "a", count: 60) + ".test", "c.test"], "c.test"),
    ])
    func `the common name is a DNS name that fits, else an address`(names: [String], expected: String) throws {
        #expect(try leaf(names).leaf.subjectCommonName == expected)
    }

    @Test(arguments: [
        "", " ", "a b", "a,DNS:evil.test", "a.test\nDNS:b", "a\0b", "127.0.0.1\0", "[::1]", "fe80::1%eth0", "1.2.3.999", "a..b", ".a", "a.",
        "*", "*.*.a", "a.*", "a*.b", "-a.test", "a-.test", "täst", "@section", String(repeating: "a", count: 64) + ".test",
        String(repeating: "a.", count: 127) + "test",
    ])
    func `rejects a name that is neither a DNS name nor an address`(name: String) {
        #expect(throws: CryptographyError.self) { try leaf(["good.test", name]) }
    }

    @Test func `rejects a leaf without names`() { #expect(throws: CryptographyError.self) { try leaf([]) } }

    @Test func `a leaf of another authority of the same name is not ours`() throws {
        let other = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: countingEntropy)
        #expect(!(try leaf(["a.test"])).leaf.isIssued(by: other.certificate))
        #expect(!authority.certificate.isIssued(by: try leaf(["a.test"]).leaf))
    }

    @Test func `openssl accepts the chain under its strict rules`() throws {
        try withTemporaryDirectory { directory in
            let identity = try leaf(["login.test", "127.0.0.1", "::1"])
            try save(Array(authority.certificate.pem.utf8), to: directory + "/ca.pem")
            try save(Array(identity.certificateChainPEM.utf8), to: directory + "/leaf.pem")
            let verify = "openssl verify -attime \(testInstant.rawValue) -x509_strict -purpose sslserver -CAfile \(directory)/ca.pem"
            #expect(try run("\(verify) -verify_hostname login.test \(directory)/leaf.pem").contains("OK"))
            #expect(try run("\(verify) -verify_ip ::1 \(directory)/leaf.pem").contains("OK"))
            #expect(throws: CommandFailure.self) { try run("\(verify) -verify_hostname other.test \(directory)/leaf.pem") }

            let leafText = try run("openssl x509 -in \(directory)/leaf.pem -noout -text")
            for part in [
                "CA:FALSE", "X509v3 Basic Constraints: critical", "X509v3 Key Usage: critical", "Digital Signature",
                "TLS Web Server Authentication", "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier", "prime256v1",
                "DNS:login.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", "Version: 3", "ecdsa-with-SHA256",
                "Not Before: Feb 10 09:16:33 2026 GMT",
            ] { #expect(leafText.contains(part), "\(part)") }
            let rootText = try run("openssl x509 -in \(directory)/ca.pem -noout -text")
            for part in [
                "CA:TRUE, pathlen:1", "Certificate Sign, CRL Sign", "X509v3 Basic Constraints: critical", "X509v3 Key Usage: critical",
                "Subject: CN = Understudy CA", "48:07:06:05:04:03:02:01:08:07:06:05:04:03:02:01",
            ] { #expect(rootText.contains(part), "\(part)") }
        }
    }

    @Test func `the leaf's key is the one its certificate names`() throws {
        try withTemporaryDirectory { directory in
            let identity = try leaf(["a.test"])
            try save(identity.privateKeyPEM.reveal { $0 }, to: directory + "/key.pem")
            try save(Array(identity.leaf.pem.utf8), to: directory + "/leaf.pem")
            #expect(
                try run("openssl pkey -in \(directory)/key.pem -pubout") == run("openssl x509 -in \(directory)/leaf.pem -noout -pubkey"))
        }
    }

    @Test func `serial numbers are positive, of sixteen bytes, whatever the entropy`() throws {
        for word: UInt64 in [0, .max] {
            let root = try CertificateAuthority.create(commonName: "x", now: testInstant, entropy: Entropy { word })
            try withTemporaryDirectory { directory in
                try save(Array(root.certificate.pem.utf8), to: directory + "/ca.pem")
                let said = try run("openssl x509 -in \(directory)/ca.pem -noout -serial")
                #expect(said == (word == 0 ? "serial=40000000000000000000000000000000\n" : "serial=7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\n"))
            }
        }
    }

    @Test(arguments: ["", String(repeating: "x", count: 65)])
    func `rejects a common name of no length or too much`(name: String) {
        #expect(throws: CryptographyError.self) { try CertificateAuthority.create(commonName: name, now: testInstant, entropy: .live) }
    }

    @Test func `thumbprints are openssl's fingerprints`() throws {
        try withTemporaryDirectory { directory in
            try save(authority.certificate.der, to: directory + "/ca.der")
            for (name, bytes) in [("sha1", authority.certificate.sha1Thumbprint), ("sha256", authority.certificate.sha256Thumbprint)] {
                let said = try run("openssl x509 -inform DER -in \(directory)/ca.der -noout -fingerprint -\(name)")
                let expected = Hexadecimal.encode(bytes, uppercase: true)
                #expect(said.split(separator: "=").last?.filter { $0.isHexDigit } == expected)
            }
        }
    }

    @Test func `a certificate survives both encodings`() throws {
        let original = try leaf(["a.test", "10.1.2.3"]).leaf
        for copy in [
            try Certificate(der: original.der), try Certificate(pem: original.pem), try Certificate(pem: "noise\n" + original.pem),
        ] {
            #expect(copy.der == original.der)
            #expect(copy.pem == original.pem)
            #expect(copy.dnsNames == ["a.test"])
            #expect(copy.ipAddresses == ["10.1.2.3"])
            #expect(copy.isIssued(by: authority.certificate))
        }
    }

    @Test func `damaged DER is refused or parsed, never trapped on`() throws {
        let der = try leaf(["a.test", "::1"]).leaf.der
        for length in stride(from: 0, to: der.count, by: 7) {
            #expect(throws: CryptographyError.self) { try Certificate(der: Array(der.prefix(length))) }
        }
        #expect(throws: CryptographyError.self) { try Certificate(der: der + [0]) }
        for index in der.indices {
            var damaged = der
            damaged[index] ^= 0x55
            guard let read = try? Certificate(der: damaged) else { continue }
            #expect(!read.isIssued(by: authority.certificate), "byte \(index)")
        }
    }

    @Test(arguments: ["", "x", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `malformed PEM is refused`(text: String) {
        #expect(throws: CryptographyError.self) { try Certificate(pem: text) }
    }

    @Test func `a failure tells the operation and libcrypto's reason`() {
        let error = #expect(throws: CryptographyError.self) { try Certificate(pem: "x") }
        #expect(error?.description.contains("reading a certificate in PEM failed: error:") == true)
        #expect(error?.description.contains("no start line") == true)
    }
}

@Suite struct TokenSigningKeyTests {
    @Test func `the key id is base64url of the certificate's SHA-1`() throws {
        let signing = try TokenSigningKey.generate(commonName: "sts.understudy.internal", now: testInstant, entropy: .live)
        #expect(signing.keyID == Base64.encodeURL(try Digest.sha1(signing.certificate.der)))
        #expect(signing.keyID.utf8.count == 27)
        #expect(signing.thumbprintSHA256 == Base64.encodeURL(try Digest.sha256(signing.certificate.der)))
        #expect(signing.certificate.subjectCommonName == "sts.understudy.internal")
        #expect(signing.certificate.notAfter == testInstant + 157_788_000)
        #expect(signing.certificate.isIssued(by: signing.certificate))
        #expect(signing.certificate.rsaPublicKey?.modulus == signing.key.publicKey.modulus)

        let copy = try TokenSigningKey(pem: try signing.pem())
        #expect(copy.keyID == signing.keyID)
        #expect(copy.key.publicKey.modulus == signing.key.publicKey.modulus)
        var dumped = ""
        dump(signing, to: &dumped)
        #expect(!dumped.contains("PRIVATE"))
    }

    @Test func `a key beside another's certificate is refused`() throws {
        let one = try TokenSigningKey.generate(commonName: "one", now: testInstant, entropy: .live)
        let two = try TokenSigningKey.generate(commonName: "two", now: testInstant, entropy: .live)
        let mixed = SecretBytes(try one.key.pem().reveal { $0 } + Array(two.certificate.pem.utf8))
        #expect(throws: CryptographyError.self) { try TokenSigningKey(pem: mixed) }
    }
}

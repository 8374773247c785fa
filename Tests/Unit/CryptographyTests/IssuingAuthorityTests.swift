import Cryptography
import Surroundings
import Testing

@Suite struct IssuingAuthorityTests {
    let world: SigningWorld

    init() throws { world = try signingWorld.get() }

    @Test func `openssl accepts the chain under its strict rules, but no authority below it`() throws {
        try withTemporaryDirectory { directory in
            try save(Array(world.root.certificate.pem.utf8), to: directory + "/root.pem")
            try save(Array(world.issuing.certificate.pem.utf8), to: directory + "/issuing.pem")
            try save(Array(world.signer.certificate.pem.utf8), to: directory + "/leaf.pem")
            let verify = "openssl verify -attime \(testInstant.rawValue) -x509_strict -CAfile \(directory)/root.pem"
            try run("\(verify) -purpose sslserver -untrusted \(directory)/issuing.pem \(directory)/leaf.pem")
            #expect(throws: CommandFailure.self) { try run("\(verify) \(directory)/leaf.pem") }
            #expect(try run("openssl x509 -in \(directory)/issuing.pem -noout -text").contains("CA:TRUE, pathlen:0"))
        }
    }

    @Test func `certifies another's key for seven days, each time with a number of its own`() throws {
        let key = try RSAPrivateKey.generate().publicKey
        let subject = DistinguishedName([(.commonName, "client"), (.domainComponent, "tenant")])
        func issue() throws -> Certificate {
            try world.issuing.clientCertificate(
                certifying: key, subject: subject, now: testInstant, lifetimeSeconds: 7 * 86_400, entropy: .live)
        }
        let first = try issue()
        #expect(first.rsaPublicKey?.modulus == key.modulus)
        #expect(first.rsaPublicKey?.exponent == key.exponent)
        #expect(first.notAfter == testInstant + 7 * 86_400)
        #expect(first.isIssued(by: world.issuing.certificate))
        #expect(first.subjectCommonName == "client")
        #expect(try issue().der != first.der)
        try withTemporaryDirectory { directory in
            try save(Array(first.pem.utf8), to: directory + "/client.pem")
            let text = try run("openssl x509 -in \(directory)/client.pem -noout -text")
            for part in ["Subject: CN = client, DC = tenant", "TLS Web Client Authentication", "CA:FALSE"] {
                #expect(text.contains(part), "\(part)")
            }
            #expect(!text.contains("TLS Web Server Authentication"))
        }
    }

    @Test func `nothing outlives the authority that issued it`() throws {
        #expect(world.issuing.certificate.notAfter < world.root.certificate.notAfter)
        let late = world.root.certificate.notAfter - 60
        let issuing = try IssuingAuthority(
            certifying: world.signer.key, under: world.root, commonName: "late", now: late, entropy: .live)
        #expect(issuing.certificate.notAfter == world.root.certificate.notAfter)
        let leaf = try issuing.clientCertificate(
            certifying: world.signer.key.publicKey, subject: .commonName("c"), now: late, lifetimeSeconds: 86_400, entropy: .live)
        #expect(leaf.notAfter == issuing.certificate.notAfter)
    }

    @Test(arguments: [(86_401, false), (86_400, true), (0, true), (-86_400, true)] as [(Int64, Bool)])
    func `a kept authority is certified anew, with its old key, once no more than the margin is left`(left: Int64, renewed: Bool) throws {
        try withTemporaryDirectory { path in
            let directory = try KeyDirectory(path: path)
            let kept = world.issuing.certificate
            try world.issuing.store("issuing.pem", in: directory)
            let loaded = try #require(
                try IssuingAuthority.load(
                    "issuing.pem", from: directory, under: world.root, margin: 86_400, now: kept.notAfter - left, entropy: .live))
            #expect((loaded.certificate.der != kept.der) == renewed)
            #expect(loaded.certificate.rsaPublicKey?.modulus == kept.rsaPublicKey?.modulus)
            #expect(loaded.certificate.subjectCommonName == "Understudy Issuing CA")
            #expect(loaded.certificate.isIssued(by: world.root.certificate))
        }
    }

    @Test func `a kept authority of another root is certified anew under this one`() throws {
        try withTemporaryDirectory { path in
            let directory = try KeyDirectory(path: path)
            try world.issuing.store("issuing.pem", in: directory)
            let other = try CertificateAuthority.create(commonName: "Understudy CA", now: testInstant, entropy: .live)
            func load() throws -> IssuingAuthority? {
                try IssuingAuthority.load("issuing.pem", from: directory, under: other, margin: 0, now: testInstant, entropy: .live)
            }
            let loaded = try #require(try load())
            #expect(loaded.certificate.isIssued(by: other.certificate))
            #expect(try load()?.certificate.der == loaded.certificate.der)
        }
    }
}

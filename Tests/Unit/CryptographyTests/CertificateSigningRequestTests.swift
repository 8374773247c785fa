import Cryptography
import Testing

@Suite struct CertificateSigningRequestTests {
    private static let attribute = "1.3.6.1.4.1.311.90.2.10"

    /// The DER of a request that openssl makes.
    private func request(
        key: String = "rsa:2048", sign: String = "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
        attribute: String? = nil, strings: String = "utf8only"
    ) throws -> [UInt8] {
        try withTemporaryDirectory { directory in
            let configuration = """
                [req]
                distinguished_name = name
                attributes = attributes
                string_mask = \(strings)
                prompt = no
                [name]
                CN = client
                DC = tenant
                [attributes]
                \(attribute.map { "\(Self.attribute) = \($0)" } ?? "")
                """
            try save(Array(configuration.utf8), to: directory + "/req.cnf")
            try run(
                "openssl req -new -newkey \(key) -nodes -keyout \(directory)/key.pem -utf8 -config \(directory)/req.cnf "
                    + "\(sign) -outform DER -out \(directory)/req.der")
            return try bytes(of: directory + "/req.der")
        }
    }

    @Test func `reads key, subject in order, and no attribute where there is none`() throws {
        let request = try CertificateSigningRequest(der: try request())
        #expect(request.publicKey.modulus.count == 256)
        #expect(request.subject.map(\.description) == ["CN=client", "DC=tenant"])
        #expect(request.attribute(Self.attribute) == [])
    }

    @Test(arguments: [
        (#"{\"vmId\":\"ü\"}"#, "utf8only", CertificateSigningRequest.AttributeValue.utf8String(#"{"vmId":"ü"}"#)),
        ("v", "default", .other(tag: 19)),
    ])
    func `tells the values of an attribute that are UTF8Strings from others`(
        value: String, strings: String, expected: CertificateSigningRequest.AttributeValue
    ) throws {
        let request = try CertificateSigningRequest(der: try request(attribute: value, strings: strings))
        #expect(request.attribute(Self.attribute) == [expected])
        #expect(request.attribute("1.2.3") == [])
    }

    @Test(arguments: [
        ("rsa:2048", "-sha256", "RSA-SHA256"),
        ("rsa:2048", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20", "salt of 20"),
        ("rsa:2048", "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32", "SHA384"),
        ("rsa:2048", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha1", "MGF1 with SHA1"),
        ("rsa:1024", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32", "1024 bits"),
        ("rsa-pss -pkeyopt rsa_keygen_bits:2048", "-sha256", "RSA-PSS"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", "kind EC"),
    ])
    func `rejects another key or another signature, saying what it found`(key: String, sign: String, found: String) throws {
        let bytes = try request(key: key, sign: sign)
        let error = try #require(throws: CertificateSigningRequestError.self) { try CertificateSigningRequest(der: bytes) }
        #expect(error.description.contains(found), "\(error)")
    }

    @Test func `rejects a request that was changed after it was signed`() throws {
        var bytes = try request()
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("client".utf8)) })
        bytes[place] = UInt8(ascii: "C")
        #expect(throws: CertificateSigningRequestError.signatureInvalid) { try CertificateSigningRequest(der: bytes) }
    }

    @Test func `rejects what is not one request`() throws {
        let good = try request()
        for bytes in [[], [0x30], Array(good.dropLast()), good + [0], Array("-----BEGIN CERTIFICATE REQUEST-----".utf8)] {
            #expect(throws: CertificateSigningRequestError.malformed) { try CertificateSigningRequest(der: bytes) }
        }
    }

    @Test func `a request with any changed byte is refused`() throws {
        let good = try request()
        for index in stride(from: 0, to: good.count, by: 3) {
            var bytes = good
            bytes[index] ^= 0x15
            #expect(throws: CertificateSigningRequestError.self) { try CertificateSigningRequest(der: bytes) }
        }
    }
}

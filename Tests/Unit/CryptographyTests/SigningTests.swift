import Cryptography
import Surroundings
import Testing
import WireFormats

@Suite struct SigningTests {
    let key: RSAPrivateKey

    init() throws { key = try RSAPrivateKey.generate() }

    @Test(arguments: [0, 1, 55, 56, 64, 100_000])
    func `a signature verifies over its own message only`(length: Int) throws {
        let message = [UInt8](repeating: 7, count: length)
        let signature = try key.signRS256(message)
        #expect(signature.count == 256)
        #expect(key.publicKey.verifyRS256(signature, over: message))
        #expect(!key.publicKey.verifyRS256(signature, over: message + [0]))
        #expect(!(try RSAPrivateKey.generate()).publicKey.verifyRS256(signature, over: message))
    }

    @Test(arguments: [0, 100, 255])
    func `a signature with one bit changed is refused`(index: Int) throws {
        var signature = try key.signRS256([1, 2, 3])
        signature[index] ^= 1
        #expect(!key.publicKey.verifyRS256(signature, over: [1, 2, 3]))
    }

    @Test func `a signature of another length is refused`() throws {
        let signature = try key.signRS256([1, 2, 3])
        for odd in [[], Array(signature.dropLast()), signature + [0], [0] + signature] {
            #expect(!key.publicKey.verifyRS256(odd, over: [1, 2, 3]))
        }
    }

    @Test func `openssl verifies our signature`() throws {
        try withTemporaryDirectory { directory in
            let message = Array("header.payload".utf8)
            try save(message, to: directory + "/message")
            try save(try key.signRS256(message), to: directory + "/signature")
            try save(try key.pem().reveal { $0 }, to: directory + "/key.pem")
            try run("openssl rsa -in \(directory)/key.pem -pubout -out \(directory)/public.pem")
            let said = try run(
                "openssl dgst -sha256 -verify \(directory)/public.pem -signature \(directory)/signature \(directory)/message")
            #expect(said.contains("Verified OK"))
        }
    }

    @Test func `we verify a signature of openssl with the numbers it prints`() throws {
        try withTemporaryDirectory { directory in
            try run("openssl genrsa -out \(directory)/key.pem 3072")
            try save(Array("abc".utf8), to: directory + "/message")
            let hex = try run("openssl dgst -sha256 -sign \(directory)/key.pem -hex \(directory)/message")
            let modulus = try run("openssl rsa -in \(directory)/key.pem -noout -modulus")
            let public3072 = try RSAPublicKey(modulus: bytes(hexAfter: "=", in: modulus), exponent: [1, 0, 1])
            #expect(public3072.verifyRS256(bytes(hexAfter: "= ", in: hex), over: Array("abc".utf8)))
        }
    }

    @Test func `many tasks sign with one key at a time`() async throws {
        let key = key
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<64 {
                group.addTask {
                    let message = Array("message \(task)".utf8)
                    return try (0..<8).allSatisfy { _ in key.publicKey.verifyRS256(try key.signRS256(message), over: message) }
                }
            }
            for try await verified in group { #expect(verified) }
        }
    }

    @Test func `a key survives PEM and keeps its numbers`() throws {
        let copy = try RSAPrivateKey(pem: try key.pem())
        #expect(copy.publicKey.modulus == key.publicKey.modulus)
        #expect(copy.publicKey.exponent == [1, 0, 1])
        #expect(copy.publicKey.modulus.count == 256)
        #expect(try copy.signRS256([9]) == key.signRS256([9]))
        #expect(try key.pem().reveal { String(decoding: $0, as: UTF8.self) }.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    }

    @Test func `no rendering of a private key shows it`() throws {
        let pem = try key.pem()
        let text = pem.reveal { String(decoding: $0, as: UTF8.self) }
        let middle = text.split(separator: "\n")[5]
        var dumped = ""
        dump(pem, to: &dumped)
        dump(key, to: &dumped)
        for rendering in ["\(pem)", String(reflecting: pem), "\(key)", String(reflecting: key), dumped] {
            #expect(!rendering.contains(middle))
            #expect(!rendering.contains("PRIVATE KEY"))
        }
    }

    @Test(arguments: [
        "", "\0", "nonsense", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ])
    func `malformed PEM is refused, not trapped on`(text: String) {
        #expect(throws: CryptographyError.self) { try RSAPrivateKey(pem: SecretBytes(Array(text.utf8))) }
        #expect(throws: CryptographyError.self) { try TokenSigningKey(pem: SecretBytes(Array(text.utf8))) }
    }

    @Test(arguments: ["genrsa 1024", "ecparam -name prime256v1 -genkey -noout", "genrsa -aes128 -passout pass:secret 2048"])
    func `keys that are short, not RSA or encrypted are refused`(how: String) throws {
        let pem = try run("openssl \(how) 2>/dev/null")
        #expect(throws: CryptographyError.self) { try RSAPrivateKey(pem: SecretBytes(Array(pem.utf8))) }
    }

    @Test func `an RSA key in the older PKCS#1 form is read`() throws {
        let pem = try run("openssl genrsa -traditional 2048 2>/dev/null")
        #expect(pem.contains("BEGIN RSA PRIVATE KEY"))
        #expect(try RSAPrivateKey(pem: SecretBytes(Array(pem.utf8))).publicKey.modulus.count == 256)
    }

    @Test func `a public key drops leading zeros and refuses numbers no key has`() throws {
        let real = key.publicKey
        let padded = try RSAPublicKey(modulus: [0, 0] + real.modulus, exponent: [0, 1, 0, 1])
        #expect(padded.modulus == real.modulus)
        #expect(padded.exponent == [1, 0, 1])
        #expect(padded.verifyRS256(try key.signRS256([1]), over: [1]))
        let even = real.modulus.dropLast() + [2]
        let bad: [(modulus: [UInt8], exponent: [UInt8])] = [
            ([], [1, 0, 1]), ([1, 2, 3], [1, 0, 1]), ([UInt8](repeating: 255, count: 1025), [1, 0, 1]), (Array(even), [1, 0, 1]),
            (real.modulus, []), (real.modulus, [0]), (real.modulus, [1]), (real.modulus, [1, 0, 0]),
            (real.modulus, [UInt8](repeating: 255, count: 9)),
        ]
        for numbers in bad {
            #expect(throws: CryptographyError.self) { try RSAPublicKey(modulus: numbers.modulus, exponent: numbers.exponent) }
        }
    }

    private func bytes(hexAfter mark: String, in text: String) -> [UInt8] {
        guard let at = text.lastIndex(of: "=") else { return [] }
        let digits = text[at...].utf8.compactMap(\.hexDigit)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

@Suite struct JSONWebSignatureTests {
    @Test func `a compact signature has three parts that verify`() throws {
        let key = try RSAPrivateKey.generate()
        let compact = try JSONWebSignature.compact(header: Array(#"{"alg":"RS256"}"#.utf8), payload: Array("{}".utf8), key: key)
        let parts = compact.split(separator: ".")
        #expect(parts.count == 3)
        #expect(parts.first == "eyJhbGciOiJSUzI1NiJ9")
        #expect(parts.dropFirst().first == "e30")
        #expect(JSONWebSignature.verifyRS256(compact: compact, key: key.publicKey))
        #expect(!JSONWebSignature.verifyRS256(compact: compact, key: try RSAPrivateKey.generate().publicKey))

        let odd = [
            "", ".", "..", "...", "a.b.c", compact + ".", compact + "=", "." + compact, parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".", parts[0] + ".e31." + parts[2], compact + "\0", compact + " ",
        ]
        for text in odd { #expect(!JSONWebSignature.verifyRS256(compact: String(text), key: key.publicKey), "\(text)") }
    }
}

@Suite struct DigestTests {
    // FIPS 180-4 examples: "abc" and the empty message.
    @Test func `digests of known messages`() throws {
        #expect(Hexadecimal.encode(try Digest.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            Hexadecimal.encode(try Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hexadecimal.encode(try Digest.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `random bytes have the count asked for and differ`() throws {
        #expect(try SecureRandom.bytes(0).isEmpty)
        #expect(try SecureRandom.bytes(-1).isEmpty)
        let one = try SecureRandom.bytes(32)
        #expect(one.count == 32)
        #expect(one != (try SecureRandom.bytes(32)))
    }
}

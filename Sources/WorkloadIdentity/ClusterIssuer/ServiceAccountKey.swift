public import Cryptography
public import WireFormats

/// A key that signs service-account tokens, named as Kubernetes names it (source: workload-identity.md §7.1).
public struct ServiceAccountKey: Sendable {
    /// The private half.
    let key: RSAPrivateKey
    /// `kid`: base64url, unpadded, of the SHA-256 of the public key's SubjectPublicKeyInfo in DER.
    public let keyID: String

    /// Names a key.
    init(_ key: RSAPrivateKey) throws(CryptographyError) {
        self.key = key
        keyID = Base64.encodeURL(try Digest.sha256(try key.publicKey.subjectPublicKeyInfo()))
    }

    /// A fresh key; takes a good part of a tenth of a second.
    static func generate() throws(CryptographyError) -> Self { try Self(.generate()) }

    /// What verifies its signatures.
    public var publicKey: RSAPublicKey { key.publicKey }

    /// The public members in the order of Kubernetes' key set (source: workload-identity.md §3, §7.4).
    public var jwk: JSONValue {
        [
            "use": "sig", "kty": "RSA", "kid": .string(keyID), "alg": "RS256",
            "n": .string(Base64.encodeURL(publicKey.modulus)), "e": .string(Base64.encodeURL(publicKey.exponent)),
        ]
    }
}

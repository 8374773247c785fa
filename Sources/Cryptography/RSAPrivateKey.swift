internal import COpenSSL
public import Surroundings

/// An RSA key that signs tokens with RS256.
///
/// Parsed once and immutable: any number of threads sign with it at a time.
public final class RSAPrivateKey: Sendable {
    let key: PrivateKey
    /// The public half.
    public let publicKey: RSAPublicKey

    init(_ key: PrivateKey) throws(CryptographyError) {
        guard key.isRSA, key.bits >= 2048 else { throw CryptographyError("reading an RSA key", "the key is not RSA of 2048 bits or more") }
        self.key = key
        publicKey = try unsafe RSAPublicKey(numbersOf: key.raw)
    }

    /// A fresh key of 2048 bits.
    public static func generate() throws(CryptographyError) -> RSAPrivateKey { try RSAPrivateKey(try PrivateKey.generateRSA()) }

    /// The first private key in PEM text (PKCS#8 or PKCS#1, unencrypted); fails when it is not RSA of 2048 bits or more.
    public convenience init(pem: SecretBytes) throws(CryptographyError) { try self.init(try PrivateKey.read(pem: pem)) }

    /// The key as unencrypted PKCS#8 PEM.
    public func pem() throws(CryptographyError) -> SecretBytes { try key.pem() }

    /// The RS256 signature of `message` (RSASSA-PKCS1-v1_5 with SHA-256), as long as the modulus.
    public func signRS256(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let context = try DigestContext()
        return try context.sign(message, key: key)
    }
}

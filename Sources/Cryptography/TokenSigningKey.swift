internal import COpenSSL
public import Surroundings
internal import WireFormats

/// A key that signs tokens, with the self-signed certificate that names it in headers and in the key set.
public struct TokenSigningKey: Sendable {
    /// The RSA key.
    public let key: RSAPrivateKey
    /// Its certificate: self-signed, valid for five years.
    public let certificate: Certificate
    /// `kid` and `x5t`: base64url, unpadded, of the SHA-1 of the certificate's DER.
    public let keyID: String
    /// `x5t#S256`: base64url, unpadded, of the SHA-256 of the certificate's DER.
    public let thumbprintSHA256: String

    private static let lifetimeSeconds: Int64 = 5 * 31_557_600

    private init(key: RSAPrivateKey, certificate: Certificate) {
        self.key = key
        self.certificate = certificate
        keyID = Base64.encodeURL(certificate.sha1Thumbprint)
        thumbprintSHA256 = Base64.encodeURL(certificate.sha256Thumbprint)
    }

    /// Makes an RSA-2048 key and its certificate.
    ///
    /// `commonName` has 1 to 64 characters.
    public static func generate(commonName: String, now: UnixSeconds, entropy: Entropy) throws(CryptographyError) -> Self {
        let key = try RSAPrivateKey.generate()
        let request = CertificateRequest(
            subject: .commonName(commonName), notBefore: now - CertificateAuthority.skewSeconds, notAfter: now + lifetimeSeconds,
            extensions: [.init(nid: NID_subject_key_identifier, value: "hash")])
        return Self(key: key, certificate: try request.signed(subject: key.key, issuer: nil, entropy: entropy))
    }

    /// Reads a key and its certificate from PEM text, in either order; fails when they do not belong together.
    public init(pem: SecretBytes) throws(CryptographyError) { self = try Self.read(bothPEM: pem) }

    /// The key as PKCS#8 PEM, then the certificate.
    public func pem() throws(CryptographyError) -> SecretBytes { try bothPEM() }
}

extension TokenSigningKey: StoredIdentity {
    static let kind = "token signing key"

    init(storedKey: PrivateKey, certificate: Certificate) throws(CryptographyError) {
        self.init(key: try RSAPrivateKey(storedKey), certificate: certificate)
    }

    var storedKey: PrivateKey { key.key }

    /// The key kept in `directory` as the file `name`; nil when there is none.
    ///
    /// Fails when what is there is damaged.
    public static func load(_ name: String, from directory: KeyDirectory) throws -> Self? { try read(name, from: directory) }

    /// Keeps the key in `directory` as the file `name`, replacing another.
    public func store(_ name: String, in directory: KeyDirectory) throws { try write(name, in: directory) }

    /// The key kept in `directory` as the file `name`, made first when there is none.
    ///
    /// Two processes that ask at once get the same.
    public static func loadOrGenerate(
        _ name: String, in directory: KeyDirectory, commonName: String, now: UnixSeconds, entropy: Entropy
    ) throws -> Self {
        if let kept = try load(name, from: directory) { return kept }
        return try directory.withLock {
            if let kept = try load(name, from: directory) { return kept }
            let made = try generate(commonName: commonName, now: now, entropy: entropy)
            try made.store(name, in: directory)
            return made
        }
    }
}

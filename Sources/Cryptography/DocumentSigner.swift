internal import COpenSSL
internal import Surroundings

/// An RSA key with the certificate of a document signer: makes attested documents.
public struct DocumentSigner: Sendable {
    /// The key, which outlives the certificate: a new one is issued for it.
    public let key: RSAPrivateKey
    /// The only certificate a signed document carries.
    public let certificate: Certificate

    init(key: RSAPrivateKey, certificate: Certificate) {
        self.key = key
        self.certificate = certificate
    }

    /// `content`, signed, as a PKCS#7 SignedData in DER of the metadata service's own shape.
    ///
    /// Version 1, the content embedded as `pkcs7-data`, this one certificate and no other, one signer named by issuer and serial number, no
    /// signed attributes: the signature is PKCS#1 v1.5 with SHA-256 over the content's bytes. The digest is named `sha256WithRSAEncryption`
    /// in both places where `sha256` belongs, as decoded documents of 2022 to 2025 have it.
    public func sign(_ content: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try SignedData.signing(content, by: self).der()
    }
}

extension DocumentSigner: StoredIdentity {
    static let kind = "document signer"

    init(storedKey: PrivateKey, certificate: Certificate) throws(CryptographyError) {
        self.init(key: try RSAPrivateKey(storedKey), certificate: certificate)
    }

    var storedKey: PrivateKey { key.key }

    /// The signer kept in `directory` as the file `name`; nil when there is none.
    ///
    /// Fails when what is there is damaged.
    public static func load(_ name: String, from directory: KeyDirectory) throws -> Self? { try read(name, from: directory) }

    /// Keeps the signer in `directory` as the file `name`, replacing another.
    public func store(_ name: String, in directory: KeyDirectory) throws { try write(name, in: directory) }
}

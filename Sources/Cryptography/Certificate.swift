public import Surroundings

/// An X.509 certificate: the bytes as they came beside what we read of them.
///
/// Immutable, so any thread may use it.
public final class Certificate: Sendable {
    let handle: X509Handle
    /// The encoding as it was given (or made), byte for byte: what thumbprints are taken of and `x5c` carries.
    public let der: [UInt8]
    /// The certificate as one PEM block, with a final newline.
    public let pem: String
    /// SHA-1 of the DER, 20 bytes: `x5t` once base64url-encoded.
    public let sha1Thumbprint: [UInt8]
    /// SHA-256 of the DER, 32 bytes: `x5t#S256` once base64url-encoded.
    public let sha256Thumbprint: [UInt8]
    /// The first second of validity.
    public let notBefore: UnixSeconds
    /// The last second of validity.
    public let notAfter: UnixSeconds
    /// The first common name of the subject; nil when it has none.
    public let subjectCommonName: String?
    /// The DNS names of the subject alternative name, in order.
    public let dnsNames: [String]
    /// The addresses of the subject alternative name as canonical text, in order.
    public let ipAddresses: [String]
    /// The certificate's key when it is RSA (1024 to 8192 bits); nil for other kinds.
    public let rsaPublicKey: RSAPublicKey?

    /// Reads one certificate in DER; anything after it is an error.
    public convenience init(der: [UInt8]) throws(CryptographyError) {
        try self.init(try X509Handle.parse(der: der), encoded: der)
    }

    /// Reads the first certificate in PEM text; blocks of other kinds are skipped.
    public convenience init(pem: String) throws(CryptographyError) { try self.init(try X509Handle.parse(pem: Array(pem.utf8))) }

    /// Takes a parsed or freshly signed certificate, which nobody may change from here on.
    init(_ handle: X509Handle, encoded: [UInt8]? = nil) throws(CryptographyError) {
        handle.settle()
        self.handle = handle
        if let encoded { der = encoded } else { der = try handle.der() }
        pem = String(decoding: try handle.pem(), as: UTF8.self)
        sha1Thumbprint = try Digest.sha1(der)
        sha256Thumbprint = try Digest.sha256(der)
        (notBefore, notAfter) = try handle.validity()
        subjectCommonName = handle.subjectCommonName
        (dnsNames, ipAddresses) = handle.alternativeNames
        rsaPublicKey = handle.rsaPublicKey
    }

    /// Whether `issuer` issued this certificate: its name, key identifier and key usage fit and its key made the
    /// signature.
    ///
    /// Validity in time and the rest of the chain are not looked at.
    public func isIssued(by issuer: Certificate) -> Bool { handle.isIssued(by: issuer.handle) }
}

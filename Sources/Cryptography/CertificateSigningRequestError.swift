/// Why a certificate signing request is not one that may be answered: what was found and what is allowed.
public enum CertificateSigningRequestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes are not one PKCS#10 request in DER, or hold something after it.
    case malformed
    /// The key is of another kind than RSA, as libcrypto names it.
    case keyKind(String)
    /// The RSA key has a modulus of this many bits.
    case keySize(bits: Int)
    /// The signature is of another scheme than RSASSA-PSS, or of RSASSA-PSS with other parameters.
    case signatureScheme(String)
    /// The signature is not made by the request's own key.
    case signatureInvalid

    /// One sentence.
    public var description: String {
        switch self {
        case .malformed: "The request is not one PKCS#10 certificate signing request in DER."
        case .keyKind(let found): "The request's key is of kind \(found); RSA is allowed."
        case .keySize(let bits): "The request's RSA key has \(bits) bits; 2048 to 8192 are allowed."
        case .signatureScheme(let found):
            "The request is signed with \(found); RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes is allowed."
        case .signatureInvalid: "The request's signature is not one of its own key."
        }
    }
}

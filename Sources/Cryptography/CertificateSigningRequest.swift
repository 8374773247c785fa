internal import COpenSSL

/// A PKCS#10 request whose signature has been verified: the asker holds the key (RFC 2986).
///
/// The rules are those of the metadata service's token binding: an RSA key of 2048 bits or more, and a signature by RSASSA-PSS with SHA-256
/// and a salt of 32 bytes (source: imds.md §6). What subject and attributes must say is for the caller to judge.
public struct CertificateSigningRequest: Sendable {
    /// One attribute of the subject.
    public struct NameEntry: Hashable, Sendable, CustomStringConvertible {
        /// The attribute's short name (`CN`, `DC`), or its dotted number where it has none.
        public let name: String
        /// The value; every string type is read as text.
        public let value: String

        /// `CN=value`.
        public var description: String { "\(name)=\(value)" }
    }

    /// One value of an attribute of the request.
    public enum AttributeValue: Hashable, Sendable {
        /// An ASN.1 UTF8String.
        case utf8String(String)
        /// A value of another type, by its universal tag number.
        case other(tag: Int)
    }

    /// The key to be certified.
    public let publicKey: RSAPublicKey
    /// The subject, in the order of the request.
    public let subject: [NameEntry]
    private let attributes: [(number: String, values: [AttributeValue])]

    /// Reads a request in DER and verifies its signature; anything after it is an error.
    public init(der: [UInt8]) throws(CertificateSigningRequestError) {
        let handle = try SigningRequestHandle.parse(der: der)
        publicKey = try handle.verifiedKey()
        subject = handle.subject
        attributes = handle.attributes
    }

    /// The values of the attribute with this dotted number, in order; none when the request has no such attribute.
    public func attribute(_ number: String) -> [AttributeValue] { attributes.filter { $0.number == number }.flatMap(\.values) }
}

internal import COpenSSL

/// The name of a certificate's subject as it is written: attributes with their values, in order.
public struct DistinguishedName: Hashable, Sendable {
    /// The kinds of attribute that our certificates use.
    public enum Attribute: String, Sendable {
        /// `C`: two letters.
        case country
        /// `ST`.
        case state
        /// `L`.
        case locality
        /// `O`.
        case organization
        /// `CN`: 1 to 64 characters (RFC 5280's ub-common-name).
        case commonName
        /// `DC`: ASCII.
        case domainComponent

        fileprivate var nid: Int32 {
            switch self {
            case .country: NID_countryName
            case .state: NID_stateOrProvinceName
            case .locality: NID_localityName
            case .organization: NID_organizationName
            case .commonName: NID_commonName
            case .domainComponent: NID_domainComponent
            }
        }
    }

    /// One attribute and its value.
    public struct Entry: Hashable, Sendable {
        let attribute: Attribute
        let value: String
    }

    let entries: [Entry]

    /// A name of these attributes, in this order.
    public init(_ entries: [(Attribute, String)]) { self.entries = entries.map { Entry(attribute: $0.0, value: $0.1) } }

    /// A name of nothing but a common name.
    public static func commonName(_ value: String) -> Self { Self([(.commonName, value)]) }

    /// Appends the attributes to a name of libcrypto's, which knows the string type and the length that each may have.
    func write(to name: OpaquePointer?) throws(CryptographyError) {
        for entry in entries {
            let bytes = Array(entry.value.utf8)
            guard let count = Int32(exactly: bytes.count), count > 0 else {
                throw CryptographyError("naming a certificate", "the \(entry.attribute.rawValue) is empty")
            }
            try CryptographyError.check(
                unsafe X509_NAME_add_entry_by_NID(name, entry.attribute.nid, MBSTRING_UTF8, bytes, count, -1, 0), "naming a certificate")
        }
    }
}

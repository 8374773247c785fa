import Cryptography
import TokenIssuance
import WireFormats

/// The usable keys of an issuer: RSA, with a name, at most so many.
struct IssuerKeySet: Sendable {
    /// Entra keeps only so many keys of a set (source: workload-identity.md §5.1).
    static let maximumKeys = 100

    private struct Entry: Sendable {
        let keyID: String?
        let sha1: [UInt8]?
        let sha256: [UInt8]?
        let key: RSAPublicKey
    }

    private let entries: [Entry]

    /// Reads a key set; keys of other kinds are passed over, a document without `keys` is none.
    init(_ document: JSONValue) throws(EntraError) {
        guard let keys = document["keys"]?.elements else { throw .issuerKeysUnreadable(because: "the document has no list of keys") }
        entries = keys.prefix(Self.maximumKeys).compactMap { key in
            guard key["kty"] == "RSA", let n = key["n"]?.text.flatMap({ Base64.decode($0) }),
                let e = key["e"]?.text.flatMap({ Base64.decode($0) }), let usable = try? RSAPublicKey(modulus: n, exponent: e)
            else { return nil }
            return Entry(
                keyID: key["kid"]?.text, sha1: key["x5t"]?.text.flatMap { Base64.decode($0) },
                sha256: key["x5t#S256"]?.text.flatMap { Base64.decode($0) }, key: usable)
        }
    }

    /// Reads a key set from bytes.
    init(parsing bytes: [UInt8]) throws(EntraError) {
        guard let document = try? JSONValue(parsing: bytes) else { throw .issuerKeysUnreadable(because: "the document is no JSON") }
        try self.init(document)
    }

    /// The names of the keys, as far as they have one.
    var keyIDs: [String] { entries.compactMap(\.keyID) }

    /// The key that a header names.
    func key(_ name: ClientAssertion.KeyName) -> RSAPublicKey? {
        entries.first { entry in
            if let keyID = name.keyID { return entry.keyID == keyID }
            return (name.sha256 != nil && entry.sha256 == name.sha256) || (name.sha1 != nil && entry.sha1 == name.sha1)
        }?.key
    }
}

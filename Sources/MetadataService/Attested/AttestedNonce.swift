/// A nonce of the caller's: 1 to 32 characters of printable ASCII.
///
/// Documented are ten digits and 32 alphanumerics; shipped clients send 32 characters of base64, which works (source: imds.md §7).
struct AttestedNonce: Hashable {
    static let longest = 32

    let text: String

    /// Reads the query parameter: nil when it is absent or empty, which asks for a nonce of the service's own.
    static func read(_ parameter: String?) throws(MetadataFailure) -> AttestedNonce? {
        guard let parameter, !parameter.isEmpty else { return nil }
        let count = parameter.utf8.count
        guard count <= longest else { throw .nonceUnacceptable("has \(count) characters") }
        guard parameter.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .nonceUnacceptable("has characters that are not printable ASCII")
        }
        return AttestedNonce(text: parameter)
    }
}

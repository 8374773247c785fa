public import WireFormats

/// A token as somebody sent it: three parts, of which header and claims can be read; nothing in it is believed yet.
///
/// Its text is a credential: it is never rendered by `description` or a mirror.
public struct ReceivedToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The JOSE header, an object.
    public let header: JSONValue
    /// The claims, an object.
    public let claims: JSONValue
    let compact: String

    /// No token of any service comes near it; a longer one would only buy our time.
    static let maximumBytes = 64 * 1024

    /// Reads the compact form; fails with what is wrong about it, in a sentence that quotes none of it.
    init(_ text: String) throws(Malformed) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw Malformed("The token has \(text.utf8.count) bytes; at most \(Self.maximumBytes) are read.")
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw Malformed("The token has \(parts.count) part\(parts.count == 1 ? "" : "s") between dots; a signed JWT has three.")
        }
        header = try Self.object(parts[0], "header")
        claims = try Self.object(parts[1], "payload")
        compact = text
    }

    private static func object(_ part: Substring, _ name: String) throws(Malformed) -> JSONValue {
        guard let bytes = Base64.decode(part) else { throw Malformed("The token's \(name) is not base64url.") }
        guard let value = try? JSONValue(parsing: bytes), case .object = value else {
            throw Malformed("The token's \(name) is not a JSON object.")
        }
        return value
    }

    /// A whole number of seconds, as `exp`, `nbf` and `iat` are; a fraction is dropped.
    func seconds(_ claim: String) -> Int64? {
        guard case .number(let text)? = claims[claim] else { return nil }
        if let whole = Int64(text) { return whole }
        // Beyond 2^53 a double is no exact second any more, and converting it could trap.
        guard let value = Double(text), value.magnitude < 9_007_199_254_740_992 else { return nil }
        return Int64(value)
    }

    /// What it says of itself in public: its `uti` or `jti`, never its text.
    public var description: String { "<token \(claims["uti"]?.text ?? claims["jti"]?.text ?? "without an id")>" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// Text that is no signed JWT.
    struct Malformed: Error {
        let sentence: String
        init(_ sentence: String) { self.sentence = sentence }
    }
}

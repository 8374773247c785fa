public import Surroundings

/// A signed token with the times that answers repeat.
///
/// Its text is a credential: it is never rendered by `description` or a mirror.
public final class IssuedToken: Sendable, CustomStringConvertible, CustomReflectable {
    /// The compact JWS, as bytes of the answer.
    public let compact: [UInt8]
    /// `nbf` (and `iat`).
    public let notBefore: UnixSeconds
    /// `exp`.
    public let expires: UnixSeconds
    /// `uti`: tells this token from others without showing it.
    public let identifier: String
    /// The key that signed it.
    public let keyID: String

    init(compact: [UInt8], notBefore: UnixSeconds, expires: UnixSeconds, identifier: String, keyID: String) {
        self.compact = compact
        self.notBefore = notBefore
        self.expires = expires
        self.identifier = identifier
        self.keyID = keyID
    }

    /// The token's `uti`, never its text.
    public var description: String { "<token uti=\(identifier)>" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

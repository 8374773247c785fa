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
    /// Seconds from the moment of issue to `exp`; answers say one less (source: entra.md §2.2).
    public let lifetime: Int64
    /// `uti`: tells this token from others without showing it.
    public let identifier: String
    /// The key that signed it.
    public let keyID: String

    init(compact: [UInt8], notBefore: UnixSeconds, expires: UnixSeconds, lifetime: Int64, identifier: String, keyID: String) {
        self.compact = compact
        self.notBefore = notBefore
        self.expires = expires
        self.lifetime = lifetime
        self.identifier = identifier
        self.keyID = keyID
    }

    /// Seconds after which a client should ask anew, for tokens that live long enough to be told it (source: entra.md §2.2).
    public var refreshIn: Int64? { lifetime > TokenLifetimes.longLived ? lifetime / 2 : nil }

    /// The token's `uti`, never its text.
    public var description: String { "<token uti=\(identifier)>" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

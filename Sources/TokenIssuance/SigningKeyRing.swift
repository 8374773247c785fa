public import Cryptography
public import Surroundings

/// The signing keys at one moment, each with what it is for.
public struct SigningKeyRing: Sendable {
    /// The key that signs.
    public let signing: TokenSigningKey
    /// The key that signs after it; nil while it is being made.
    public internal(set) var next: TokenSigningKey?
    /// Keys that signed and sign no more, and until when their tokens may live; newest first.
    public let retired: [(key: TokenSigningKey, until: UnixSeconds)]

    /// A ring from its keys, in any order.
    init(signing: TokenSigningKey, next: TokenSigningKey? = nil, retired: [(key: TokenSigningKey, until: UnixSeconds)]) {
        self.signing = signing
        self.next = next
        // A rotation is kept in several steps, and a key that is leaving is kept as retired before it leaves.
        self.retired = retired.filter { $0.key.keyID != signing.keyID }.sorted { $0.until > $1.until }
    }

    /// The ring after a rotation: the next key signs, `fresh` is next, and the one that signed is retired until `until`.
    ///
    /// Nil while there is no next key.
    func rotated(publishing fresh: TokenSigningKey, until: UnixSeconds, now: UnixSeconds) -> SigningKeyRing? {
        next.map { SigningKeyRing(signing: $0, next: fresh, retired: [(signing, until)] + retired.filter { $0.until > now }) }
    }

    /// Whether both hold the same keys for the same purposes.
    func isSame(as other: SigningKeyRing) -> Bool {
        signing.keyID == other.signing.keyID && next?.keyID == other.next?.keyID
            && retired.map(\.key.keyID) == other.retired.map(\.key.keyID)
    }
}

public import Cryptography
public import Surroundings
import Synchronization

/// The tenant signing keys: one signs, all are published.
///
/// A second is published as soon as it is made, so that a verifier never gets used to a set of one, as with Entra; after a rotation it
/// signs, and verifiers know it already. A key that signs no longer stays published while its tokens live. Any thread may read.
public final class SigningKeys: Sendable {
    /// A published key and what it is for.
    public struct Entry: Sendable {
        /// What a published key is for.
        public enum Role: Hashable, Sendable {
            /// It signs.
            case signing
            /// It signs after the next rotation.
            case next
            /// It signed; tokens it signed may live until then.
            case retired(until: UnixSeconds)
        }

        /// The key.
        public let key: TokenSigningKey
        /// What it is for.
        public let role: Role

        /// Pairs a key with what it is for.
        public init(key: TokenSigningKey, role: Role) {
            self.key = key
            self.role = role
        }
    }

    /// How long a retired key stays published: as long as the longest-lived token, clocks that differ included.
    public static let retentionSeconds = TokenLifetimes.continuouslyEvaluated.upperBound + 300

    private let ring: Mutex<SigningKeyRing>

    /// Starts with the key that signs and those that signed before; `publish(next:)` adds the one that will sign after it.
    public init(signing: TokenSigningKey, retired: [(key: TokenSigningKey, until: UnixSeconds)] = []) {
        ring = Mutex(SigningKeyRing(signing: signing, retired: retired))
    }

    /// The key that signs now.
    public var signing: TokenSigningKey { ring.withLock { $0.signing } }

    /// The key that signs after the next rotation; nil while it is being made.
    public var next: TokenSigningKey? { ring.withLock { $0.next } }

    /// Every key a verifier may meet: the signing one, the next, those whose tokens may still live.
    public func entries(at now: UnixSeconds) -> [Entry] {
        ring.withLock { ring in
            [Entry(key: ring.signing, role: .signing)] + [ring.next].compactMap { $0.map { Entry(key: $0, role: .next) } }
                + ring.retired.filter { $0.until > now }.map { Entry(key: $0.key, role: .retired(until: $0.until)) }
        }
    }

    /// The keys of `entries(at:)`.
    public func published(at now: UnixSeconds) -> [TokenSigningKey] {
        ring.withLock { ring in
            var keys = [ring.signing]
            if let next = ring.next { keys.append(next) }
            for (key, until) in ring.retired where until > now { keys.append(key) }
            return keys
        }
    }

    /// Publishes a key that does not sign yet; another one that waited is forgotten.
    public func publish(next key: TokenSigningKey) {
        ring.withLock { ring in
            if key.keyID != ring.signing.keyID { ring.next = key }
        }
    }

    /// Lets the next key sign, publishes `fresh` as the one after it, and keeps the old one published while its tokens live.
    ///
    /// False, with nothing changed, while there is no next key.
    public func rotate(publishing fresh: TokenSigningKey, at now: UnixSeconds) -> Bool {
        ring.withLock { ring in
            guard let after = ring.rotated(publishing: fresh, until: now + Self.retentionSeconds, now: now) else { return false }
            ring = after
            return true
        }
    }

    /// Takes over what is kept, where another process that shares the keys may have rotated them; false when it is what is known.
    ///
    /// While no next key is kept, the one known stays.
    public func adopt(_ kept: SigningKeyRing) -> Bool {
        ring.withLock { ring in
            var kept = kept
            if kept.next == nil, ring.next?.keyID != kept.signing.keyID { kept.next = ring.next }
            guard !kept.isSame(as: ring) else { return false }
            ring = kept
            return true
        }
    }
}

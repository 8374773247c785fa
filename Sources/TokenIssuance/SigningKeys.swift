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

    private struct State {
        var signing: TokenSigningKey
        var next: TokenSigningKey?
        /// Newest first.
        var retired: [(key: TokenSigningKey, until: UnixSeconds)] = []
    }

    /// How long a retired key stays published: as long as the longest-lived token, clocks that differ included.
    public static let retentionSeconds = TokenLifetimes.continuouslyEvaluated.upperBound + 300

    private let state: Mutex<State>

    /// Starts with the key that signs and those that signed before; `publish(next:)` adds the one that will sign after it.
    public init(signing: TokenSigningKey, retired: [(key: TokenSigningKey, until: UnixSeconds)] = []) {
        state = Mutex(State(signing: signing, retired: retired.sorted { $0.until > $1.until }))
    }

    /// The key that signs now.
    public var signing: TokenSigningKey { state.withLock { $0.signing } }

    /// The key that signs after the next rotation; nil while it is being made.
    public var next: TokenSigningKey? { state.withLock { $0.next } }

    /// Every key a verifier may meet: the signing one, the next, those whose tokens may still live.
    public func entries(at now: UnixSeconds) -> [Entry] {
        state.withLock { state in
            [Entry(key: state.signing, role: .signing)] + [state.next].compactMap { $0.map { Entry(key: $0, role: .next) } }
                + state.retired.filter { $0.until > now }.map { Entry(key: $0.key, role: .retired(until: $0.until)) }
        }
    }

    /// The keys of `entries(at:)`.
    public func published(at now: UnixSeconds) -> [TokenSigningKey] {
        state.withLock { state in
            var keys = [state.signing]
            if let next = state.next { keys.append(next) }
            for (key, until) in state.retired where until > now { keys.append(key) }
            return keys
        }
    }

    /// Publishes a key that does not sign yet; another one that waited is forgotten.
    public func publish(next key: TokenSigningKey) {
        state.withLock { state in
            if key.keyID != state.signing.keyID { state.next = key }
        }
    }

    /// Lets the next key sign, publishes `fresh` as the one after it, and keeps the old one published while its tokens live.
    ///
    /// False, with nothing changed, while there is no next key.
    public func rotate(publishing fresh: TokenSigningKey, at now: UnixSeconds) -> Bool {
        state.withLock { state in
            guard let next = state.next else { return false }
            state.retired.insert((state.signing, now + Self.retentionSeconds), at: 0)
            state.retired.removeAll { $0.until <= now }
            state.signing = next
            state.next = fresh
            return true
        }
    }

    /// Takes over what is kept, where another process that shares the keys may have rotated them; false when it is what is known.
    ///
    /// While no next key is kept, the one known stays.
    public func adopt(_ ring: SigningKeyRing) -> Bool {
        state.withLock { state in
            let next = ring.next ?? state.next.flatMap { $0.keyID == ring.signing.keyID ? nil : $0 }
            let retired = ring.retired.sorted { $0.until > $1.until }
            let isKnown =
                state.signing.keyID == ring.signing.keyID && state.next?.keyID == next?.keyID
                && state.retired.map(\.key.keyID) == retired.map(\.key.keyID)
            guard !isKnown else { return false }
            state.signing = ring.signing
            state.next = next
            state.retired = retired
            return true
        }
    }
}

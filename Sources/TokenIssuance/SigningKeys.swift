public import Cryptography
import Synchronization

/// The tenant signing keys: one signs, all are published.
///
/// A second is published as soon as it is made, so that a verifier never gets used to a set of one, as with Entra. Any thread may read.
public final class SigningKeys: Sendable {
    private struct State {
        var signing: TokenSigningKey
        var published: [TokenSigningKey]
    }

    private let state: Mutex<State>

    /// Starts with the key that signs; `publish(next:)` adds the one that will sign after it.
    public init(signing: TokenSigningKey) {
        state = Mutex(State(signing: signing, published: [signing]))
    }

    /// The key that signs now.
    public var signing: TokenSigningKey { state.withLock { $0.signing } }

    /// Every key a verifier may meet, the signing one first.
    public var published: [TokenSigningKey] { state.withLock { $0.published } }

    /// Publishes a key that does not sign yet.
    public func publish(next key: TokenSigningKey) {
        state.withLock { state in
            guard !state.published.contains(where: { $0.keyID == key.keyID }) else { return }
            state.published.append(key)
        }
    }
}

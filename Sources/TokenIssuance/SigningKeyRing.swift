public import Cryptography
public import Surroundings

/// The signing keys at one moment, each with what it is for.
public struct SigningKeyRing: Sendable {
    /// The key that signs.
    public let signing: TokenSigningKey
    /// The key that signs after it; nil while it is being made.
    public let next: TokenSigningKey?
    /// Keys that signed, and until when their tokens may live.
    public let retired: [(key: TokenSigningKey, until: UnixSeconds)]
}

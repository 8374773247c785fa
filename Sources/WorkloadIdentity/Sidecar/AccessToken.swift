import Surroundings

/// A token the authority gave, and how long it is good for.
struct AccessToken: Sendable {
    /// The token itself.
    let token: SecretBytes
    /// When it expires, in nanoseconds since the epoch: what remains is told in whole seconds, cut off.
    let expiresOnNanoseconds: Int64
    /// From when on the authority would rather give another one; nil when it did not say.
    let refreshOnNanoseconds: Int64?

    /// When it expires, cut to the second.
    var expiresOn: UnixSeconds { UnixSeconds(expiresOnNanoseconds / Self.second) }

    /// Seconds left of a token that is given out no more (source: workload-identity.md §2.4).
    private static let reserve: Int64 = 300
    private static let second: Int64 = 1_000_000_000

    /// Whether it may still be given out.
    func isGood(at nanoseconds: Int64) -> Bool { expiresOnNanoseconds >= nanoseconds + Self.reserve * Self.second }

    /// Whether another one is due, should there be one.
    func isDue(at nanoseconds: Int64) -> Bool { refreshOnNanoseconds.map { $0 < nanoseconds } ?? false }

    /// Whole seconds that remain, as the answer tells them: ten fewer than there are.
    func expiresIn(at nanoseconds: Int64) -> Int64 { (expiresOnNanoseconds - nanoseconds) / Self.second - 10 }

    /// The token as a cache gives it back: it keeps whole seconds only.
    var cached: AccessToken {
        AccessToken(
            token: token, expiresOnNanoseconds: expiresOn.rawValue * Self.second,
            refreshOnNanoseconds: refreshOnNanoseconds.map { $0 / Self.second * Self.second })
    }
}

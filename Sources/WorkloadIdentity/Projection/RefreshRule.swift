import Surroundings

/// When the kubelet asks for a new token (source: workload-identity.md §7.2).
enum RefreshRule {
    /// A token is never kept for longer than this, in seconds.
    private static let longest: Int64 = 86_400
    /// Up to so many seconds, drawn anew at each look, so that not all pods ask at once.
    static let jitterBound = 10

    /// Whether a token is to be replaced.
    ///
    /// - Parameters:
    ///   - expires: `status.expirationTimestamp`.
    ///   - life: the life that was granted, in seconds; the token counts as issued that long before `expires`.
    ///   - jitter: whole seconds, 0…9.
    static func isDue(expires: UnixSeconds, life: Int64, now: UnixSeconds, jitter: Int64) -> Bool {
        let issued = expires - life
        return now > issued + longest - jitter || now > expires - life / 5 - jitter || now < issued
    }
}

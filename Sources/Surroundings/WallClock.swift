#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where wall time comes from.
///
/// Rooms receive one as a value, so a test can freeze or move it.
public struct WallClock: Sendable {
    /// Nanoseconds since the epoch.
    public let nanoseconds: @Sendable () -> Int64

    /// A clock that answers with what `nanoseconds` returns.
    public init(nanoseconds: @escaping @Sendable () -> Int64) { self.nanoseconds = nanoseconds }

    /// The present second.
    public var now: UnixSeconds { UnixSeconds(nanoseconds() / 1_000_000_000) }

    /// The system's real-time clock.
    public static let live = WallClock {
        var time = timespec()
        // SAFETY: clock_gettime fills the one struct it is given; CLOCK_REALTIME cannot fail on a valid pointer.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// A clock that always shows `instant`.
    public static func frozen(at instant: UnixSeconds) -> WallClock { WallClock { instant.rawValue * 1_000_000_000 } }
}

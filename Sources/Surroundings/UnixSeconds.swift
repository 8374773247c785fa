/// A point in wall time: whole seconds since 1970-01-01T00:00:00Z, as tokens and HTTP dates carry it.
public struct UnixSeconds: RawRepresentable, Hashable, Comparable, Sendable {
    /// Seconds since the epoch; negative before it.
    public let rawValue: Int64

    /// Wraps a count of seconds since the epoch.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Wraps a count of seconds since the epoch.
    public init(_ seconds: Int64) { self.rawValue = seconds }

    /// What clocks here may show: from the epoch to 2200, later than any certificate and within what nanoseconds can count.
    public static let countable = UnixSeconds(0)...UnixSeconds(7_258_118_400)

    /// Whether `lhs` is the earlier instant.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The instant `seconds` later.
    public static func + (lhs: Self, seconds: Int64) -> Self { Self(lhs.rawValue + seconds) }

    /// The instant `seconds` earlier.
    public static func - (lhs: Self, seconds: Int64) -> Self { Self(lhs.rawValue - seconds) }

    /// Seconds from `rhs` to `lhs`; negative when `lhs` is earlier.
    public static func - (lhs: Self, rhs: Self) -> Int64 { lhs.rawValue - rhs.rawValue }
}

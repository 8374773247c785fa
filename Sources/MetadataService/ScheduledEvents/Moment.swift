import Surroundings

/// A point in wall time to the nanosecond: whole seconds would let an event that is due in one second show itself at once.
struct Moment: Hashable, Comparable, Sendable {
    /// Nanoseconds since the epoch.
    let nanoseconds: Int64

    /// The second it lies in.
    var second: UnixSeconds { UnixSeconds(nanoseconds / 1_000_000_000) }

    /// Whole milliseconds since `earlier`; negative when that is later.
    func milliseconds(since earlier: Moment) -> Int { Int((nanoseconds - earlier.nanoseconds) / 1_000_000) }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (left: Moment, seconds: Int) -> Moment { Moment(nanoseconds: left.nanoseconds + Int64(seconds) * 1_000_000_000) }
}

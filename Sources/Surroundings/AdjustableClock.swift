import Synchronization

/// The time of the emulated systems: the system's own, moved by an offset, or standing still.
///
/// It is read without a lock; who changes it takes turns. What waits by it is woken by every change, and looks again how long it has to
/// wait. It starts as it is told to, which is what `reset` goes back to.
public final class AdjustableClock: Sendable {
    /// How a clock stands.
    public enum Setting: Hashable, Sendable {
        /// It runs, so many nanoseconds ahead of the system's (behind it, when negative).
        case running(offset: Int64)
        /// It stands still at so many nanoseconds since the epoch.
        case frozen(at: Int64)
    }

    /// An instant beyond what the clock may show.
    public struct OutOfRange: Error, Sendable, CustomStringConvertible {
        /// The instant that was asked for.
        public let instant: UnixSeconds
        /// What the clock may show.
        public let allowed: ClosedRange<UnixSeconds>

        /// What was asked for and what is allowed, in seconds since the epoch.
        public var description: String {
            "\(instant.rawValue) is not within \(allowed.lowerBound.rawValue)...\(allowed.upperBound.rawValue)"
        }
    }

    private static let nanosecondsPerSecond: Int64 = 1_000_000_000
    /// No instant: the clock runs.
    private static let running = Int64.min

    private let system: WallClock
    private let initial: Setting
    private let allowed: Mutex<ClosedRange<UnixSeconds>?> = Mutex(nil)
    /// Where it stands, or `running`.
    ///
    /// Written after `offset`, so that who sees the clock running again has the offset it runs by.
    private let standing: Atomic<Int64>
    private let offset: Atomic<Int64>
    /// Held by who changes the clock.
    private let turn = Mutex(())
    private let changes = ChangeBell()

    /// A clock over the system's.
    public init(over system: WallClock, _ setting: Setting = .running(offset: 0)) {
        self.system = system
        initial = setting
        switch setting {
        case .running(let nanoseconds):
            standing = Atomic(Self.running)
            offset = Atomic(nanoseconds)
        case .frozen(let nanoseconds):
            standing = Atomic(nanoseconds)
            offset = Atomic(0)
        }
    }

    /// The clock as a value, for whoever only reads it.
    public var wallClock: WallClock { WallClock { self.nanoseconds } }

    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64 {
        let standing = standing.load(ordering: .acquiring)
        guard standing == Self.running else { return standing }
        return system.nanoseconds() + offset.load(ordering: .relaxed)
    }

    /// How it stands.
    public var setting: Setting {
        let standing = standing.load(ordering: .acquiring)
        return standing == Self.running ? .running(offset: offset.load(ordering: .relaxed)) : .frozen(at: standing)
    }

    /// How far it is ahead of the system's clock, in seconds; negative when behind.
    public var offsetSeconds: Int64 {
        let nanoseconds: Int64 =
            switch setting {
            case .running(let offset): offset
            case .frozen(let instant): instant - system.nanoseconds()
            }
        return Int64((Double(nanoseconds) / Double(Self.nanosecondsPerSecond)).rounded())
    }

    // MARK: Changing it

    /// What it may show; nil for anything.
    public var range: ClosedRange<UnixSeconds>? { allowed.withLock { $0 } }

    /// Bounds what it may show from now on, and checks what it shows now.
    public func bound(to range: ClosedRange<UnixSeconds>) throws(OutOfRange) {
        allowed.withLock { $0 = range }
        try check(nanoseconds)
    }

    /// Moves it ahead by so many seconds (back, when negative), whether it runs or stands.
    public func advance(seconds: Int64) throws(OutOfRange) {
        try change { setting in
            switch setting {
            case .running(let offset): .running(offset: Self.sum(offset, seconds))
            case .frozen(let instant): .frozen(at: Self.sum(instant, seconds))
            }
        }
    }

    /// Stops it where it is, or at `instant`.
    public func freeze(at instant: UnixSeconds? = nil) throws(OutOfRange) {
        let now = nanoseconds
        try change { _ in .frozen(at: instant.map { Self.sum(0, $0.rawValue) } ?? now) }
    }

    /// Lets it run, so many seconds ahead of the system's clock.
    public func run(offsetSeconds: Int64) throws(OutOfRange) {
        try change { _ in .running(offset: Self.sum(0, offsetSeconds)) }
    }

    /// Lets it go on from where it stands; nothing happens to one that runs.
    public func resume() {
        let system = system
        // Where it stands it may go on from.
        try? change { setting in
            if case .frozen(let instant) = setting { .running(offset: instant - system.nanoseconds()) } else { setting }
        }
    }

    /// Goes back to how it was at the start.
    public func reset() {
        let initial = initial
        // The start was checked when the range became known.
        try? change { _ in initial }
    }

    private func change(_ next: (Setting) -> Setting) throws(OutOfRange) {
        let result = turn.withLock { _ -> Result<Void, OutOfRange> in
            let next = next(setting)
            do throws(OutOfRange) {
                switch next {
                case .running(let nanoseconds):
                    try check(Self.clampedSum(system.nanoseconds(), nanoseconds))
                    offset.store(nanoseconds, ordering: .relaxed)
                    standing.store(Self.running, ordering: .releasing)
                case .frozen(let nanoseconds):
                    try check(nanoseconds)
                    standing.store(nanoseconds, ordering: .releasing)
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        changes.ring()
    }

    private func check(_ nanoseconds: Int64) throws(OutOfRange) {
        guard let range else { return }
        let instant = UnixSeconds(nanoseconds / Self.nanosecondsPerSecond)
        guard range.contains(instant) else { throw OutOfRange(instant: instant, allowed: range) }
    }

    /// The spans come from people: a sum that no clock could show stays at the end of what can be counted, and is refused there.
    private static func sum(_ nanoseconds: Int64, _ seconds: Int64) -> Int64 {
        let (product, overflows) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
        return clampedSum(nanoseconds, overflows ? (seconds < 0 ? .min + 1 : .max) : product)
    }

    private static func clampedSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflows) = left.addingReportingOverflow(right)
        return overflows ? (right < 0 ? .min + 1 : .max) : max(sum, .min + 1)
    }

    // MARK: Waiting by it

    /// How many wait by it.
    public var sleepers: Int { changes.waiters }

    /// Waits until it shows `duration` more than now: at once when it is advanced so far, and for ever while it stands still.
    ///
    /// Set back, it lets nobody wait for longer than they asked from there.
    ///
    /// - Parameter pause: waits by the system's clock, and throws when the task is cancelled.
    public func sleep(for duration: Duration, pause: @escaping @Sendable (Duration) async throws -> Void) async throws {
        let (seconds, attoseconds) = duration.components
        func after(_ instant: Int64) -> Int64 { Self.sum(Self.clampedSum(instant, attoseconds / 1_000_000_000), seconds) }
        var deadline = after(nanoseconds)
        while true {
            let rings = changes.rings
            let now = nanoseconds
            deadline = min(deadline, after(now))
            let left = deadline - now
            guard left > 0 else { return }
            if case .frozen = setting {
                await changes.wait(past: rings)
                try Task.checkCancellation()
            } else {
                try await changes.wait(past: rings) { try await pause(.nanoseconds(left)) }
            }
        }
    }

    /// Waits by the system's clock, but no longer than until this one is changed: for what looks now and then what is due.
    public func pause(for duration: Duration, pause: @escaping @Sendable (Duration) async throws -> Void) async throws {
        try await changes.wait(past: changes.rings) { try await pause(duration) }
    }
}

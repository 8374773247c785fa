public import Surroundings
import Synchronization

/// The limits of the real service: five requests a second, and for identity twenty a second and five at a time (source: imds.md §1.3).
///
/// Refused requests do not count; whether they do in Azure is unpublished.
public final class RateLimits: Sendable {
    private struct State {
        /// When the requests of the last second came, in nanoseconds, oldest first.
        var others: [Int64] = []
        var identity: [Int64] = []
        var identityInFlight = 0
    }

    static let perSecond = 5
    static let identityPerSecond = 20
    static let identityAtOnce = 5
    /// How long an identity request counts as being worked on.
    ///
    /// Ours answers at once, so that five at a time would never be reached; three hundredths of a second is what makes bursts meet and
    /// leaves room for twenty in a row within a second.
    public static let serviceMilliseconds: Int64 = 30

    private let clock: WallClock
    /// Waits for the service time.
    private let hold: @Sendable () async -> Void
    private let state = Mutex(State())

    /// Limits over a clock.
    ///
    /// - Parameter hold: waits `serviceMilliseconds`.
    public init(clock: WallClock, hold: @escaping @Sendable () async -> Void) {
        self.clock = clock
        self.hold = hold
    }

    /// Whether a request may go on; an identity request that may must be followed by `whileHeld`.
    func admits(_ family: MetadataFailure.Family) -> Bool {
        let now = clock.nanoseconds()
        return state.withLock { state in
            switch family {
            case .instance: return Self.admit(now, &state.others, Self.perSecond)
            case .identity:
                guard state.identityInFlight < Self.identityAtOnce, Self.admit(now, &state.identity, Self.identityPerSecond) else {
                    return false
                }
                state.identityInFlight += 1
                return true
            }
        }
    }

    /// Works on an admitted identity request.
    func whileHeld<Value: Sendable>(_ work: @Sendable () async -> Value) async -> Value {
        await hold()
        let value = await work()
        state.withLock { $0.identityInFlight -= 1 }
        return value
    }

    private static func admit(_ now: Int64, _ times: inout [Int64], _ limit: Int) -> Bool {
        times.removeAll { $0 <= now - 1_000_000_000 }
        guard times.count < limit else { return false }
        times.append(now)
        return true
    }
}

public import HTTPServing
public import Surroundings
import Synchronization

/// The last so many decisions, in a ring of fixed size, and counters over all of them.
///
/// Any thread may record and read; recording holds the lock for a few assignments only.
public final class DecisionJournal: Sendable {
    /// What the counters distinguish.
    public struct CounterKey: Hashable, Sendable {
        /// What answered.
        public let face: Decision.Face
        /// How it ended.
        public let outcome: Decision.Outcome
        /// The status of the answer.
        public let status: Int
    }

    private struct State {
        var ring = DecisionRing()
        var lastID: UInt64 = 0
        var counters: [CounterKey: Int] = [:]
        /// Every decision up to this one may be gone: pushed out of the ring, or forgotten by a reset of all.
        var forgottenThrough: UInt64 = 0
        /// The last decision before the latest reset of all; 0 before the first reset.
        var resetThrough: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: WallClock
    private let systemClock: WallClock
    /// Rings with each decision.
    private let news = ChangeBell()

    /// How many decisions are kept.
    public let capacity: Int

    /// Whether answers carry `x-understudy-decision: <id>`; off by default, because the emulated systems send no such header.
    private let marksAnswers: Bool

    /// A journal that keeps the last `capacity` decisions (at least one).
    ///
    /// - Parameters:
    ///   - clock: dates decisions as the emulated systems would.
    ///   - systemClock: tells how long it was from one to the next; nil for the same.
    public init(capacity: Int, clock: WallClock, systemClock: WallClock? = nil, marksAnswers: Bool = false) {
        self.capacity = max(1, capacity)
        self.clock = clock
        self.systemClock = systemClock ?? clock
        self.marksAnswers = marksAnswers
    }

    /// Records the decision behind an answer, and gives the answer as it is to be sent.
    public func conclude(_ response: HTTPResponse, _ decision: Decision, for request: HTTPRequest) -> HTTPResponse {
        let id = record(decision, request: request, status: response.status.code)
        guard marksAnswers else { return response }
        var marked = response
        marked.headers.append(.field("x-understudy-decision", String(id)))
        return marked
    }

    /// Records a decision and gives it its id.
    @discardableResult
    public func record(_ decision: Decision, request: HTTPRequest, status: Int) -> UInt64 {
        // A body may be large and may hold a secret; the head is all that is ever shown.
        let head = request.withoutBody
        let key = CounterKey(face: decision.face, outcome: decision.outcome, status: status)
        return append(decision, (head, status), counting: key)
    }

    /// Records what was decided without anybody asking; the counters of answers do not count it.
    @discardableResult
    public func record(_ decision: Decision) -> UInt64 { append(decision, nil, counting: nil) }

    private func append(_ decision: Decision, _ exchange: (request: HTTPRequest, status: Int)?, counting key: CounterKey?) -> UInt64 {
        let time = clock.nanoseconds()
        let systemTime = systemClock.nanoseconds()
        let id = state.withLock { state in
            state.lastID += 1
            let recorded = RecordedDecision(
                id: state.lastID, timeNanoseconds: time, systemNanoseconds: systemTime, exchange: exchange, decision: decision)
            if let pushedOut = state.ring.append(recorded, capacity: capacity) { state.forgottenThrough = pushedOut }
            if let key { state.counters[key, default: 0] += 1 }
            return state.lastID
        }
        news.ring()
        return id
    }

    /// Decisions made since the start, or since the counters were reset, by face, outcome and status.
    public var counters: [CounterKey: Int] { state.withLock { $0.counters } }

    /// The id of the latest decision; 0 before the first.
    public var lastID: UInt64 { state.withLock { $0.lastID } }

    /// The kept decisions that pass `query`, oldest first; when there are more than its limit, the newest of them.
    public func decisions(_ query: DecisionQuery) -> [RecordedDecision] {
        // Picked under the lock: a copy of the ring would make the next record copy all of it.
        state.withLock { $0.ring.newest(query.limit, after: query.since, where: query.accepts) }
    }

    // MARK: Looking back

    /// What is known of the time since a decision or, when none is named, since the latest reset of all, else the start.
    public func stretch(since id: UInt64?) -> JournalStretch {
        state.withLock { state in
            let since = id ?? state.resetThrough
            return JournalStretch(
                since: since, isSinceReset: id == nil && since > 0, through: state.lastID, forgottenThrough: state.forgottenThrough,
                decisions: state.ring.newest(.max, after: since) { _ in true })
        }
    }

    /// How often something was recorded so far; what `wait(past:)` counts by.
    public var recordings: UInt64 { news.rings }

    /// Returns once more was recorded, or the task is cancelled.
    public func wait(past recordings: UInt64) async { await news.wait(past: recordings) }

    // MARK: Forgetting

    /// Forgets the decisions that `isMeant` picks, one caller's say; ids go on counting.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func forget(where isMeant: (RecordedDecision) -> Bool) -> Int { state.withLock { $0.ring.remove(where: isMeant) } }

    /// Forgets every decision; ids go on counting.
    public func forgetAll() {
        state.withLock { state in
            state.ring = DecisionRing()
            state.forgottenThrough = state.lastID
            state.resetThrough = state.lastID
        }
    }

    /// Counts from nothing again.
    public func resetCounters() { state.withLock { $0.counters = [:] } }
}

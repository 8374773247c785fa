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
        var ring: [RecordedDecision] = []
        var lastID: UInt64 = 0
        var counters: [CounterKey: Int] = [:]
    }

    private let state = Mutex(State())
    private let clock: WallClock

    /// How many decisions are kept.
    public let capacity: Int

    /// Whether answers carry `x-understudy-decision: <id>`; off by default, because the emulated systems send no such header.
    private let marksAnswers: Bool

    /// A journal that keeps the last `capacity` decisions (at least one).
    public init(capacity: Int, clock: WallClock, marksAnswers: Bool = false) {
        self.capacity = max(1, capacity)
        self.clock = clock
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
        return state.withLock { state in
            state.lastID += 1
            let recorded = RecordedDecision(id: state.lastID, timeNanoseconds: time, exchange: exchange, decision: decision)
            if state.ring.count < capacity {
                state.ring.append(recorded)
            } else {
                state.ring[Int((state.lastID - 1) % UInt64(capacity))] = recorded
            }
            if let key { state.counters[key, default: 0] += 1 }
            return state.lastID
        }
    }

    /// Decisions made since the start, by face, outcome and status.
    public var counters: [CounterKey: Int] { state.withLock { $0.counters } }

    /// The kept decisions that pass `query`, oldest first; when there are more than its limit, the newest of them.
    public func decisions(_ query: DecisionQuery) -> [RecordedDecision] {
        // Picked under the lock: a copy of the ring would make the next record copy all of it.
        state.withLock { state in
            let start = state.ring.count < capacity ? 0 : Int(state.lastID % UInt64(capacity))
            var found: [RecordedDecision] = []
            for offset in stride(from: state.ring.count - 1, through: 0, by: -1) where found.count < query.limit {
                let recorded = state.ring[(start + offset) % state.ring.count]
                if recorded.id <= query.since { break }
                if query.accepts(recorded) { found.append(recorded) }
            }
            return found.reversed()
        }
    }
}

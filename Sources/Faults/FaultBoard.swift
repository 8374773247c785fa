import IdentityModel
public import IdentityStore
public import Surroundings
import Synchronization
public import WireFormats

/// The faults of a running server and how far each has come; the one owner of what they count.
///
/// Any thread may ask it. While there is no fault, asking is one load of one word.
public final class FaultBoard: Sendable {
    private struct State {
        /// Of the store, one for each fault and in the same order; what it has not read anew is the very same object.
        var stored: [StoredObject] = []
        var faults: [ArmedFault] = []
    }

    let clock: WallClock
    private let state = Mutex(State())
    private let armed = Atomic(false)

    /// A board without faults.
    ///
    /// - Parameter clock: what schedules and lengths of time go by.
    public init(clock: WallClock) { self.clock = clock }

    /// Whether there is any fault at all.
    public var isArmed: Bool { armed.load(ordering: .relaxed) }

    /// Takes over the faults of a snapshot.
    ///
    /// One that the store has read anew begins anew; one that it has kept goes on where it was.
    public func follow(_ snapshot: IdentitySnapshot) {
        let now = clock.nanoseconds()
        state.withLock { state in
            let before = state
            state = State()
            for stored in snapshot.objects(of: .fault) {
                guard case .fault(let fault) = stored.object else { continue }
                let known = before.stored.firstIndex { $0 === stored }.map { before.faults[$0] }
                state.stored.append(stored)
                state.faults.append(known ?? ArmedFault(fault, at: now))
            }
            armed.store(!state.faults.isEmpty, ordering: .relaxed)
        }
    }

    /// Lets every fault begin anew.
    public func reset() {
        let now = clock.nanoseconds()
        state.withLock { state in state.faults = state.faults.map { ArmedFault($0.fault, at: now) } }
    }

    /// What happens to a request; nil for nothing.
    func verdict(on exchange: FaultExchange) -> FaultVerdict? {
        let now = clock.nanoseconds()
        return state.withLock { FaultVerdict.decide(exchange, at: now, by: &$0.faults) }
    }

    /// The faults as our own interface lists them, in the order in which they are asked.
    public var document: JSONValue {
        let state = state.withLock { $0 }
        return ["faults": .array(zip(state.stored, state.faults).map { $1.document(spec: $0.document["spec"]) })]
    }
}

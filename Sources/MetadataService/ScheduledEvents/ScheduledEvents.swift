public import IdentityModel
public import IdentityStore
public import Surroundings
import Synchronization
public import WireFormats

/// The scheduled events of a running server: those its manifest scripts and those that commands start.
///
/// The one owner of their timeline; any thread may ask. Nothing runs in the background: each question first lets happen what was due.
public final class ScheduledEvents: Sendable {
    private struct State {
        var timeline: EventTimeline
        /// The served machine as events name it.
        var machine = ""
    }

    private let state: Mutex<State>
    private let clock: WallClock
    private let entropy: Entropy

    /// No events yet.
    public init(timing: EventTiming, clock: WallClock, entropy: Entropy) {
        state = Mutex(State(timeline: EventTimeline(timing: timing)))
        self.clock = clock
        self.entropy = entropy
    }

    /// Takes what a newly published world scripts.
    ///
    /// Events it no longer has are called off, new ones count `after` from now, the rest stay as they are, and so do those of commands.
    public func follow(_ snapshot: IdentitySnapshot) {
        let machine = snapshot.node.machineName
        let script = snapshot.node.node.scheduledEvents.map { PlannedEvent($0, machine: machine) }
        state.withLock { state in
            state.machine = machine
            state.timeline.follow(script, at: now)
        }
    }

    // MARK: For clients of the metadata service

    /// What a reader of some version is given.
    func read(_ version: EventsVersion) -> EventTimeline.Reading {
        state.withLock { $0.timeline.read(version, at: now) }
    }

    /// Starts the named events, or none of them.
    func acknowledge(_ ids: [String]) throws(EventTimeline.UnknownEvent) {
        let unknown = state.withLock { state in
            do throws(EventTimeline.UnknownEvent) {
                try state.timeline.acknowledge(ids, at: now)
                return EventTimeline.UnknownEvent?.none
            } catch {
                return error
            }
        }
        if let unknown { throw unknown }
    }

    // MARK: For our own interface

    /// All events with their states and times.
    public var document: JSONValue {
        state.withLock { state in
            state.timeline.advance(to: now)
            return EventListing.document(state.timeline)
        }
    }

    /// Plans the event that a JSON object describes with the fields of a manifest.
    ///
    /// - Returns: the event as `document` lists it.
    /// - Throws: everything that is wrong with the description; `origin` is what it names as the place.
    public func plan(_ bytes: [UInt8], from origin: String) throws(ManifestRefusal) -> JSONValue {
        let event = try ScheduledEvent.read(bytes, from: origin) { GUID(from: entropy).description }
        let result: Result<JSONValue, ManifestRefusal> = state.withLock { state in
            state.timeline.advance(to: now)
            func refused(_ path: String, _ found: String, _ allowed: String) -> Result<JSONValue, ManifestRefusal> {
                let place = ManifestPlace(file: origin, document: 0)
                return .failure(
                    ManifestRefusal(problems: [
                        ManifestProblem(place: place, object: "ScheduledEvent", path: path, found: found, allowed: allowed)
                    ]))
            }
            guard !state.timeline.events.contains(where: { $0.plan.has(id: event.id) }) else {
                return refused("id", "\"\(event.id)\", which an event has that is not over", "an id of its own")
            }
            guard state.timeline.events.count < EventTimeline.capacity else {
                return refused("", "one event too many", "\(EventTimeline.capacity) at a time; cancel some")
            }
            let plan = PlannedEvent(event, machine: state.machine)
            state.timeline.plan(plan, at: now)
            return .success(EventListing.document(state.timeline, id: event.id))
        }
        return try result.get()
    }

    /// Calls an event off, whatever its state.
    ///
    /// - Returns: false when there is none of that id.
    public func cancel(_ id: String) -> Bool { state.withLock { $0.timeline.cancel(id, at: now) } }

    /// Approves an event as any of its machines would.
    ///
    /// - Returns: false when no client was told of one of that id.
    public func approve(_ id: String) -> Bool {
        do throws(EventTimeline.UnknownEvent) {
            try acknowledge([id])
            return true
        } catch {
            return false
        }
    }

    /// Calls off the events that commands brought; those of the manifest go on.
    public func reset() { state.withLock { $0.timeline.removeCommanded(at: now) } }

    private var now: Moment { Moment(nanoseconds: clock.nanoseconds()) }
}

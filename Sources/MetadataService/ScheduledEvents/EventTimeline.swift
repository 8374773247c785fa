import IdentityModel

/// What has become of all events, and the incarnation of the document that lists them: a value that only its methods move.
///
/// Nothing in it runs by itself. Each method first lets happen, one moment after the other, what the clock had due since the last call,
/// so that the incarnation counts every change of what is listed, whether or not anybody asked in between.
struct EventTimeline: Sendable {
    /// An event that is over.
    struct Past: Sendable {
        /// The event as it last stood.
        let event: TimelineEvent
        let ended: Moment
        let isCancelled: Bool
    }

    /// What a reader is given.
    struct Reading {
        let incarnation: Int
        let events: [ListedEvent]
        /// How much longer the real system would have listed the events that are gone with this reading.
        let skippedMilliseconds: Int
    }

    /// An acknowledgement names an event that no client was ever told of.
    struct UnknownEvent: Error {
        let id: String
    }

    /// How many events may be planned, scheduled or started at a time.
    static let capacity = 1000
    private static let rememberedPasts = 1000

    let timing: EventTiming
    /// `DocumentIncarnation`: 1 for the empty list it begins with.
    private(set) var incarnation = 1
    /// Events that are not over, in the order in which they were planned.
    private(set) var events: [TimelineEvent] = []
    /// Events that are over, oldest first: a late acknowledgement of one is no error.
    private(set) var past: [Past] = []
    /// What the manifest said last, so that a reload starts only what is new.
    private var script: [PlannedEvent] = []

    init(timing: EventTiming) { self.timing = timing }

    // MARK: What moves it

    /// Lets happen what the clock has due.
    mutating func advance(to now: Moment) {
        while let due = events.compactMap({ $0.next(timing)?.at }).min(), due <= now {
            change { $0.settle(at: due) }
        }
    }

    /// Takes the events of a manifest: those it no longer has are called off, those it did not have are planned, the rest stay as they are.
    mutating func follow(_ script: [PlannedEvent], at now: Moment) {
        advance(to: now)
        guard script != self.script else { return }
        change { timeline in
            let kept = Set(script)
            timeline.remove(at: now) { $0.origin == .manifest && !kept.contains($0.plan) }
            let known = Set(timeline.script)
            for plan in script where !known.contains(plan) {
                // Two events of one id cannot be told apart by any client; the manifest has the last word.
                timeline.remove(at: now) { $0.plan.has(id: plan.event.id) }
                timeline.events.append(TimelineEvent(plan: plan, origin: .manifest, planned: now))
            }
            timeline.script = script
            timeline.settle(at: now)
        }
    }

    /// Plans an event that a command brings.
    mutating func plan(_ plan: PlannedEvent, at now: Moment) {
        advance(to: now)
        change { timeline in
            timeline.events.append(TimelineEvent(plan: plan, origin: .command, planned: now))
            timeline.settle(at: now)
        }
    }

    /// Starts the named events, for all their machines.
    ///
    /// Those that have started, or are over, stay as they are. Nothing starts when one of them is unknown.
    mutating func acknowledge(_ ids: [String], at now: Moment) throws(UnknownEvent) {
        advance(to: now)
        let told = events.filter { $0.phase != .awaited } + past.map(\.event).filter { $0.phase != .awaited }
        let known = Set(told.map { $0.plan.event.id.lowercased() })
        if let unknown = ids.first(where: { !known.contains($0.lowercased()) }) { throw UnknownEvent(id: unknown) }
        let wanted = Set(ids.map { $0.lowercased() })
        change { timeline in
            for index in timeline.events.indices where timeline.events[index].phase == .scheduled {
                guard wanted.contains(timeline.events[index].plan.event.id.lowercased()) else { continue }
                timeline.events[index].phase = .started(at: now, isSeen: false)
            }
            timeline.settle(at: now)
        }
    }

    /// Calls an event off, in whatever state it is.
    ///
    /// - Returns: false when there is none of that id.
    mutating func cancel(_ id: String, at now: Moment) -> Bool {
        advance(to: now)
        guard events.contains(where: { $0.plan.has(id: id) }) else { return false }
        change { $0.remove(at: now) { $0.plan.has(id: id) } }
        return true
    }

    /// Calls off whatever commands brought.
    mutating func removeCommanded(at now: Moment) {
        advance(to: now)
        change { $0.remove(at: now) { $0.origin == .command } }
    }

    /// Gives a reader of some version what it may know, and notes what it has seen.
    mutating func read(_ version: EventsVersion, at now: Moment) -> Reading {
        advance(to: now)
        let skipped = forgetSeen(at: now)
        let listed = events.indices.filter { version.tells(of: events[$0].plan.event.kind) }
        for index in listed {
            if case .started(let start, _) = events[index].phase { events[index].phase = .started(at: start, isSeen: true) }
        }
        return Reading(
            incarnation: incarnation, events: listed.compactMap { ListedEvent(events[$0]) }, skippedMilliseconds: skipped)
    }

    // MARK: Within one change

    /// Counts a change of what is listed, once, however much of it changed at the same moment.
    private mutating func change(_ body: (inout EventTimeline) -> Void) {
        let before = events.compactMap(ListedEvent.init)
        body(&self)
        if events.compactMap(ListedEvent.init) != before { incarnation += 1 }
    }

    /// Takes every event as far as the clock has taken it by `moment`: one without notice or impact goes several steps at once.
    private mutating func settle(at moment: Moment) {
        for index in events.indices.reversed() {
            if let (step, at) = events[index].pass(to: moment, timing) { end(index, at: at, isCancelled: step == .cancel) }
        }
    }

    private mutating func remove(at now: Moment, where isMeant: (TimelineEvent) -> Bool) {
        for index in events.indices.reversed() where isMeant(events[index]) { end(index, at: now, isCancelled: true) }
    }

    private mutating func end(_ index: Int, at moment: Moment, isCancelled: Bool) {
        past.append(Past(event: events.remove(at: index), ended: moment, isCancelled: isCancelled))
        if past.count > Self.rememberedPasts { past.removeFirst(past.count - Self.rememberedPasts) }
    }

    /// In instant timing an event is over once a reader has seen it Started.
    ///
    /// - Returns: the milliseconds that the longest of them would have been listed yet.
    private mutating func forgetSeen(at now: Moment) -> Int {
        guard timing == .instant else { return 0 }
        var skipped = 0
        change { timeline in
            for index in timeline.events.indices.reversed() {
                guard case .started(let start, true) = timeline.events[index].phase else { continue }
                skipped = max(skipped, (start + timeline.events[index].plan.event.impact).milliseconds(since: now))
                timeline.end(index, at: now, isCancelled: false)
            }
        }
        return skipped
    }
}

import IdentityModel

/// How the lives of events pass (design §2, `--timing`).
public enum EventTiming: Sendable {
    /// A started event is listed until one reader has seen it; the rest of its impact is skipped and told in the decision.
    case instant
    /// Notice, impact and removal go by the clock.
    case real
}

/// An event with the machines it means by name.
struct PlannedEvent: Hashable, Sendable {
    let event: ScheduledEvent
    let resources: [String]

    /// - Parameter machine: the served machine, which an event means that names none.
    init(_ event: ScheduledEvent, machine: String) {
        self.event = event
        resources = event.resources ?? [machine]
    }

    /// Whether this is the event a client means; ids compare without case.
    func has(id: String) -> Bool { event.id.lowercased() == id.lowercased() }
}

/// An event on its way from being planned to being over.
struct TimelineEvent: Sendable {
    /// Who brought it.
    enum Origin: String, Sendable {
        case manifest
        case command
    }

    /// How far it has come.
    enum Phase: Hashable, Sendable {
        /// Planned for later; no client knows of it.
        case awaited
        case scheduled
        /// `isSeen`: a reader was told that it has started.
        case started(at: Moment, isSeen: Bool)
    }

    /// What happens next of itself.
    enum Step {
        case appear
        case start
        case cancel
        case finish
    }

    let plan: PlannedEvent
    let origin: Origin
    /// When it shows itself.
    let appears: Moment
    var phase = Phase.awaited

    init(plan: PlannedEvent, origin: Origin, planned: Moment) {
        self.plan = plan
        self.origin = origin
        appears = planned + plan.event.after
    }

    /// When it starts unless it is acknowledged earlier.
    var notBefore: Moment { appears + (plan.event.state == .started ? 0 : plan.event.notice) }

    var isStarted: Bool { if case .started = phase { true } else { false } }

    /// What the clock does with it next, and when; nil when it waits for a reader.
    func next(_ timing: EventTiming) -> (step: Step, at: Moment)? {
        switch phase {
        case .awaited: return (.appear, appears)
        case .scheduled:
            if let span = plan.event.cancelledAfter, appears + span < notBefore { return (.cancel, appears + span) }
            return (.start, notBefore)
        case .started(let start, _): return timing == .real ? (.finish, start + plan.event.impact) : nil
        }
    }

    /// Takes the steps that the clock has due by `moment`.
    ///
    /// - Returns: the step that ended it, and when; nil while it is not over.
    mutating func pass(to moment: Moment, _ timing: EventTiming) -> (step: Step, at: Moment)? {
        while let next = next(timing), next.at <= moment {
            switch next.step {
            case .appear: phase = .scheduled
            case .start: phase = .started(at: next.at, isSeen: false)
            case .cancel, .finish: return next
            }
        }
        return nil
    }
}

/// An event that clients are told of, as it stands.
struct ListedEvent: Hashable, Sendable {
    let plan: PlannedEvent
    /// When it will start; nil once it has.
    let notBefore: Moment?

    /// Nil while the event is none of a client's business.
    init?(_ event: TimelineEvent) {
        plan = event.plan
        switch event.phase {
        case .awaited: return nil
        case .scheduled: notBefore = event.notBefore
        case .started: notBefore = nil
        }
    }
}

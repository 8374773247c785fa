/// A maintenance event that the metadata service tells of, as a manifest or a command describes it (facts: imds.md §8).
///
/// All spans are whole seconds.
public struct ScheduledEvent: Hashable, Sendable {
    /// What happens to the machine; the raw value is `EventType` on the wire.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// The machine pauses for a few seconds.
        case freeze = "Freeze"
        /// It restarts.
        case reboot = "Reboot"
        /// It moves to another host.
        case redeploy = "Redeploy"
        /// A Spot machine is taken away.
        case preempt = "Preempt"
        /// It is deleted.
        case terminate = "Terminate"
    }

    /// Who wants it; the raw value is `EventSource` on the wire.
    public enum Source: String, CaseIterable, Hashable, Sendable {
        case platform = "Platform"
        case user = "User"
    }

    /// How it first shows itself.
    public enum InitialState: String, CaseIterable, Hashable, Sendable {
        /// With its notice.
        case scheduled
        /// Under way already, as after a failure of the host: the notice is skipped.
        case started
    }

    /// `EventId`: a GUID in the letter case that was given; clients are to compare it in any.
    public let id: String
    /// What happens.
    public let kind: Kind
    /// The machines it happens to; nil for the served machine alone.
    public let resources: [String]?
    /// Who wants it.
    public let source: Source
    /// Text for people; empty when nothing was said.
    public let description: String
    /// How long after the start of the server (or of a reload, or of a command) it shows itself.
    public let after: Int
    /// From showing itself to `NotBefore`.
    public let notice: Int
    /// `DurationInSeconds`: the expected pause; -1 unknown, 0 none.
    public let durationInSeconds: Int
    /// How long it stays Started before it is gone.
    public let impact: Int
    /// How it first shows itself.
    public let state: InitialState
    /// How long after showing itself it is called off, unless it has started by then; nil for never.
    public let cancelledAfter: Int?
}

extension ScheduledEvent.Kind {
    /// What an event of a kind is like unless it says otherwise.
    struct Usual {
        let notice: Int
        let duration: Int
        let impact: Int
    }

    /// Notices are the documented minima; for Terminate the user's choice begins at five minutes.
    ///
    /// A Freeze pauses for 5 s in the documented sample, and is listed for about ten minutes once Started; of the others neither is known,
    /// so their pause is -1 and their listing the same.
    var usual: Usual {
        switch self {
        case .freeze: Usual(notice: 900, duration: 5, impact: 600)
        case .reboot: Usual(notice: 900, duration: -1, impact: 600)
        case .redeploy: Usual(notice: 600, duration: -1, impact: 600)
        case .preempt: Usual(notice: 30, duration: -1, impact: 600)
        case .terminate: Usual(notice: 300, duration: -1, impact: 600)
        }
    }
}

public import Decisions
import IdentityModel
public import IdentityStore

/// Writes down what MIC does: a decision for each object it makes, moves on or removes.
public struct MICRecorder: Sendable {
    private let journal: DecisionJournal
    private let metrics: NMIMetrics

    /// Writes into the given journal, and counts.
    public init(journal: DecisionJournal, metrics: NMIMetrics) {
        self.journal = journal
        self.metrics = metrics
    }

    /// Writes down the changes of one cycle, in order.
    public func record(_ changes: [AssignmentChange]) {
        metrics.count(changes)
        for change in changes { journal.record(Self.decision(change)) }
    }

    static func decision(_ change: AssignmentChange) -> Decision {
        let isRefused =
            switch change.event {
            case .failed, .nameTaken: true
            case .created, .updated, .assigned, .removed, .pulled: false
            }
        var decision = Decision(
            face: .mic, plane: .podIdentity, outcome: isRefused ? .refused : .changed, reason: "\(sentence(change))\(told(change))")
        decision.pod = change.assigned.pod
        decision.matched = [ObjectKey(pod: change.assigned.pod), ObjectKey(change.assigned)]
        if let binding = change.assigned.binding { decision.matched.append(ObjectKey(binding)) }
        if let identity = change.assigned.identity { decision.matched.append(ObjectKey(identity)) }
        if case .assigned(let seconds) = change.event { decision.waitMilliseconds = seconds * 1000 }
        if change.event == .pulled { decision.quirks = [NMIQuirk.namesakesPullIdentities.note] }
        if case .nameTaken = change.event { decision.quirks = [NMIQuirk.oneObjectOfAName.note] }
        return decision
    }

    private static func told(_ change: AssignmentChange) -> String {
        guard let event = MICEvent(change) else { return "" }
        return " Event \(event.level.rawValue) \"\(event.reason)\" on \(event.object): \(event.message)"
    }

    private static func sentence(_ change: AssignmentChange) -> String {
        let assigned = change.assigned
        let identity = assigned.identity.map { "AzureIdentity \($0.id)" } ?? "its identity"
        switch change.event {
        case .created:
            return "MIC created \(ObjectKey(assigned)): the label of \(assigned.pod) leads to \(identity)."
        case .updated: return "MIC updated \(ObjectKey(assigned)): its identity, its binding or its pod's node changed."
        case .assigned(let seconds):
            return "\(ObjectKey(assigned)) is Assigned: \(identity) is on \(change.host)"
                + (seconds > 0 ? ", which takes \(seconds) s in Azure." : " already, or needs no place there.")
        case .failed: return "\(ObjectKey(assigned)) stays Created: Azure refuses to put \(identity) on \(change.host)."
        case .removed(let freesHost):
            return "MIC removed \(ObjectKey(assigned))"
                + (freesHost ? ", and took \(identity) off \(change.host)." : "; \(change.host) keeps what it has.")
        case .nameTaken(let holder):
            return "MIC gives \(assigned.pod) no object for \(identity): \(assigned.id.name) is that of \(holder), which comes first."
        case .pulled:
            return "MIC took \(identity) off \(change.host) with \(ObjectKey(assigned)), though other pods need it; it comes back in 180 s."
        }
    }
}

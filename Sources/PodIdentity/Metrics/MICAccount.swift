import IdentityModel
import IdentityStore

/// What MIC would have measured of one go of its work (source: nmi.md §5.2, §5.3, §8.4).
///
/// The seconds are Azure's, waited for or only recorded; what an API server or our own code takes counts as nothing.
struct MICAccount {
    /// The calls about one machine or scale set.
    struct Calls: Hashable {
        let host: AssignmentHost
        /// Reads of what it has: one before anything is changed, and one more to see what a refused change has done.
        var reads = 1
        /// Seconds that changing it took; nil when nothing was changed.
        var updateSeconds: Int?
        /// Changes that were refused.
        var refusals = 0

        /// The words of the metrics' labels.
        var operations: (get: String, update: String) {
            switch host {
            case .machine: ("vm_get", "vm_update")
            case .scaleSet: ("vmss_get", "vmss_update")
            }
        }
    }

    private(set) var additions = 0
    private(set) var updates = 0
    private(set) var deletions = 0
    private(set) var calls: [Calls] = []
    /// Seconds of the cycle that ended; nil when one has only begun, by making objects whose identities are on their way.
    private(set) var cycleSeconds: Int?

    init(_ changes: [AssignmentChange]) {
        var byHost: [AssignmentHost: Calls] = [:]
        for change in changes {
            switch change.event {
            case .created: additions += 1
            case .updated: updates += 1
            case .removed: deletions += 1
            case .assigned, .failed, .pulled, .nameTaken: break
            }
            guard change.isDone else { continue }
            cycleSeconds = max(cycleSeconds ?? 0, change.hostSeconds)
            guard change.asksAzure else { continue }
            var calls = byHost[change.host] ?? Calls(host: change.host)
            if case .failed = change.event { (calls.reads, calls.refusals) = (2, 1) }
            if change.hostSeconds > 0 { calls.updateSeconds = max(calls.updateSeconds ?? 0, change.hostSeconds) }
            byHost[change.host] = calls
        }
        calls = byHost.values.sorted { $0.host < $1.host }
    }
}

extension AssignmentChange {
    /// Whether a cycle ends with it: an object that is only made waits for Azure.
    fileprivate var isDone: Bool {
        switch event {
        case .created, .updated, .nameTaken: false
        case .assigned, .failed, .removed, .pulled: true
        }
    }

    /// Whether Azure is asked for it: identities of types 1 and 2 are on no host, and what others need stays where it is.
    fileprivate var asksAzure: Bool {
        guard let identity = assigned.identity, identity.category == .managedIdentity else { return false }
        if case .removed(let freesHost) = event { return freesHost }
        return true
    }
}

extension NMIMetrics.State {
    /// Counts a go of MIC's work.
    mutating func add(_ account: MICAccount) {
        for (operations, count, seconds) in [
            (account.additions, MetricFamily.additions, MetricFamily.additionSeconds), (account.updates, .updates, .updateSeconds),
            (account.deletions, .deletions, .deletionSeconds),
        ] where operations > 0 {
            self.count(count, times: operations)
            observe(seconds, times: operations)
        }
        for calls in account.calls {
            observe(.cloudSeconds, calls.operations.get, times: calls.reads)
            if let seconds = calls.updateSeconds { observe(.cloudSeconds, calls.operations.update, seconds: Double(seconds)) }
            if calls.refusals > 0 { count(.cloudErrors, calls.operations.update, times: calls.refusals) }
        }
        guard let seconds = account.cycleSeconds else { return }
        count(.cycles)
        observe(.cycleSeconds, seconds: Double(seconds))
    }
}

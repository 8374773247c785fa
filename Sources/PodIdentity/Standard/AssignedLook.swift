import IdentityModel

/// One look at what is assigned to a pod: whether NMI goes on with it, or waits (source: nmi.md §1.8).
enum AssignedLook {
    /// These may be chosen from: all of one state, of which at least one is asked for.
    case found([AzureAssignedIdentity])
    /// Nothing to go on with; `created` when MIC has at least made what is asked for.
    case notYet(created: Bool)

    /// Looks at the pod's assigned identities.
    ///
    /// Ids are compared in any case, and on a hit the whole group of that state is handed on, to be gone through again with the case:
    /// the original's gate and its choice do not agree. A group without a state hides the assigned ones.
    init(at assigned: [AzureAssignedIdentity], for query: NMIQuery) {
        func isMeant(_ assigned: AzureAssignedIdentity) -> Bool {
            guard let identity = assigned.identity else { return false }
            return query.namesNoIdentity || query.namesInAnyCase(identity)
        }
        for state in [AzureAssignedIdentity.State.empty, .assigned] {
            let group = assigned.filter { $0.state == state && $0.identity != nil }
            if group.contains(where: isMeant) {
                self = .found(group)
                return
            }
        }
        self = .notYet(created: assigned.contains { $0.state == .created && isMeant($0) })
    }
}

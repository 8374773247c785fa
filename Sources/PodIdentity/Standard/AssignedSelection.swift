import Decisions
import IdentityModel
import IdentityStore
import Surroundings

/// What NMI's choice in standard mode came to, once the wait is over (source: nmi.md §3.2, §3.3).
struct AssignedSelection: Sendable {
    /// The one that was taken.
    let chosen: AzureAssignedIdentity?
    /// Why none was.
    let failure: NMIFailure?
    /// All that the wait handed on.
    let group: [AzureAssignedIdentity]
    /// Those that only their namespace rules out.
    private let fenced: [AzureAssignedIdentity]

    /// Chooses from a group of one state: first namespaces, then ids with their case.
    init(from group: [AzureAssignedIdentity], pod: NamespacedName, query: NMIQuery, forceNamespaced: Bool, entropy: Entropy) {
        self.group = group
        func isFenced(_ assigned: AzureAssignedIdentity) -> Bool {
            guard let identity = assigned.identity else { return true }
            return (forceNamespaced || identity.isNamespaced) && identity.id.namespace != pod.namespace
        }
        fenced = group.filter(isFenced)
        let left = group.filter { !isFenced($0) }
        if query.namesNoIdentity {
            chosen = entropy.one(of: left)
            // The original takes the first of the list without looking whether there is one; the panic's text is the answer.
            failure = left.isEmpty ? .selectionEmpty : nil
        } else {
            chosen = left.first { $0.identity.map(query.names) ?? false }
            failure = chosen == nil ? .identityNotFound(requestedClientID: query.clientID) : nil
        }
    }

    /// What of the choice's odd ways made a difference.
    func quirks(query: NMIQuery) -> [NMIQuirk] {
        switch failure {
        case .selectionEmpty: [.emptyListPanics]
        case .identityNotFound where group.contains { $0.identity.map { !query.names($0) && query.namesInAnyCase($0) } ?? false }:
            [.choiceMindsCase]
        default: query.namesNoIdentity && group.count > fenced.count + 1 ? [.randomChoice] : []
        }
    }

    /// Those that were not taken, each with the reason.
    func rejections(query: NMIQuery) -> [Decision.Rejection] {
        group.compactMap { assigned in
            guard let identity = assigned.identity, assigned !== chosen else { return nil }
            let key = ObjectKey(assigned)
            if fenced.contains(where: { $0 === assigned }) {
                return Decision.Rejection(
                    key, "its AzureIdentity \(identity.id) is namespaced, and the pod is in another namespace")
            }
            if query.namesNoIdentity { return Decision.Rejection(key, "several identities fit and another was chosen") }
            return query.names(identity) ? nil : Decision.Rejection(key, query.difference(from: identity))
        }
    }
}

import IdentityModel
import IdentityStore

/// An event as MIC leaves it on a binding, source component `aadpodidentity.k8s.io` (source: nmi.md §5.5).
struct MICEvent: Hashable {
    /// Kubernetes knows these two.
    enum Level: String {
        case normal = "Normal"
        case warning = "Warning"
    }

    let level: Level
    let reason: String
    /// What it is on.
    let object: ObjectKey
    let message: String

    /// The event of a change; nil for one that MIC tells nobody, as it tells nobody of an ordinary un-assignment.
    init?(_ change: AssignmentChange) {
        guard let binding = change.assigned.binding, let identity = change.assigned.identity else { return nil }
        object = ObjectKey(binding)
        switch change.event {
        case .assigned:
            level = .normal
            reason = "binding applied"
            // What it calls the pod is the name of the AzureAssignedIdentity.
            message =
                "\(change.isBesideRefusal ? "binding" : "Binding") \(binding.id.name) applied on node \(change.assigned.nodeName) "
                + "for pod \(change.assigned.id.name)"
        case .failed(let refusal):
            level = .warning
            reason = "binding apply error"
            message =
                "failed to apply binding \(binding.id) node \(change.assigned.nodeName) for pod \(change.assigned.pod), "
                + "error: \(refusal.text(identity.resourceID, on: change.host))"
        case .created, .updated, .removed, .pulled, .nameTaken: return nil
        }
    }
}

extension AssignmentRefusal {
    /// What Azure says, shortened to the code and the sentence that tell one refusal from another.
    func text(_ resourceID: String, on host: AssignmentHost) -> String {
        switch self {
        case .identityMissing:
            "Code=\"FailedIdentityOperation\" Message=\"Identity operation for \(host) failed: Resource '\(resourceID)' was not found.\""
        case .permissionMissing:
            "Code=\"LinkedAuthorizationFailed\" Message=\"The client does not have permission to perform action "
                + "'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) '\(resourceID)' "
                + "(role Managed Identity Operator).\""
        case .limitReached(let limit):
            "Code=\"InvalidParameter\" Message=\"\(host) would have more than \(limit) user assigned identities.\""
        }
    }
}

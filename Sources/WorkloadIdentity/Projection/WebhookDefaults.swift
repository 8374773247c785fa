import IdentityModel

/// The token volume of a pod that the webhook has not touched, as the webhook would have it (source: workload-identity.md §1.2, §1.5).
enum WebhookDefaults {
    static let path = "token/azure-identity-token"
    static let audience = WebhookSettings.defaultAudience
    /// Of a Pod: `true`, in any case, asks for the token endpoint of AKS identity bindings.
    static let bindingAnnotation = "azure.workload.identity/use-identity-binding"
    private static let expirations: ClosedRange<Int64> = 3600...86_400

    /// Whether a pod asks for tokens by its identity binding.
    static func usesIdentityBinding(_ pod: Pod) -> Bool { pod.annotations[bindingAnnotation]?.lowercased() == "true" }

    /// Whom a pod's token is for.
    static func audience(of pod: Pod) -> String { usesIdentityBinding(pod) ? IdentityBinding.audience : audience }

    /// The life the webhook would ask for: the pod's annotation, else the account's; an empty one counts as unset.
    static func expiration(_ pod: Pod, _ account: ServiceAccount) throws(ProjectionRefusal) -> Int64? {
        for (owner, annotations) in [("Pod \(pod.id)", pod.annotations), ("ServiceAccount \(account.id)", account.annotations)] {
            guard let text = annotations[WorkloadAnnotation.expiration], !text.isEmpty else { continue }
            guard let seconds = Int64(text), expirations.contains(seconds) else {
                throw ProjectionRefusal(
                    owner, "\(WorkloadAnnotation.expiration): found \(text.debugDescription); allowed: seconds from 3600 to 86400")
            }
            return seconds
        }
        return nil
    }
}

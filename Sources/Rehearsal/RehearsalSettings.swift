public import IdentityModel
import WorkloadIdentity

/// What a rehearsal is told besides the manifests.
public struct RehearsalSettings: Sendable {
    /// What tokens are asked for; the first is asked for in every shape.
    public var resource = "https://management.azure.com/"
    /// NMI's mode; nil to take it from the manifests.
    public var mode: PodIdentityMode?
    /// The `Node` whose settings count, where there are several.
    public var nodeName: String?
    /// The cluster's issuer; nil to take it from a `Cluster`, or one of ours.
    public var issuer: String?

    /// Whether the API server has native sidecars (1.32 and later).
    public var hasNativeSidecars = false

    /// The defaults.
    public init() {}

    func webhook(tenantID: String) -> WebhookSettings {
        var webhook = WebhookSettings(tenantID: tenantID)
        webhook.hasNativeSidecars = hasNativeSidecars
        return webhook
    }
}

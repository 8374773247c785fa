/// Where the releases of the webhook differ (source: workload-identity.md, "Version forks that a client can see").
struct WebhookBehaviour: Hashable, Sendable {
    /// How the volume of the token is called.
    enum VolumeName: Hashable, Sendable {
        /// Always so.
        case fixed(String)
        /// This, and as much of the SHA-256 of the pod's name as fits.
        case hashed(prefix: String)
    }

    /// What becomes of a volume or mount that the pod brought along.
    enum Present: Hashable, Sendable {
        /// A projection to the token's path keeps the volume out, a mount of the volume's name the mount.
        case kept
        /// A volume or mount of the volume's name is replaced whole.
        case replaced
    }

    /// Where the sidecar is put.
    enum Placement: Hashable, Sendable {
        /// Last of the containers.
        case last
        /// First of the containers.
        case first
        /// First of the init containers where the API server has native sidecars, else first of the containers.
        case native
    }

    /// By what a proxy container is taken for injected already.
    enum Recognition: Hashable, Sendable {
        case nameOrImage
        case name
    }

    /// Where containers see the volume.
    let mountPath: String
    /// The token's path in the volume.
    let tokenPath: String
    let volumeName: VolumeName
    let present: Present
    let placement: Placement
    let recognition: Recognition
    /// Whether a pod on the host's network is denied the sidecar.
    let deniesHostNetwork: Bool
    /// Whether variables without a value are injected too.
    let writesEmptyVariables: Bool
    /// Whether there is a custom token endpoint (AKS identity bindings).
    let hasTokenEndpoint: Bool

    private static let oldMount = "/var/run/secrets/azure/tokens"
    private static let oldName = "azure-identity-token"

    /// The releases that began to differ from the one before, oldest first.
    static let table: [(since: WebhookVersion, behaviour: WebhookBehaviour)] = [
        (
            WebhookVersion(0, 0),
            WebhookBehaviour(
                mountPath: oldMount, tokenPath: oldName, volumeName: .fixed(oldName), present: .kept, placement: .last,
                recognition: .nameOrImage, deniesHostNetwork: false, writesEmptyVariables: true, hasTokenEndpoint: false)
        ),
        (
            WebhookVersion(2, 0),
            WebhookBehaviour(
                mountPath: oldMount, tokenPath: oldName, volumeName: .fixed(oldName), present: .kept, placement: .first,
                recognition: .nameOrImage, deniesHostNetwork: true, writesEmptyVariables: true, hasTokenEndpoint: false)
        ),
        (
            WebhookVersion(4, 0),
            WebhookBehaviour(
                mountPath: oldMount, tokenPath: oldName, volumeName: .fixed(oldName), present: .kept, placement: .first,
                recognition: .name, deniesHostNetwork: true, writesEmptyVariables: true, hasTokenEndpoint: false)
        ),
        (
            WebhookVersion(5, 0),
            WebhookBehaviour(
                mountPath: oldMount, tokenPath: oldName, volumeName: .fixed(oldName), present: .kept, placement: .native,
                recognition: .name, deniesHostNetwork: true, writesEmptyVariables: true, hasTokenEndpoint: false)
        ),
        (
            WebhookVersion(5, 1),
            WebhookBehaviour(
                mountPath: oldMount, tokenPath: oldName, volumeName: .fixed(oldName), present: .kept, placement: .native,
                recognition: .name, deniesHostNetwork: true, writesEmptyVariables: false, hasTokenEndpoint: false)
        ),
        (
            WebhookVersion(6, 0),
            WebhookBehaviour(
                mountPath: "/var/run/secrets/azure/wi", tokenPath: "token/azure-identity-token",
                volumeName: .hashed(prefix: "azure-workload-identity-reserved-"), present: .replaced, placement: .native,
                recognition: .name, deniesHostNetwork: true, writesEmptyVariables: false, hasTokenEndpoint: true)
        ),
    ]
}

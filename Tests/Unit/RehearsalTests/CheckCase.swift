import IdentityModel

@testable import Rehearsal

/// A cluster in which one check has something to find.
struct CheckCase: CustomStringConvertible, Sendable {
    let id: String
    let documents: [String]
    /// What is to be there after the migration; nil to have it worked out.
    var target: [String]?
    var settings = RehearsalSettings()
    /// What was recorded, a file each.
    var recorded: [String] = []
    /// What came of a command in both worlds; nil for none.
    var live: (today: LiveRun, target: LiveRun)?
    /// What the summary has to hold; tells cases of one check apart.
    var says: String?

    var description: String { says.map { "\(id): \($0)" } ?? id }

    init(
        _ id: String, _ documents: [String], target: [String]? = nil, mode: PodIdentityMode? = nil, recorded: [String] = [],
        live: (today: LiveRun, target: LiveRun)? = nil, says: String? = nil
    ) {
        self.id = id
        self.documents = documents
        self.target = target
        self.recorded = recorded
        self.live = live
        self.says = says
        settings.mode = mode
    }

    private static let servicePrincipal = """
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentity
        metadata: {name: partner, namespace: prod}
        spec: {type: 1, clientID: \(Cluster.clientID(9)), clientPassword: {name: partner, namespace: prod}}
        """
    private static let managedReader = """
        apiVersion: understudy.internal/v1alpha1
        kind: ManagedIdentity
        metadata: {name: reader}
        spec: {clientID: \(Cluster.clientID(1)), resourceID: /subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader}
        """
    private static let nearMiss = """
        apiVersion: understudy.internal/v1alpha1
        kind: FederatedIdentityCredential
        metadata: {name: without-slash}
        spec: {identity: {kind: ManagedIdentity, name: reader}, issuer: "\(Cluster.issuer.dropLast())", subject: "system:serviceaccount:prod:web"}
        """
    /// A cluster's credentials on the identity, of which there are others.
    private static func ofOtherCluster(_ count: Int) -> [String] {
        (1...count).map { number in
            """
            apiVersion: understudy.internal/v1alpha1
            kind: FederatedIdentityCredential
            metadata: {name: other-\(number)}
            spec: {identity: {kind: ManagedIdentity, name: reader}, issuer: "https://northeurope.oic.example/2/", subject: "system:serviceaccount:prod:app-\(number)"}
            """
        }
    }
    private static func namespace(_ level: String) -> String {
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: prod, labels: {pod-security.kubernetes.io/enforce: \(level)}}
        """
    }
    private static let secretProvider = """
        apiVersion: secrets-store.csi.x-k8s.io/v1
        kind: SecretProviderClass
        metadata: {name: vault, namespace: prod}
        spec: {provider: azure, parameters: {usePodIdentity: "true", keyvaultName: vault}}
        """
    private static func mounting(_ volume: String) -> [String] {
        [
            Cluster.identity("reader", 1), Cluster.binding("reader"),
            Cluster.workload("web", label: "reader", spec: "volumes: [{name: secrets, \(volume)}]"),
        ]
    }
    private static let vaultVolume = "csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: vault}}"
    private static func running(on selector: String) -> [String] {
        [
            Cluster.identity("reader", 1), Cluster.binding("reader"),
            Cluster.workload("web", label: "reader", spec: "nodeSelector: {\(selector)}"),
        ]
    }
    private static let successor = """
        apiVersion: understudy.internal/v1alpha1
        kind: ManagedIdentity
        metadata: {name: writer, annotations: {understudy.internal/replaces: reader}}
        spec: {clientID: \(Cluster.clientID(2)), resourceID: /subscriptions/5f1b2c3d-0a41-4c6e-9f10-2b7c8d9e0f11/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/writer}
        """
    private static let nodeWithOwn = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: aks-0}
        spec: {plane: pod-identity, shape: aks, systemAssigned: false, userAssigned: [writer]}
        """
    private static let certificateHolder = servicePrincipal.replacing("type: 1", with: "type: 2")
    private static let exception = """
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzurePodIdentityException
        metadata: {name: web, namespace: prod}
        spec: {podLabels: {app: web}}
        """
    private static let systemNode = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: aks-0}
        spec: {plane: pod-identity, shape: aks, systemAssigned: true}
        """
    static let blockingNode = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: aks-0}
        spec: {plane: pod-identity, shape: aks, nmi: {blockInstanceMetadata: true}}
        """

    /// Twenty-one workloads with accounts of their own, and one identity for all.
    private static let crowd =
        [Cluster.identity("reader", 1), Cluster.binding("reader")] + (1...21).map { Cluster.workload("web-\($0)", label: "reader") }

    /// The label by which the webhook knows its pods.
    private static let labelled = #", azure.workload.identity/use: "true""#

    private static func account(_ annotations: String) -> String {
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: web, namespace: prod, annotations: {\(annotations)}}
        """
    }

    private static func credential(_ identity: String) -> String {
        """
        apiVersion: understudy.internal/v1alpha1
        kind: FederatedIdentityCredential
        metadata: {name: \(identity)}
        spec: {identity: {kind: ManagedIdentity, name: \(identity)}, issuer: "\(Cluster.issuer)", subject: "system:serviceaccount:prod:web"}
        """
    }

    static let forReader = account("azure.workload.identity/client-id: \(Cluster.clientID(1))")
    static let moved = Cluster.workload("web", label: "reader", labels: labelled, spec: "serviceAccountName: web")

    /// Two identities, of which one is bound.
    private static let other = [
        managedReader.replacing("reader", with: "writer").replacing(Cluster.clientID(1), with: Cluster.clientID(2))
    ]

    /// One for each check of manifests.
    static let all: [CheckCase] = [
        CheckCase("label-without-identity", [Cluster.workload("web", label: "reader")]),
        CheckCase(
            "sidecar-ignores-resource-id",
            [
                Cluster.identity("reader", 1), Cluster.identity("writer", 2), Cluster.binding("reader"),
                Cluster.binding("writer", selector: "reader"), Cluster.workload("web", label: "reader"),
            ]),
        CheckCase(
            "identity-changes", Cluster.bound + [Cluster.issued] + other,
            target: [
                account("azure.workload.identity/client-id: \(Cluster.clientID(2))"), credential("reader"), credential("writer"), moved,
            ]),
        CheckCase("identity-lost", Cluster.bound + [Cluster.issued], target: [account(""), credential("reader"), moved]),
        CheckCase("sidecar-needs-client-id", Cluster.bound + [Cluster.issued], target: [account(""), credential("reader"), moved]),
        CheckCase("credential-missing", Cluster.bound + [Cluster.issued], target: [forReader, moved]),
        CheckCase(
            "injection-denied", Cluster.bound + [Cluster.issued],
            target: [
                account("azure.workload.identity/service-account-token-expiration: \"10\""), credential("reader"), moved,
            ]),
        CheckCase("not-injected", Cluster.bound + [Cluster.issued], target: [forReader, credential("reader")]),
        CheckCase(
            "not-side-by-side", Cluster.bound + [Cluster.issued],
            target: [forReader, credential("reader"), Cluster.workload("web", labels: labelled, spec: "serviceAccountName: web")]),
        CheckCase("claims-differ", Cluster.bound),
        CheckCase("answer-types-differ", Cluster.bound),
        CheckCase("header-not-required", Cluster.bound),
        CheckCase("issuer-unknown", Cluster.bound),
        CheckCase("issuer-change-breaks", Cluster.bound),
        CheckCase("propagation-refuses", Cluster.bound),
        CheckCase("errors-differ", Cluster.bound),
        CheckCase("instance-differs", Cluster.bound + [blockingNode]),
        CheckCase("credential-near-miss", Cluster.bound + [Cluster.issued, managedReader, nearMiss]),
        CheckCase("credential-limit", crowd),
        CheckCase("credential-budget", Array(crowd.dropLast(5))),
        CheckCase(
            "token-path-hard-coded",
            [
                Cluster.identity("reader", 1), Cluster.binding("reader"),
                Cluster.workload(
                    "web", label: "reader",
                    environment: "[{name: TOKEN, value: /var/run/secrets/azure/tokens/azure-identity-token}]"),
            ]),
        CheckCase("label-on-controller", [Cluster.workload("web", own: "{aadpodidbinding: reader}")]),
        CheckCase(
            "system-namespace",
            [
                Cluster.identity("reader", 1, in: "kube-system"), Cluster.binding("reader", in: "kube-system"),
                Cluster.workload("web", label: "reader", in: "kube-system"),
            ]),
        CheckCase(
            "host-network",
            [Cluster.identity("reader", 1), Cluster.binding("reader"), Cluster.workload("web", label: "reader", spec: "hostNetwork: true")]),
        CheckCase(
            "sidecar-and-user",
            [
                Cluster.identity("reader", 1), Cluster.binding("reader"),
                Cluster.workload("web", label: "reader", spec: "securityContext: {runAsUser: 0}"),
            ]),
        CheckCase(
            "job-never-ends",
            [Cluster.identity("reader", 1), Cluster.binding("reader"), Cluster.workload("web", label: "reader", kind: "Job")]),
        CheckCase("gap-other-identity", [Cluster.workload("web")]),
        CheckCase("gap-ambiguous", Cluster.bound),
        CheckCase("service-principal", [servicePrincipal, Cluster.binding("partner"), Cluster.workload("web", label: "partner")]),
        CheckCase(
            "random-choice",
            [
                Cluster.identity("reader", 1), Cluster.identity("writer", 2), Cluster.binding("reader"),
                Cluster.binding("writer", selector: "reader"), Cluster.workload("web", label: "reader"),
            ]),
        CheckCase(
            "cross-namespace-binding",
            [
                Cluster.identity("reader", 1, in: "platform"), Cluster.binding("reader", in: "platform"),
                Cluster.workload("web", label: "reader"),
            ], mode: .standard),
        CheckCase("exception", [Cluster.workload("web"), exception]),
        CheckCase("taken-for-mic", [Cluster.workload("microscope", in: "default")]),
        CheckCase("system-assigned", [Cluster.workload("web"), exception, systemNode]),
        CheckCase("policy-rejects-sidecar", Cluster.bound + [namespace("baseline")], says: "azwi-proxy-init: privileged"),
        CheckCase("policy-rejects-sidecar", Cluster.bound + [namespace("restricted")], says: "azwi-proxy-init: runAsUser 0"),
        CheckCase("windows-node", running(on: "kubernetes.io/os: windows")),
        CheckCase("virtual-node", running(on: "type: virtual-kubelet")),
        CheckCase("host-token", mounting(vaultVolume) + [secretProvider], says: "today it gets reader"),
        CheckCase("host-token", mounting(vaultVolume), says: "not in the manifests"),
        CheckCase(
            "host-token", mounting(#"flexVolume: {driver: azure/kv, options: {usepodidentity: "true", keyvaultname: vault}}"#),
            says: "flex volume"),
        CheckCase("node-identity", [Cluster.workload("web"), exception, nodeWithOwn] + other),
        CheckCase("stall-ends", [Cluster.workload("web")], mode: .standard, says: "80 s"),
        CheckCase("disconnected", Cluster.bound),
        CheckCase("credential-other-clusters", Cluster.bound + [Cluster.issued, managedReader] + ofOtherCluster(3), says: "3 of its 4"),
        CheckCase(
            "credential-limit", Cluster.bound + [Cluster.issued, managedReader] + ofOtherCluster(20), says: "20 of them other clusters'"),
        CheckCase(
            "replaced-id", Cluster.bound + [Cluster.issued],
            target: [
                account("azure.workload.identity/client-id: \(Cluster.clientID(2))"), credential("writer"), successor, moved,
            ]),
        CheckCase(
            "service-principal", [certificateHolder, Cluster.binding("partner"), Cluster.workload("web", label: "partner")],
            says: "a certificate"),
        CheckCase("binding-never-exercised", [Cluster.identity("reader", 1), Cluster.binding("reader")]),
    ]
}

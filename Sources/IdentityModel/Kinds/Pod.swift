import WireFormats

/// What a decision needs to know of a Kubernetes `Pod` (core v1).
///
/// A reference type, because the snapshot's indexes and the journal share one pod by the hundred thousand.
public final class Pod: Sendable {
    /// Namespace and name.
    public let id: NamespacedName
    /// Labels by key; exceptions match on them.
    public let labels: [String: String]
    /// Annotations of ours and of workload identity; what others write there is not kept.
    public let annotations: [String: String]
    private let givenUID: String?
    /// What it says of its projected token; nil unless the pod is one of workload identity.
    public let tokenVolume: PodTokenVolume?
    /// `spec.nodeName`; nil while unscheduled, which hand-written pods usually are.
    public let nodeName: String?
    /// `spec.serviceAccountName`, `default` when absent.
    public let serviceAccountName: String
    /// `spec.hostNetwork`: the pod shares its node's address.
    public let hostNetwork: Bool
    /// `status.podIP` in dotted form; only the primary address counts for NMI (source: nmi.md §1.4).
    public let podIP: String?
    /// `status.phase`; `Pending` when absent, as the API server sets it on creation.
    public let phase: String
    /// Name of the first owner whose kind is `ReplicaSet` in any case; `""` when there is none (source: nmi.md §1.4).
    public let replicaSetName: String

    /// The label that ties a pod to `AzureIdentityBinding`s with an equal selector.
    public static let bindingLabel = "aadpodidbinding"

    /// The annotation that names the directory on this host where the pod's token is kept.
    public static let tokenDirectoryAnnotation = "understudy.internal/token-directory"
    /// The label that makes the webhook look at a pod (source: workload-identity.md §1.2).
    public static let workloadIdentityLabel = "azure.workload.identity/use"
    /// Prefixes of the annotations that are kept.
    private static let annotationPrefixes = ["understudy.internal/", "azure.workload.identity/"]

    /// `metadata.uid`, or one derived from the name; derived when it is asked for, since few are.
    public var uid: String { givenUID ?? DerivedIDs.uid(of: ObjectKey(kind: .pod, namespace: id.namespace, name: id.name)) }

    /// The directory its token is to be kept in; nil when none is to be.
    public var tokenDirectory: String? { annotations[Self.tokenDirectoryAnnotation].flatMap { $0.isEmpty ? nil : $0 } }

    /// The value of the binding label; nil when the pod has none.
    public var bindingLabel: String? { labels[Self.bindingLabel] }

    /// Whether NMI's pod cache answers for this pod: phase `Pending` or `Running` (source: nmi.md §1.4).
    public var isResolvable: Bool { phase == "Pending" || phase == "Running" }

    init(metadata: ObjectMetadata, spec: inout FieldReader, status: inout FieldReader, replicaSetName: String) {
        id = metadata.namespacedName
        labels = metadata.labels
        let annotations = metadata.annotations.filter { entry in Self.annotationPrefixes.contains { entry.key.hasPrefix($0) } }
        self.annotations = annotations
        givenUID = metadata.uid
        let usesWorkloadIdentity = annotations[Self.tokenDirectoryAnnotation] != nil || metadata.labels[Self.workloadIdentityLabel] != nil
        tokenVolume = usesWorkloadIdentity ? PodTokenVolume(spec: &spec) : nil
        nodeName = spec.string("nodeName").flatMap { $0.isEmpty ? nil : $0 }
        serviceAccountName = spec.string("serviceAccountName") ?? "default"
        hostNetwork = spec.bool("hostNetwork") ?? false
        podIP = status.string("podIP").flatMap { $0.isEmpty ? nil : $0 }
        phase = status.string("phase") ?? "Pending"
        self.replicaSetName = replicaSetName
    }
}

extension Pod {
    /// `status.podIP` as a number in host byte order; nil when it is absent or not a dotted IPv4 address, for NMI sees no other.
    public var address: UInt32? { podIP.flatMap(IPv4.parse) }
}

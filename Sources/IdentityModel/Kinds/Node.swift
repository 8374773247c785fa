public import ManifestReading

/// Which world a caller lives in (design §1).
public enum Plane: String, CaseIterable, Hashable, Sendable {
    /// Plain IMDS.
    case vm
    /// NMI in front of IMDS.
    case podIdentity = "pod-identity"
    /// Webhook, sidecar and authority; the metadata listener is plain node IMDS.
    case workloadIdentity = "workload-identity"
}

/// NMI's operation mode (source: nmi.md §6).
public enum PodIdentityMode: String, CaseIterable, Hashable, Sendable {
    case managed
    case standard
}

/// The kind of machine IMDS describes.
public enum NodeShape: String, CaseIterable, Hashable, Sendable {
    case vm
    case vmssFlexible = "vmss-flexible"
    case vmssUniform = "vmss-uniform"
    case aks
}

/// NMI's switches that change answers (source: nmi.md §8.1).
public struct NMISettings: Hashable, Sendable {
    /// `--forceNamespaced`; always on in managed mode.
    public var forceNamespaced = false
    /// `--block-instance-metadata`.
    public var blockInstanceMetadata = false
    /// `--metadata-header-required`.
    public var metadataHeaderRequired = true
    /// `--set-retry-after-header`.
    public var setRetryAfterHeader = false
    /// `--MICNamespace`.
    public var micNamespace = "default"
    /// `--retry-attempts-for-created`: looks before NMI gives up on a pod that nothing was created for.
    public var retryAttemptsForCreated = 16
    /// `--retry-attempts-for-assigned`: further looks for what was created and is not assigned yet.
    public var retryAttemptsForAssigned = 4
    /// `--find-identity-retry-interval`: seconds between looks.
    public var findIdentityRetryInterval = 5

    /// NMI's own defaults.
    public init() {}

    init(_ reader: inout FieldReader) {
        forceNamespaced = reader.bool("forceNamespaced") ?? forceNamespaced
        blockInstanceMetadata = reader.bool("blockInstanceMetadata") ?? blockInstanceMetadata
        metadataHeaderRequired = reader.bool("metadataHeaderRequired") ?? metadataHeaderRequired
        setRetryAfterHeader = reader.bool("setRetryAfterHeader") ?? setRetryAfterHeader
        micNamespace = reader.string("micNamespace") ?? micNamespace
        retryAttemptsForCreated = reader.integer("retryAttemptsForCreated", in: 0...1000) ?? retryAttemptsForCreated
        retryAttemptsForAssigned = reader.integer("retryAttemptsForAssigned", in: 0...1000) ?? retryAttemptsForAssigned
        findIdentityRetryInterval = reader.integer("findIdentityRetryInterval", in: 0...3600) ?? findIdentityRetryInterval
    }
}

/// An explicit choice of ids for the node's system-assigned identity.
public struct SystemAssignedIdentity: Hashable, Sendable {
    /// The client id; derived from the node's name when nil.
    public var clientID: String?
    /// The object id of the service principal; derived when nil.
    public var principalID: String?
}

/// A `Node` of ours: the machine whose metadata service and NMI are emulated.
public struct Node: Sendable {
    /// The node's name; pods with this `spec.nodeName` are served.
    public let name: String
    /// The plane of the metadata listener.
    public var plane = Plane.vm
    /// NMI's mode in the pod-identity plane.
    public var podIdentityMode = PodIdentityMode.managed
    /// The kind of machine.
    public var shape = NodeShape.vm
    /// Name of the `Tenant`; nil for the only one, or the derived one.
    public var tenant: String?
    /// The system-assigned identity; nil when the node has none.
    public var systemAssigned: SystemAssignedIdentity?
    /// Names or resource ids of user-assigned identities; nil when not said.
    public var userAssigned: [String]?
    /// Name or resource id of what a pod reaches on the node when nothing is in between.
    public var kubeletIdentity: String?
    /// Whether `getplatformmetadata` and `issuecredential` answer.
    public var tokenBinding = false
    /// NMI's switches.
    public var nmi = NMISettings()
    /// What MIC does and what is scripted to befall it, in standard mode.
    public var mic = MICSettings()
    /// `spec.compute`: IMDS properties as given, values as text.
    public var compute: [String: ManifestNode] = [:]

    /// A node with all defaults: a stand-alone VM with a system-assigned identity.
    public init(name: String, plane: Plane) {
        self.name = name
        self.plane = plane
        systemAssigned = SystemAssignedIdentity()
    }

    /// Fields that belong to parts of Understudy that do not exist yet; they are accepted so that a manifest need not change later.
    static let reserved = ["scaleSet", "network", "tags", "userData", "loadBalancer", "scheduledEvents"]

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        plane = spec.choice("plane", Plane.self) ?? .vm
        podIdentityMode = spec.choice("podIdentityMode", PodIdentityMode.self) ?? .managed
        shape = spec.choice("shape", NodeShape.self) ?? .vm
        tenant = spec.string("tenant")
        kubeletIdentity = spec.string("kubeletIdentity")
        tokenBinding = spec.bool("tokenBinding") ?? false
        nmi = spec.nested("nmi") { NMISettings(&$0) } ?? NMISettings()
        mic = spec.nested("mic") { MICSettings(&$0) } ?? MICSettings()
        systemAssigned = Self.readSystemAssigned(&spec)
        userAssigned = spec.strings("userAssigned")
        if let node = spec.any("compute"), node.members == nil {
            spec.complain("compute", found: node.shown, allowed: "a mapping of IMDS properties")
        }
        compute = Dictionary(
            (spec.any("compute")?.members ?? []).map { ($0.name, $0.node) }, uniquingKeysWith: { first, _ in first })
        for field in Self.reserved { _ = spec.any(field) }
    }

    private static func readSystemAssigned(_ spec: inout FieldReader) -> SystemAssignedIdentity? {
        guard let node = spec.any("systemAssigned") else { return nil }
        switch node.value {
        case .bool(let on): return on ? SystemAssignedIdentity() : nil
        case .mapping:
            return spec.nested("systemAssigned") { reader in
                SystemAssignedIdentity(clientID: reader.guid("clientID"), principalID: reader.guid("principalID"))
            }
        default:
            spec.complain("systemAssigned", found: node.shown, allowed: "true, false, or {clientID, principalID}")
            return nil
        }
    }
}

import ManifestReading

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

/// The scale set a node's manifest names; what it leaves out is read from other names, or derived.
public struct ScaleSetReference: Hashable, Sendable {
    /// The set's name.
    public let name: String?
    /// The number of the instance.
    public let instance: Int?
}

/// A `Node` of ours: the machine whose metadata service and NMI are emulated.
public struct Node: Hashable, Sendable {
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
    /// The events its metadata service tells of while it is served.
    public var scheduledEvents: [ScheduledEvent] = []
    /// What MIC does and what is scripted to befall it, in standard mode.
    public var mic = MICSettings()
    /// `spec.compute`, `spec.network` and `spec.extended`: the properties of the instance document that are given.
    public var instance = InstanceGiven.object([:])
    /// The scale set the machine is in, as far as the manifest says.
    public var scaleSet: ScaleSetReference?
    /// `spec.tags`, by name.
    public var tags: [InstanceTag] = []
    /// `spec.userData`: what the user set, before base64.
    public var userData: String?
    /// `spec.loadBalancer`.
    public var loadBalancer = LoadBalancerMetadata()
    /// Public addresses of the Standard SKU, which the instance document does not tell.
    public var standardAddresses: [StandardAddress] = []

    /// A node with all defaults: a stand-alone VM with a system-assigned identity.
    public init(name: String, plane: Plane) {
        self.name = name
        self.plane = plane
        systemAssigned = SystemAssignedIdentity()
    }

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
        readInstance(&spec)
        scheduledEvents = ScheduledEvent.list(ofNode: name, &spec)
    }

    /// The instance document, and what stands beside it.
    private mutating func readInstance(_ spec: inout FieldReader) {
        var given: [String: InstanceGiven] = [:]
        given["compute"] = spec.instance("compute")
        given["extended"] = spec.instance("extended")
        var sku = PublicAddressSKU.basic
        given["network"] = spec.instance("network") { reader in sku = reader.choice("publicIpSku", PublicAddressSKU.self) ?? .basic }
        instance = CustomData.withdrawn(from: .object(given))
        if sku == .standard { (instance, standardAddresses) = StandardAddress.taken(from: instance) }
        scaleSet = spec.nested("scaleSet") { reader in
            ScaleSetReference(
                name: reader.string("name", allowed: "the name of a scale set", where: { !$0.isEmpty && !$0.contains("/") }),
                instance: reader.integer("instance", in: 0...Int(Int32.max)))
        }
        tags = InstanceTags.sorted((spec.stringMap("tags") ?? [:]).map { InstanceTag(name: $0.key, value: $0.value) })
        userData = spec.string("userData")
        loadBalancer = spec.nested("loadBalancer") { LoadBalancerMetadata(&$0) } ?? LoadBalancerMetadata()
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

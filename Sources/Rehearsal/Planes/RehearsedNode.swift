import IdentityModel
import WireFormats

/// The node on which every workload is rehearsed: the manifests' own, or an AKS node as it would be.
struct RehearsedNode: Sendable {
    /// The `Node` document.
    let document: JSONValue
    let name: String
    let mode: PodIdentityMode
    /// The identity of the node's kubelet; nil where the manifests' node has none.
    let kubelet: KnownIdentity?
    /// What the node's own identities need declared.
    let identityDocuments: [JSONValue]

    /// The node of the target: pods' identities are taken off it, as the migration's last step.
    let targetDocument: JSONValue

    static let kubeletName = "kubelet"

    init(_ cluster: ExportedCluster, catalogue: IdentityCatalogue, settings: RehearsalSettings) {
        let nodes = cluster.items.filter { $0.key.kind == .node }
        let given = nodes.first { settings.nodeName == nil || $0.key.name == settings.nodeName }
        let assigned = cluster.items.contains { $0.key.kind == .azureAssignedIdentity }
        if let given, case .node(let node) = given.object {
            name = node.name
            mode = settings.mode ?? node.podIdentityMode
            kubelet = node.kubeletIdentity.flatMap { name in catalogue.all.first { $0.name == name || $0.resourceID == name } }
            var spec = given.document["spec"] ?? [:]
            spec = spec.setting("plane", "pod-identity").setting("podIdentityMode", .string(mode.rawValue))
            if node.userAssigned == nil, mode == .managed {
                // What a managed node has when nobody lists it, and the kubelet's identity besides.
                spec = spec.setting("userAssigned", Self.references(catalogue, besides: node.kubeletIdentity))
            }
            document = Manifest.ours("Node", name, spec)
            identityDocuments = []
            let kept = (node.userAssigned ?? []).filter { reference in
                !cluster.all { if case .azureIdentity(let identity) = $0 { identity } else { nil } }.contains {
                    let known = catalogue.identity(of: $0.value.id)
                    return known?.name == reference || known?.resourceID.lowercased() == reference.lowercased()
                }
            }
            let kubelet = node.kubeletIdentity.map { kept.contains($0) ? [] : [$0] } ?? []
            targetDocument = Manifest.ours(
                "Node", name, spec.setting("plane", "workload-identity").setting("userAssigned", .strings(kubelet + kept)))
            return
        }
        name = "aks-nodepool1-0"
        // Only MIC makes AzureAssignedIdentity objects, and only standard mode has a MIC.
        mode = settings.mode ?? (assigned ? .standard : .managed)
        let arm = DerivedIDs.userAssignedIdentity(named: Self.kubeletName)
        let made = KnownIdentity(
            category: .managed, name: Self.kubeletName, clientID: DerivedIDs.clientID(ofIdentity: arm), resourceID: arm,
            objectID: DerivedIDs.principalID(ofIdentity: arm))
        let declared = catalogue.all.first { $0.name == Self.kubeletName }
        kubelet = declared ?? made
        identityDocuments = declared == nil ? [Manifest.ours("ManagedIdentity", Self.kubeletName, [:])] : []
        let spec: JSONValue = [
            "plane": "pod-identity", "podIdentityMode": .string(mode.rawValue), "shape": "aks", "systemAssigned": false,
            "kubeletIdentity": .string(Self.kubeletName),
            "userAssigned": mode == .managed ? Self.references(catalogue, besides: Self.kubeletName) : [.string(Self.kubeletName)],
        ]
        document = Manifest.ours("Node", name, spec)
        targetDocument = Manifest.ours(
            "Node", name, spec.setting("plane", "workload-identity").setting("userAssigned", [.string(Self.kubeletName)]))
    }

    /// The managed identities by name, and one more.
    private static func references(_ catalogue: IdentityCatalogue, besides name: String?) -> JSONValue {
        let names = catalogue.all.filter { $0.category == .managed }.map(\.name)
        let more = name.map { names.contains($0) ? [] : [$0] } ?? []
        return .strings(more + names)
    }
}

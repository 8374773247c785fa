import WireFormats

/// What the rest of an instance document follows from: the machine's names, its group and subscription, its scale set.
///
/// Each is what the manifest says, else read from another thing it says, else derived from the node's name.
public struct InstanceFacts: Sendable {
    /// What the manifest gives of the tree.
    let given: InstanceGiven
    let shape: NodeShape
    let cloud: String
    let machineName: String
    let computerName: String
    let resourceGroup: String
    let subscription: String
    let vmID: String
    /// The scale set and the number of the instance in it; nil for a stand-alone VM.
    let scaleSet: ScaleSetInstance?
    let tags: [InstanceTag]
    let userData: String
    /// What names of addresses and disks are derived from.
    let seed: String

    init(_ origin: InstanceDocument.Origin) {
        let node = origin.node
        let kubeletClientID = origin.kubeletClientID
        given = node.instance
        shape = node.shape
        cloud = origin.cloud.rawValue
        seed = "node/\(node.name)"
        let resource = given.text(at: "compute.resourceId").flatMap(ComputeResourceID.init)
        subscription = given.text(at: "compute.subscriptionId") ?? resource?.subscription ?? DerivedIDs.subscription
        let location = given.text(at: "compute.location") ?? "westeurope"
        let home = DerivedIDs.resourceGroup
        let ownGroup = node.shape == .aks ? "MC_\(home)_\(home)_\(location.lowercased())" : home
        resourceGroup = given.text(at: "compute.resourceGroupName") ?? resource?.resourceGroup ?? ownGroup
        vmID = GUID(derivedFrom: "\(seed)/vmId").description
        let set = ScaleSetInstance(node: node, given: given, resource: resource)
        scaleSet = set
        switch node.shape {
        case .vm, .vmssFlexible:
            machineName = resource?.machine ?? node.name
            computerName = given.text(at: "compute.name") ?? machineName
        case .vmssUniform, .aks:
            machineName = set.map { "\($0.set)_\($0.instance)" } ?? node.name
            computerName = set?.computerName ?? node.name
        }
        userData = node.userData.map { Base64.encode(Array($0.utf8)) } ?? ""
        var tags = node.shape == .aks ? InstanceTags.ofAKS(set: set, seed: seed, kubeletClientID: kubeletClientID) : []
        tags.removeAll { tag in node.tags.contains { $0.name == tag.name } }
        self.tags = InstanceTags.sorted(tags + node.tags)
    }

    /// The name of a uniform set; empty for others, as on the wire (source: imds.md §3.1).
    var uniformSet: String { shape == .aks || shape == .vmssUniform ? scaleSet?.set ?? "" : "" }

    /// The placement group of a uniform set.
    var placementGroup: String { uniformSet.isEmpty ? "" : GUID(derivedFrom: "scale-set/\(uniformSet)/placementGroup").description }
}

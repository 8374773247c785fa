import IdentityModel

/// Works out which node is served and what it has, from the manifests or, where they are silent, by rule (design §2).
enum NodeResolution {
    /// The node that is served.
    ///
    /// - Parameters:
    ///   - capture: the instance document of a real machine, which then stands for the node's own.
    ///   - before: the node served until now, whose document is kept when nothing changed that it follows from.
    static func servedNode(
        nodeName: String?, capture: InstanceDocument?, indexes: ObjectIndexes, before: ServedNode? = nil
    ) -> ServedNode {
        let node = chosenNode(nodeName: nodeName, indexes: indexes)
        let tenant = node.tenant.flatMap { name in indexes.tenants.first { $0.name == name } } ?? indexes.tenants[0]
        let kubelet = node.kubeletIdentity.map { principal($0, indexes).clientID }
        let origin = InstanceDocument.Origin(node: node, cloud: tenant.cloud, kubeletClientID: kubelet)
        // A change of pods leaves the machine as it is, and what was made of it.
        let kept = before.flatMap { $0.instance.origin == origin ? $0.instance : nil }
        let instance = capture ?? kept ?? InstanceDocument(origin)
        return ServedNode(node: node, tenant: tenant, userAssigned: assignment(of: node, indexes: indexes), instance: instance)
    }

    private static func chosenNode(nodeName: String?, indexes: ObjectIndexes) -> Node {
        if let declared = indexes.nodes.first(where: { nodeName == nil || $0.name == nodeName }) { return declared }
        // An exported cluster has no Node of ours; that it has pod-identity objects says which plane is meant.
        let podIdentity = indexes.counts.contains { $0.key.group == .podIdentity && $0.value > 0 }
        return Node(name: nodeName ?? "vm-0", plane: podIdentity ? .podIdentity : .vm)
    }

    private static func assignment(of node: Node, indexes: ObjectIndexes) -> ServedNode.Assignment {
        let listed = node.userAssigned?.map { principal($0, indexes) }
        guard node.plane == .podIdentity else { return .only(listed ?? []) }
        if node.podIdentityMode == .standard { return .assignedByMIC(listed: listed ?? []) }
        return listed.map { .only($0) } ?? .allAzureIdentities
    }

    /// The principal a node's manifest means; an ARM id that nothing describes is still an identity, with derived ids.
    private static func principal(_ reference: String, _ indexes: ObjectIndexes) -> Principal {
        if let known = indexes.principals.named(reference) ?? indexes.principals.withResourceID(reference) { return known }
        return Principal(
            category: .userAssigned, name: ResourceID.name(of: reference), clientID: DerivedIDs.clientID(ofIdentity: reference),
            objectID: DerivedIDs.principalID(ofIdentity: reference), resourceID: reference)
    }
}

import IdentityModel

/// Works out which node is served and what it has, from the manifests or, where they are silent, by rule (design §2).
enum NodeResolution {
    static func servedNode(nodeName: String?, indexes: ObjectIndexes) -> ServedNode {
        let node = chosenNode(nodeName: nodeName, indexes: indexes)
        let tenant = node.tenant.flatMap { name in indexes.tenants.first { $0.name == name } } ?? indexes.tenants[0]
        return ServedNode(node: node, tenant: tenant, userAssigned: assignment(of: node, indexes: indexes))
    }

    private static func chosenNode(nodeName: String?, indexes: ObjectIndexes) -> Node {
        if let declared = indexes.nodes.first(where: { nodeName == nil || $0.name == nodeName }) { return declared }
        // An exported cluster has no Node of ours; that it has pod-identity objects says which plane is meant.
        let podIdentity = indexes.counts.contains { $0.key.group == .podIdentity && $0.value > 0 }
        return Node(name: nodeName ?? "vm-0", plane: podIdentity ? .podIdentity : .vm)
    }

    private static func assignment(of node: Node, indexes: ObjectIndexes) -> ServedNode.Assignment {
        guard let listed = node.userAssigned else { return node.plane == .podIdentity ? .allAzureIdentities : .only([]) }
        return .only(listed.map { principal($0, indexes) })
    }

    /// The principal a node's manifest means; an ARM id that nothing describes is still an identity, with derived ids.
    private static func principal(_ reference: String, _ indexes: ObjectIndexes) -> Principal {
        if let known = indexes.principals.named(reference) ?? indexes.principals.withResourceID(reference) { return known }
        return Principal(
            category: .userAssigned, name: ResourceID.name(of: reference), clientID: DerivedIDs.clientID(ofIdentity: reference),
            objectID: DerivedIDs.principalID(ofIdentity: reference), resourceID: reference)
    }
}

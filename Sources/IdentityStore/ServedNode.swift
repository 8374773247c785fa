public import IdentityModel

/// The node whose metadata service is emulated, with every reference resolved.
public final class ServedNode: Sendable {
    /// Which of the known user-assigned identities the node has.
    public enum Assignment: Sendable {
        /// These and no others.
        case only([Principal])
        /// All that an `AzureIdentity` of type 0 describes: a managed-mode node whose manifest does not list them.
        case allAzureIdentities
        /// What its manifest lists, and what MIC puts on it.
        case assignedByMIC(listed: [Principal])
    }

    /// The manifest, or the derived node when there is none.
    public let node: Node
    /// The tenant its identities live in.
    public let tenant: Tenant
    /// The system-assigned identity; nil when the node has none.
    public let systemAssigned: Principal?
    /// Its user-assigned identities.
    public let userAssigned: Assignment
    /// The machine's instance document.
    public let instance: InstanceDocument
    /// The node itself, as a decision names what it matched: made once, for every token is given because of it.
    public let matched: [ObjectKey]

    init(node: Node, tenant: Tenant, userAssigned: Assignment, instance: InstanceDocument) {
        self.node = node
        self.tenant = tenant
        self.userAssigned = userAssigned
        self.instance = instance
        matched = [ObjectKey(kind: .node, name: node.name)]
        systemAssigned = node.systemAssigned.map { ids in
            Principal(
                category: .systemAssigned, name: node.name,
                clientID: ids.clientID ?? DerivedIDs.clientID(ofNode: node.name),
                objectID: ids.principalID ?? DerivedIDs.principalID(ofNode: node.name), resourceID: instance.text("compute.resourceId"))
        }
    }

    /// The ARM id of the machine.
    public var resourceID: String { instance.text("compute.resourceId") }

    /// The machine as scheduled events name it.
    public var machineName: String { instance.text("compute.name") }

    /// The Azure region the node says it is in.
    public var location: String { instance.text("compute.location") }
}

public import IdentityModel
import ManifestReading

/// The node whose metadata service is emulated, with every reference resolved.
public final class ServedNode: Sendable {
    /// Which of the known user-assigned identities the node has.
    public enum Assignment: Sendable {
        /// These and no others.
        case only([Principal])
        /// All that an `AzureIdentity` of type 0 describes: a managed-mode node whose manifest does not list them.
        case allAzureIdentities
    }

    /// The manifest, or the derived node when there is none.
    public let node: Node
    /// The tenant its identities live in.
    public let tenant: Tenant
    /// The system-assigned identity; nil when the node has none.
    public let systemAssigned: Principal?
    /// Its user-assigned identities.
    public let userAssigned: Assignment
    /// The ARM id of the machine.
    public let resourceID: String

    init(node: Node, tenant: Tenant, userAssigned: Assignment) {
        self.node = node
        self.tenant = tenant
        self.userAssigned = userAssigned
        func property(_ name: String) -> String? { node.compute[name]?.text }
        let group = property("resourceGroupName") ?? DerivedIDs.resourceGroup
        let machine = property("name") ?? node.name
        let resourceID =
            property("resourceId")
            ?? "/subscriptions/\(property("subscriptionId") ?? DerivedIDs.subscription)/resourceGroups/\(group)"
            + "/providers/Microsoft.Compute/virtualMachines/\(machine)"
        self.resourceID = resourceID
        systemAssigned = node.systemAssigned.map { ids in
            Principal(
                category: .systemAssigned, name: node.name,
                clientID: ids.clientID ?? DerivedIDs.clientID(ofNode: node.name),
                objectID: ids.principalID ?? DerivedIDs.principalID(ofNode: node.name), resourceID: resourceID)
        }
    }

    /// The machine as the metadata service names it.
    public var machineName: String { node.compute["name"]?.text ?? node.name }

    /// The Azure region the node says it is in.
    public var location: String { node.compute["location"]?.text ?? "westeurope" }
}

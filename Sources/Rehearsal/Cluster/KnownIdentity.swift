import IdentityModel
import WireFormats

/// An identity that the manifests know, whatever describes it.
struct KnownIdentity: Hashable, Sendable {
    /// What it is.
    enum Category: Hashable, Sendable {
        /// A user-assigned managed identity.
        case managed
        /// A service principal, of type 1 or 2.
        case servicePrincipal
    }

    /// What it is.
    let category: Category
    /// The name of the `ManagedIdentity` or `Application` that stands for it in the rehearsed worlds.
    let name: String
    /// The client id, in lower case.
    let clientID: String
    /// The ARM id; empty for a service principal, and where nobody says.
    let resourceID: String
    /// The object id of its service principal; derived where nobody says.
    let objectID: String

    /// How credentials name it.
    var principal: PrincipalReference { PrincipalReference(kind: category == .managed ? .managedIdentity : .application, name: name) }
}

/// The identities of a cluster, by the names requests use.
struct IdentityCatalogue: Sendable {
    /// All of them, in the order of the manifests.
    let all: [KnownIdentity]
    private let byClientID: [String: KnownIdentity]
    private let byName: [String: KnownIdentity]
    private let byAzureIdentity: [NamespacedName: KnownIdentity]
    /// `ManagedIdentity` and `Application` documents for those that no manifest declares.
    let documents: [JSONValue]

    init(_ cluster: ExportedCluster) {
        var all: [KnownIdentity] = []
        var documents: [JSONValue] = []
        var names: Set<String> = []
        var byAzureIdentity: [NamespacedName: KnownIdentity] = [:]

        for (managed, _) in cluster.all({ if case .managedIdentity(let value) = $0 { value } else { nil } }) {
            names.insert(managed.name)
            all.append(
                KnownIdentity(
                    category: .managed, name: managed.name,
                    clientID: managed.clientID ?? DerivedIDs.clientID(ofIdentity: managed.resourceID), resourceID: managed.resourceID,
                    objectID: managed.principalID ?? DerivedIDs.principalID(ofIdentity: managed.resourceID)))
        }
        for (application, _) in cluster.all({ if case .application(let value) = $0 { value } else { nil } }) {
            names.insert(application.name)
            all.append(
                KnownIdentity(
                    category: .servicePrincipal, name: application.name, clientID: application.clientID, resourceID: "",
                    objectID: application.objectID))
        }
        for (identity, _) in cluster.all({ if case .azureIdentity(let value) = $0 { value } else { nil } }) {
            let category: KnownIdentity.Category = identity.category == .managedIdentity ? .managed : .servicePrincipal
            // Without a client id NMI asks for whatever the node has, and Azure knows none that is no GUID: there is nothing to name.
            guard GUID(identity.clientID) != nil || category == .servicePrincipal && !identity.clientID.isEmpty else { continue }
            let resourceID = ResourceID.looksUserAssigned(identity.resourceID) && category == .managed ? identity.resourceID : ""
            let known = all.first { other in
                guard other.category == category else { return false }
                return other.clientID == identity.clientID.lowercased()
                    || (!resourceID.isEmpty && other.resourceID.lowercased() == resourceID.lowercased())
            }
            if let known {
                byAzureIdentity[identity.id] = known
                continue
            }
            let name = Self.free(resourceID.isEmpty ? identity.id.name : ResourceID.name(of: resourceID), in: &names)
            let arm = resourceID.isEmpty ? DerivedIDs.userAssignedIdentity(named: name) : resourceID
            let made = KnownIdentity(
                category: category, name: name, clientID: identity.clientID.lowercased(),
                resourceID: category == .managed ? arm : "", objectID: DerivedIDs.principalID(ofIdentity: "\(category)/\(arm)"))
            byAzureIdentity[identity.id] = made
            all.append(made)
            if GUID(made.clientID) != nil { documents.append(Self.document(made, identity, cluster)) }
        }
        self.all = all
        self.documents = documents + Self.tenants(of: cluster)
        self.byAzureIdentity = byAzureIdentity
        byClientID = Dictionary(all.map { ($0.clientID, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The identity of that client id, in any case.
    func identity(clientID: String) -> KnownIdentity? { byClientID[clientID.lowercased()] }

    /// The identity of that name in the rehearsed worlds.
    func identity(named name: String) -> KnownIdentity? { byName[name] }

    /// The identity an `AzureIdentity` describes; nil for one that is not there or names none.
    func identity(of azureIdentity: NamespacedName) -> KnownIdentity? { byAzureIdentity[azureIdentity] }

    private static func free(_ name: String, in names: inout Set<String>) -> String {
        var candidate = name
        var number = 2
        while !names.insert(candidate).inserted {
            candidate = "\(name)-\(number)"
            number += 1
        }
        return candidate
    }

    private static func document(_ known: KnownIdentity, _ identity: AzureIdentity, _ cluster: ExportedCluster) -> JSONValue {
        switch known.category {
        case .managed:
            return Manifest.ours(
                "ManagedIdentity", known.name,
                [
                    "resourceID": .string(known.resourceID), "clientID": .string(known.clientID), "principalID": .string(known.objectID),
                ])
        case .servicePrincipal:
            // Entra knows the secret that the cluster has: a rehearsal is not about expired ones.
            var spec: [JSONMember] = [JSONMember("clientID", .string(known.clientID)), JSONMember("objectID", .string(known.objectID))]
            if let tenant = tenant(of: identity, in: cluster) { spec.append(JSONMember("tenant", .string(tenant))) }
            if let secret = StandInSecret.value(of: identity, in: cluster) {
                spec.append(JSONMember("secrets", [["value": .string(secret)]]))
            }
            return Manifest.ours("Application", known.name, .object(spec))
        }
    }

    /// The tenants that service principals name, where no manifest declares any.
    private static func tenants(of cluster: ExportedCluster) -> [JSONValue] {
        let names = cluster.all { if case .azureIdentity(let identity) = $0 { identity } else { nil } }
            .compactMap { tenant(of: $0.value, in: cluster) }
        return Set(names).sorted().map { Manifest.ours("Tenant", $0, ["tenantID": .string(String($0.dropFirst("tenant-".count)))]) }
    }

    /// The name of the tenant that stands for a service principal's; nil where manifests declare tenants, or it names none.
    private static func tenant(of identity: AzureIdentity, in cluster: ExportedCluster) -> String? {
        let declares = cluster.items.contains { $0.key.kind == .tenant }
        guard identity.category != .managedIdentity, !declares, let id = GUID(identity.tenantID) else { return nil }
        return "tenant-\(id.description.lowercased())"
    }
}

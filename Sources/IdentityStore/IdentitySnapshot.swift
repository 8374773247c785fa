import HashTreeCollections
public import IdentityModel

/// Everything a decision needs, at one moment: immutable, indexed, shared by all requests that began on it.
public final class IdentitySnapshot: Sendable {
    /// Counts accepted changes; the first load is 1.
    public let generation: Int
    /// The node that is served.
    public let node: ServedNode
    let indexes: ObjectIndexes

    init(generation: Int, node: ServedNode, indexes: ObjectIndexes) {
        self.generation = generation
        self.node = node
        self.indexes = indexes
    }

    /// The plane of the metadata listener.
    public var plane: Plane { node.node.plane }

    // MARK: Pods and bindings

    /// The pods NMI's cache holds under an address (host byte order), ordered by namespace and name; usually one.
    public func pods(at address: UInt32) -> [Pod] { indexes.podsByAddress[address] ?? [] }

    /// The pod of that name, whatever its phase.
    public func pod(_ id: NamespacedName) -> Pod? { indexes.pods[id] }

    /// Bindings of a namespace whose selector equals `selector` exactly, ordered by name.
    public func bindings(in namespace: String, selector: String) -> [AzureIdentityBinding] {
        indexes.bindings[BindingKey(namespace: namespace, selector: selector)] ?? []
    }

    /// All bindings, for explanations; not for the hot path.
    public var allBindings: [AzureIdentityBinding] { indexes.bindings.values.flatMap { $0 }.sorted { $0.id < $1.id } }

    /// The `AzureIdentity` of that name.
    public func azureIdentity(_ id: NamespacedName) -> AzureIdentity? { indexes.azureIdentities[id] }

    /// What is assigned to a pod, as NMI of the served node sees it, ordered by namespace and name; the pod itself may be gone.
    public func assignedIdentities(of pod: NamespacedName) -> [AzureAssignedIdentity] {
        (indexes.assignedIdentities[pod] ?? []).filter { $0.isVisible(onNode: node.node.name) }
    }

    /// Exceptions of a namespace, ordered by name.
    public func exceptions(in namespace: String) -> [AzurePodIdentityException] { indexes.exceptions[namespace] ?? [] }

    /// The Secret of that name.
    public func secret(_ id: NamespacedName) -> Secret? { indexes.secrets[id] }

    // MARK: Principals of the node

    /// The node's identity with this client id, any case.
    public func assigned(clientID: String) -> Principal? { assigned(indexes.principals.withClientID(clientID), \.clientID, clientID) }

    /// The node's identity with this object id, any case.
    public func assigned(objectID: String) -> Principal? { assigned(indexes.principals.withObjectID(objectID), \.objectID, objectID) }

    /// The node's identity with this ARM id, any case.
    public func assigned(resourceID: String) -> Principal? {
        let wanted = resourceID.lowercased()
        switch node.userAssigned {
        case .only(let principals): return principals.first { $0.resourceID?.lowercased() == wanted }
        case .allAzureIdentities:
            guard let found = indexes.principals.withResourceID(resourceID), indexes.principals.isDescribedByAzureIdentity(found) else {
                return nil
            }
            return found
        }
    }

    /// The node's user-assigned identities, at most `limit` of them.
    public func userAssigned(limit: Int) -> [Principal] {
        switch node.userAssigned {
        case .only(let principals): Array(principals.prefix(limit))
        case .allAzureIdentities: indexes.principals.describedByAzureIdentities(limit: limit)
        }
    }

    private func assigned(_ known: [Principal], _ id: KeyPath<Principal, String>, _ value: String) -> Principal? {
        let wanted = value.lowercased()
        if let system = node.systemAssigned, system[keyPath: id].lowercased() == wanted { return system }
        return switch node.userAssigned {
        case .only(let principals): principals.first { $0[keyPath: id].lowercased() == wanted }
        case .allAzureIdentities: known.first { indexes.principals.isDescribedByAzureIdentity($0) }
        }
    }

    // MARK: Resources and tenants

    /// The resource that answers to an identifier; nil when the tenant knows none.
    public func resource(answeringTo identifier: String) -> ResourcePrincipal? { indexes.resources.resource(answeringTo: identifier) }

    /// App roles a principal has on a resource, sorted.
    public func roles(of principal: Principal, on resource: ResourcePrincipal) -> [String] {
        indexes.roles.isEmpty ? [] : indexes.roles["\(principal.objectID)|\(resource.appID)"] ?? []
    }

    /// All tenants; never empty.
    public var tenants: [Tenant] { indexes.tenants }

    /// The tenant a path segment names: its id in any case, or one of its domains.
    public func tenant(named segment: String) -> Tenant? {
        let wanted = segment.lowercased()
        return indexes.tenants.first { $0.tenantID == wanted || $0.domains.contains { $0.lowercased() == wanted } }
    }

    // MARK: Objects

    /// The object of that key, as the manifests and applied changes make it.
    public func object(_ key: ObjectKey) -> StoredObject? { indexes.objects[key] }

    /// All objects of a kind, ordered by key.
    public func objects(of kind: ObjectKind) -> [StoredObject] {
        indexes.objects.values.filter { $0.key.kind == kind }.sorted { $0.key < $1.key }
    }

    /// How many objects there are, by kind.
    public var counts: [ObjectKind: Int] { indexes.counts }
}

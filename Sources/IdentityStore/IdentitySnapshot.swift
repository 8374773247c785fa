import HashTreeCollections
public import IdentityModel
import WireFormats

/// Everything a decision needs, at one moment: immutable, indexed, shared by all requests that began on it.
public final class IdentitySnapshot: Sendable {
    /// Counts accepted changes; the first load is 1.
    public let generation: Int
    /// The node that is served.
    public let node: ServedNode
    let indexes: ObjectIndexes
    let assignments: AssignedSet

    init(generation: Int, node: ServedNode, indexes: ObjectIndexes, assignments: AssignedSet) {
        self.generation = generation
        self.node = node
        self.indexes = indexes
        self.assignments = assignments
    }

    /// The plane of the metadata listener.
    public var plane: Plane { node.node.plane }

    // MARK: Pods and bindings

    /// The pods NMI's cache holds under an address (host byte order), ordered by namespace and name; usually one.
    public func pods(at address: UInt32) -> [Pod] { indexes.podsByAddress[address] ?? [] }

    /// The pod of that name, whatever its phase.
    public func pod(_ id: NamespacedName) -> Pod? { indexes.pods[id] }

    /// Whether the pod is on the served node; only such callers does NMI know.
    public func serves(_ pod: Pod) -> Bool { indexes.serves(pod) }

    /// Bindings of a namespace whose selector equals `selector` exactly, ordered by name.
    public func bindings(in namespace: String, selector: String) -> [AzureIdentityBinding] {
        indexes.bindings[BindingKey(namespace: namespace, selector: selector)] ?? []
    }

    /// All bindings, for explanations; not for the hot path.
    public var allBindings: [AzureIdentityBinding] { indexes.bindings.values.flatMap { $0 }.sorted { $0.id < $1.id } }

    /// The `AzureIdentity` of that name.
    public func azureIdentity(_ id: NamespacedName) -> AzureIdentity? { indexes.azureIdentities[id] }

    /// What is assigned to a pod, as NMI of the served node sees it; the pod itself may be gone.
    ///
    /// What MIC made of pods and bindings, or, where it does not run, what the manifests say.
    public func assignedIdentities(of pod: NamespacedName) -> [AzureAssignedIdentity] {
        let assigned = assignments.assigned(to: pod) ?? indexes.assignedIdentities[pod] ?? []
        return indexes.onlyNode.map { node in assigned.filter { $0.isVisible(onNode: node) } } ?? assigned
    }

    /// The node MIC takes a pod to be on; nil for one that waits for the scheduler.
    public func assignmentNode(of pod: Pod) -> String? { assignments.rules.node(of: pod) }

    /// Where MIC puts the identities of a node's pods.
    public func assignmentHost(ofNode node: String) -> AssignmentHost { assignments.rules.host(ofNode: node) }

    /// The pod whose object has that name; nil when there is none, or no MIC.
    public func assignedHolder(ofName name: String) -> NamespacedName? { assignments.names.holder(of: name) }

    /// How often MIC was started: at first, and with other settings.
    public var micStarts: Int { assignments.starts }

    /// Seconds it takes MIC to get an identity onto the machine or scale set of a node.
    public func assignedSeconds(_ resourceID: String, node: String) -> Int {
        assignments.rules.seconds(toAssign: resourceID.lowercased(), on: assignments.rules.host(ofNode: node))
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
        case .assignedByMIC(let listed):
            if let found = listed.first(where: { $0.resourceID?.lowercased() == wanted }) { return found }
            return assignments.isOnServedNode(wanted) ? indexes.principals.withResourceID(resourceID) : nil
        }
    }

    /// The node's user-assigned identities, at most `limit` of them.
    public func userAssigned(limit: Int) -> [Principal] {
        switch node.userAssigned {
        case .only(let principals): Array(principals.prefix(limit))
        case .allAzureIdentities: indexes.principals.describedByAzureIdentities(limit: limit)
        case .assignedByMIC(let listed): Array((listed + byMIC(but: listed)).prefix(limit))
        }
    }

    private func assigned(_ known: [Principal], _ id: KeyPath<Principal, String>, _ value: String) -> Principal? {
        let wanted = value.lowercased()
        if let system = node.systemAssigned, system[keyPath: id].lowercased() == wanted { return system }
        return switch node.userAssigned {
        case .only(let principals): principals.first { $0[keyPath: id].lowercased() == wanted }
        case .allAzureIdentities: known.first { indexes.principals.isDescribedByAzureIdentity($0) }
        case .assignedByMIC(let listed):
            listed.first { $0[keyPath: id].lowercased() == wanted }
                ?? known.first { $0.resourceID.map(assignments.isOnServedNode) ?? false }
        }
    }

    /// What MIC has put on the node, but for what the manifest lists, ordered by resource id.
    private func byMIC(but listed: [Principal]) -> [Principal] {
        let names = Set(listed.compactMap { $0.resourceID?.lowercased() })
        return assignments.onServedNode.filter { !names.contains($0) }.sorted().compactMap { indexes.principals.withResourceID($0) }
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
    public func object(_ key: ObjectKey) -> StoredObject? {
        guard key.kind == .azureAssignedIdentity, assignments.rules.conduct != .absent else { return indexes.objects[key] }
        return assignments.object(NamespacedName(namespace: key.namespace, name: key.name)).map(shown)
    }

    /// All objects of a kind, ordered by key.
    public func objects(of kind: ObjectKind) -> [StoredObject] {
        if kind == .azureAssignedIdentity, let all = assignments.all { return all.map(shown).sorted { $0.key < $1.key } }
        // Our own kinds are few and kept apart: nobody's request for them walks over all pods.
        if kind.group == .understudy { return indexes.settings.values.filter { $0.key.kind == kind }.sorted { $0.key < $1.key } }
        return indexes.objects.values.filter { $0.key.kind == kind }.sorted { $0.key < $1.key }
    }

    /// How many objects there are, by kind.
    public var counts: [ObjectKind: Int] {
        var counts = indexes.counts
        if assignments.rules.conduct != .absent { counts[.azureAssignedIdentity] = assignments.count }
        return counts
    }

    /// An object of MIC's as it stands in the cluster; one that MIC has not touched is as its manifest says it.
    private func shown(_ assigned: AzureAssignedIdentity) -> StoredObject {
        let key = ObjectKey(kind: .azureAssignedIdentity, namespace: assigned.id.namespace, name: assigned.id.name)
        if let stored = indexes.objects[key], case .azureAssignedIdentity(let said) = stored.object, said === assigned { return stored }
        func document(_ kind: ObjectKind, _ id: NamespacedName?) -> JSONValue? {
            id.flatMap { indexes.objects[ObjectKey(kind: kind, namespace: $0.namespace, name: $0.name)]?.document }
        }
        return StoredObject(
            assigned, identity: document(.azureIdentity, assigned.identity?.id),
            binding: document(.azureIdentityBinding, assigned.binding?.id))
    }
}

import HashTreeCollections
import IdentityModel
import Surroundings

/// What bindings are looked up by.
struct BindingKey: Hashable, Sendable {
    let namespace: String
    let selector: String
}

/// The store's objects with the indexes that decisions read.
///
/// A value: the next state shares all it did not change.
///
/// The large indexes are persistent maps, changed object by object. What manifests hold few of (resources, tenants, roles, nodes)
/// is recomputed when one of its objects changes.
struct ObjectIndexes: Sendable {
    private(set) var objects: TreeDictionary<ObjectKey, StoredObject> = [:]
    private(set) var counts: [ObjectKind: Int] = [:]
    private(set) var pods: TreeDictionary<NamespacedName, Pod> = [:]
    /// Pods whose token is to be projected; few, and asked for whenever the world changes.
    private(set) var projectedPods: TreeDictionary<NamespacedName, Pod> = [:]
    private(set) var podsByAddress: TreeDictionary<UInt32, [Pod]> = [:]
    private(set) var bindings: TreeDictionary<BindingKey, [AzureIdentityBinding]> = [:]
    private(set) var azureIdentities: TreeDictionary<NamespacedName, AzureIdentity> = [:]
    private(set) var exceptions: TreeDictionary<String, [AzurePodIdentityException]> = [:]
    private(set) var clusterRoles: [String: ClusterRole] = [:]
    private(set) var clusterRoleBindings: [String: ClusterRoleBinding] = [:]
    private(set) var secrets: TreeDictionary<NamespacedName, Secret> = [:]
    private(set) var assignedIdentities: TreeDictionary<NamespacedName, [AzureAssignedIdentity]> = [:]
    private(set) var principals = PrincipalIndex()
    /// Objects of our own kinds, few by nature; references among them are checked as a whole.
    private(set) var settings: [ObjectKey: StoredObject] = [:]

    private(set) var resources = ResourceCatalogue(declared: [])
    private(set) var tenants: [Tenant] = [.derived]
    private(set) var roles: [String: [String]] = [:]
    private(set) var nodes: [Node] = []
    private(set) var clients = ClientIndex([])
    /// When federated identity credentials came into a world that was served already; they take a while to be known everywhere.
    private(set) var additions: [ObjectKey: UnixSeconds] = [:]

    private let nodeName: String?

    init(nodeName: String?) { self.nodeName = nodeName }

    /// The only node whose pods are served; nil when there are several and none was picked, and then all pods are.
    var onlyNode: String? { nodeName ?? (nodes.count == 1 ? nodes[0].name : nil) }

    mutating func set(_ stored: StoredObject?, for key: ObjectKey) {
        if let old = objects[key] { remove(old) }
        guard let stored else { return }
        objects[key] = stored
        counts[key.kind, default: 0] += 1
        if key.kind.group == .understudy { settings[key] = stored }
        switch stored.object {
        case .pod(let pod):
            pods[pod.id] = pod
            if pod.tokenDirectory != nil { projectedPods[pod.id] = pod }
            index(pod)
        case .azureIdentityBinding(let binding):
            let place = BindingKey(namespace: binding.id.namespace, selector: binding.selector)
            bindings[place, default: []].insertInOrder(binding) { $0.id < $1.id }
        case .azureIdentity(let identity):
            azureIdentities[identity.id] = identity
            principals.insert(identity)
        case .azurePodIdentityException(let exception):
            exceptions[exception.id.namespace, default: []].insertInOrder(exception) { $0.id < $1.id }
        case .azureAssignedIdentity(let assigned): assignedIdentities[assigned.pod, default: []].insertInOrder(assigned) { $0.id < $1.id }
        case .secret(let secret): secrets[secret.id] = secret
        case .clusterRole(let role): clusterRoles[role.name] = role
        case .clusterRoleBinding(let binding): clusterRoleBindings[binding.name] = binding
        case .managedIdentity(let identity): principals.insert(identity)
        default: break
        }
    }

    private mutating func remove(_ old: StoredObject) {
        objects[old.key] = nil
        settings[old.key] = nil
        counts[old.key.kind, default: 1] -= 1
        switch old.object {
        case .pod(let pod):
            pods[pod.id] = nil
            projectedPods[pod.id] = nil
            guard let address = pod.address, let sharing = podsByAddress[address] else { return }
            let rest = sharing.filter { $0.id != pod.id }
            podsByAddress[address] = rest.isEmpty ? nil : rest
        case .azureIdentityBinding(let binding):
            let place = BindingKey(namespace: binding.id.namespace, selector: binding.selector)
            let rest = (bindings[place] ?? []).filter { $0.id != binding.id }
            bindings[place] = rest.isEmpty ? nil : rest
        case .azureIdentity(let identity):
            azureIdentities[identity.id] = nil
            principals.remove(identity)
        case .azurePodIdentityException(let exception):
            let rest = (exceptions[exception.id.namespace] ?? []).filter { $0.id != exception.id }
            exceptions[exception.id.namespace] = rest.isEmpty ? nil : rest
        case .azureAssignedIdentity(let assigned):
            let rest = (assignedIdentities[assigned.pod] ?? []).filter { $0.id != assigned.id }
            assignedIdentities[assigned.pod] = rest.isEmpty ? nil : rest
        case .secret(let secret): secrets[secret.id] = nil
        case .clusterRole(let role): clusterRoles[role.name] = nil
        case .clusterRoleBinding(let binding): clusterRoleBindings[binding.name] = nil
        case .managedIdentity(let identity): principals.remove(identity)
        default: break
        }
    }

    /// Whether the pod is on a node that is served, so that its address is known there.
    ///
    /// A hand-written pod has no node; an exported one is served by its own node only (source: nmi.md §1.4).
    func serves(_ pod: Pod) -> Bool { onlyNode.map { (pod.nodeName ?? $0) == $0 } ?? true }

    private mutating func index(_ pod: Pod) {
        guard let address = pod.address, pod.isResolvable, serves(pod) else { return }
        podsByAddress[address, default: []].insertInOrder(pod) { $0.id < $1.id }
    }

    /// What two objects say differently of one identity; accepted, and worth a warning.
    var disagreements: [ManifestProblem] {
        settings.values.sorted { $0.key < $1.key }.compactMap { stored in
            guard case .managedIdentity(let identity) = stored.object, let other = principals.disagreement(with: identity) else {
                return nil
            }
            return ManifestProblem(
                place: stored.place, line: stored.line, object: stored.key.description, path: "spec.clientID",
                found: "\"\(identity.clientID ?? "")\", while AzureIdentity \(other.id) of the same resource id has \"\(other.clientID)\"",
                allowed: "one client id; the ManagedIdentity's is served")
        }
    }

    /// Recomputes what our own kinds decide as a whole; call after the last `set` of a change that touched one of them.
    mutating func recomputeSettings() {
        let ordered = settings.values.sorted { $0.key < $1.key }
        resources = ResourceCatalogue(
            declared: ordered.compactMap { if case .resourcePrincipal(let resource) = $0.object { resource } else { nil } })
        let declared = ordered.compactMap { stored -> Tenant? in if case .tenant(let tenant) = stored.object { tenant } else { nil } }
        tenants = declared.isEmpty ? [.derived] : declared
        let before = nodes.map(\.name)
        nodes = ordered.compactMap { if case .node(let node) = $0.object { node } else { nil } }
        if nodes.map(\.name) != before { reindexPods() }
        roles = computeRoles(ordered)
        clients = ClientIndex(ordered.map(\.object))
    }

    /// Notes when the credentials among changed objects came.
    mutating func note(_ changes: [ObjectKey: StoredObject?], at now: UnixSeconds) {
        for (key, stored) in changes where key.kind == .federatedIdentityCredential { additions[key] = stored == nil ? nil : now }
    }

    private mutating func reindexPods() {
        podsByAddress = [:]
        for pod in pods.values { index(pod) }
    }

    private func computeRoles(_ ordered: [StoredObject]) -> [String: [String]] {
        var result: [String: Set<String>] = [:]
        for case .roleAssignment(let assignment) in ordered.map(\.object) {
            guard let resourceName = assignment.resource, let reference = assignment.principal,
                case .resourcePrincipal(let resource)? = settings[ObjectKey(kind: .resourcePrincipal, name: resourceName)]?.object,
                let objectID = objectID(of: reference)
            else { continue }
            result["\(objectID)|\(resource.appID)", default: []].insert(assignment.role)
        }
        return result.mapValues { $0.sorted() }
    }

    private func objectID(of reference: PrincipalReference) -> String? {
        switch reference.kind {
        case .managedIdentity: return principals.named(reference.name)?.objectID
        case .application:
            guard case .application(let application)? = settings[ObjectKey(kind: .application, name: reference.name)]?.object else {
                return nil
            }
            return application.objectID
        case .node:
            guard case .node(let node)? = settings[ObjectKey(kind: .node, name: reference.name)]?.object, let ids = node.systemAssigned
            else {
                return nil
            }
            return ids.principalID ?? DerivedIDs.principalID(ofNode: node.name)
        }
    }
}

extension Array {
    /// Inserts an element before the first that it precedes; the array stays in order without being sorted anew.
    mutating func insertInOrder(_ element: Element, by precedes: (Element, Element) -> Bool) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if precedes(element, self[middle]) { high = middle } else { low = middle + 1 }
        }
        insert(element, at: low)
    }
}

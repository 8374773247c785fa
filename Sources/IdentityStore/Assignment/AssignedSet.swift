import HashTreeCollections
import IdentityModel
import Surroundings

/// What MIC has assigned: a value that follows the objects, change by change (source: nmi.md §3.1, §3.2, §5.2).
///
/// It costs what the change concerns: an edited pod itself, an edited binding or identity the pods with its selector. Nothing goes through
/// all pods, but for a change of the nodes' manifests.
struct AssignedSet: Sendable {
    /// An assigned identity that is no longer wanted, and stays until its identity is off the host.
    struct Departure: Sendable {
        let assigned: AzureAssignedIdentity
        let until: UnixSeconds
    }

    /// An identity of a host.
    struct HostedIdentity: Hashable, Sendable {
        let host: AssignmentHost
        let resourceID: String
    }

    var rules: AssignmentRules
    /// By pod, in the order of their bindings: what MIC wants assigned and has made objects of, or what stands while it is off.
    var byPod: TreeDictionary<NamespacedName, [AzureAssignedIdentity]> = [:]
    /// Objects in `byPod`.
    var count = 0
    /// By pod: what is on its way out.
    var departures: TreeDictionary<NamespacedName, [Departure]> = [:]
    var hosts: TreeDictionary<AssignmentHost, IdentityHost> = [:]
    /// What time alone will change.
    var underway: TreeSet<HostedIdentity> = []
    /// Namespaces with how many of their pods have something assigned.
    var namespaces: TreeDictionary<String, Int> = [:]
    /// Objects that were taken over and not looked at yet: the copies in them are not the store's own objects.
    var adopted: Set<NamespacedName> = []

    /// Whose the objects are by their names.
    var names = NameClaims()
    /// How often MIC was started.
    var starts = 0

    // What the wanted set is made of. Kept only while MIC is active.
    var podsByLabel: TreeDictionary<String, TreeSet<NamespacedName>> = [:]
    private var bindingsBySelector: TreeDictionary<String, [AzureIdentityBinding]> = [:]
    private var bindingsByIdentity: TreeDictionary<NamespacedName, [AzureIdentityBinding]> = [:]

    init(rules: AssignmentRules) { self.rules = rules }

    // MARK: Reading

    /// What is assigned to a pod, departures last; nil when there is no MIC and the manifests' objects stand.
    func assigned(to pod: NamespacedName) -> [AzureAssignedIdentity]? {
        guard rules.conduct != .absent else { return nil }
        return (byPod[pod] ?? []) + (departures[pod] ?? []).map(\.assigned)
    }

    /// Everything that is assigned; nil when there is no MIC.
    var all: [AzureAssignedIdentity]? {
        guard rules.conduct != .absent else { return nil }
        return byPod.values.flatMap { $0 } + departures.values.flatMap { $0.map(\.assigned) }
    }

    /// The object of that name; nil also when there is no MIC.
    func object(_ id: NamespacedName) -> AzureAssignedIdentity? {
        if let pod = names.holder(of: id.name), let found = byPod[pod]?.first(where: { $0.id == id }) { return found }
        return all?.first { $0.id == id }
    }

    /// Whether an identity is on the served node by MIC's doing.
    func isOnServedNode(_ resourceID: String) -> Bool { servedHosts.contains { $0.has(resourceID.lowercased()) } }

    /// Identities of the served node by MIC's doing: resource ids in lower case.
    var onServedNode: Set<String> { Set(servedHosts.flatMap { host in host.identities.keys.filter { host.has($0) } }) }

    private var servedHosts: [IdentityHost] {
        rules.servesAllNodes ? Array(hosts.values) : hosts[rules.host(ofNode: rules.servedNode)].map { [$0] } ?? []
    }

    // MARK: Following

    /// Brings the set up to date with objects that changed.
    ///
    /// - Returns: what MIC did about it, in order.
    mutating func follow(
        _ keys: [ObjectKey], from old: ObjectIndexes, to new: ObjectIndexes, rules: AssignmentRules, at now: UnixSeconds
    ) -> [AssignmentChange] {
        guard rules == self.rules else { return startOver(rules, new, at: now) }
        switch rules.conduct {
        case .absent: return []
        case .frozen:
            followManifests(keys, new)
            return []
        case .active:
            var concerned: Set<NamespacedName> = []
            for key in keys { note(key, old, new, &concerned) }
            var changes = settle(at: now)
            changes += reconcile(concerned, new, at: now)
            return changes
        }
    }

    /// Takes one changed object into the indexes, and names the pods it concerns.
    private mutating func note(_ key: ObjectKey, _ old: ObjectIndexes, _ new: ObjectIndexes, _ concerned: inout Set<NamespacedName>) {
        let id = NamespacedName(namespace: key.namespace, name: key.name)
        switch key.kind {
        case .pod:
            let (before, after) = (old.pods[id], new.pods[id])
            // A pod's address or phase is nothing to MIC (source: nmi.md §5.1).
            guard before?.bindingLabel != after?.bindingLabel || before.flatMap(rules.node) != after.flatMap(rules.node) else { return }
            if let label = before?.bindingLabel {
                podsByLabel[label]?.remove(id)
                if podsByLabel[label]?.isEmpty == true { podsByLabel[label] = nil }
            }
            if let label = after?.bindingLabel, !label.isEmpty { podsByLabel[label, default: []].insert(id) }
            concerned.insert(id)
        case .azureIdentityBinding:
            if case .azureIdentityBinding(let binding)? = old.objects[key]?.object {
                drop(binding)
                concerned.formUnion(podsByLabel[binding.selector] ?? [])
            }
            if case .azureIdentityBinding(let binding)? = new.objects[key]?.object {
                add(binding)
                concerned.formUnion(podsByLabel[binding.selector] ?? [])
            }
        case .azureIdentity:
            for binding in bindingsByIdentity[id] ?? [] { concerned.formUnion(podsByLabel[binding.selector] ?? []) }
        case .azureAssignedIdentity:
            // Somebody else wrote MIC's object: it stands as MIC finds it, and MIC puts right what is wrong with it.
            guard case .azureAssignedIdentity(let assigned)? = new.objects[key]?.object else { return }
            displace(assigned)
            adopt(assigned)
            concerned.insert(assigned.pod)
        default: return
        }
    }

    mutating func add(_ binding: AzureIdentityBinding) {
        bindingsBySelector[binding.selector, default: []].insertInOrder(binding) { $0.id < $1.id }
        bindingsByIdentity[binding.identityID, default: []].insertInOrder(binding) { $0.id < $1.id }
    }

    private mutating func drop(_ binding: AzureIdentityBinding) {
        let selected = (bindingsBySelector[binding.selector] ?? []).filter { $0.id != binding.id }
        bindingsBySelector[binding.selector] = selected.isEmpty ? nil : selected
        let pointing = (bindingsByIdentity[binding.identityID] ?? []).filter { $0.id != binding.id }
        bindingsByIdentity[binding.identityID] = pointing.isEmpty ? nil : pointing
    }

    // MARK: Wanting

    /// What a pod should have: bindings in order, of each name of an identity the first (source: nmi.md §3.1).
    func wanted(by pod: Pod, in objects: ObjectIndexes) -> [AzureAssignedIdentity] {
        guard let label = pod.bindingLabel, !label.isEmpty, let node = rules.node(of: pod) else { return [] }
        var wanted: [AzureAssignedIdentity] = []
        for binding in bindingsBySelector[label] ?? [] {
            guard let identity = objects.azureIdentities[binding.identityID], identity.isTakenByMIC else { continue }
            let isNamespaced = rules.forceNamespaced || identity.isNamespaced
            if isNamespaced, binding.id.namespace != pod.id.namespace { continue }
            // Objects are told apart by name, and only the pod and the identity's name are in it.
            guard !wanted.contains(where: { $0.identity?.id.name == identity.id.name }) else { continue }
            wanted.append(
                AzureAssignedIdentity(
                    pod: pod.id, identity: identity, binding: binding, nodeName: node,
                    namespace: isNamespaced ? identity.id.namespace : "default", state: .created))
        }
        return wanted
    }
}

extension AzureAssignedIdentity {
    /// Whether MIC takes the identity to be on the host: `Assigned`, or without a state.
    var isOnHost: Bool { state == .assigned || state == .empty }
}

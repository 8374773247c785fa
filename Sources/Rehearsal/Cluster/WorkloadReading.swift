import IdentityModel
import ManifestReading
import WireFormats

/// Gathers pods and controllers, and tells which pod belongs to which controller.
///
/// A pod whose controller stands in the manifests is that controller's and no workload of its own. An export rarely has ReplicaSets and the
/// Jobs of a CronJob, so their makers are found by name; what is controlled by something unknown is a workload of that name.
struct WorkloadReading {
    /// A pod, as far as it tells whose it is.
    private struct Member {
        let owner: WorkloadID?
        let name: String
        let phase: String
        let hash: String?
        let address: String?
        let workload: Workload
    }

    private var controllers: [WorkloadID: Workload] = [:]
    private var owners: [WorkloadID: WorkloadID] = [:]
    private var members: [Member] = []
    /// Pods that have ended and that nothing will start again.
    private(set) var finished = 0

    /// Takes an object that makes pods.
    mutating func read(_ object: ManifestNode, kind: WorkloadKind, file: String) {
        let metadata = object["metadata"]
        let name = NamespacedName(namespace: metadata?["namespace"]?.text ?? "default", name: metadata?["name"]?.text ?? "")
        guard !name.name.isEmpty else { return }
        let id = WorkloadID(kind: kind.kind, name: name)
        var template: ManifestNode? = object
        for step in kind.path { template = template?[step] }
        let workload = Workload(
            id: id, reference: ManifestReference(file: file, line: object.line, object: id.description),
            ownLabels: kind.path.isEmpty ? [:] : Workload.texts(metadata?["labels"].map { JSONValue($0) }),
            template: Self.slim(template))
        let owner = Self.controller(of: metadata, in: name.namespace)
        guard kind.path.isEmpty else {
            controllers[id] = workload
            owners[id] = owner
            return
        }
        members.append(
            Member(
                owner: owner, name: name.name, phase: object["status"]?["phase"]?.text ?? "Pending",
                hash: workload.labels["pod-template-hash"],
                address: workload.isOnHostNetwork ? nil : object["status"]?["podIP"]?.text, workload: workload))
    }

    /// The workloads, ordered by name.
    mutating func finish() -> [Workload] {
        var found = controllers.filter { owners[$0.key].map { topmost($0) == nil } ?? true }
        for member in members {
            guard let owner = member.owner else {
                guard member.phase == "Pending" || member.phase == "Running" else {
                    finished += 1
                    continue
                }
                var workload = member.workload
                workload.pods = [member.name]
                workload.addresses = [member.address].compactMap { $0 }
                found[workload.id] = workload
                continue
            }
            let id = topmost(owner) ?? maker(of: owner, hash: member.hash) ?? owner
            var workload =
                found[id]
                ?? Workload(
                    id: id,
                    reference: ManifestReference(
                        file: member.workload.reference.file, line: member.workload.reference.line,
                        object: "\(id), by its \(member.workload.reference.object)"),
                    ownLabels: [:], template: member.workload.template)
            workload.pods.append(member.name)
            workload.addresses += [member.address].compactMap { $0 }
            if owner.kind == "ReplicaSet", workload.replicaSet.isEmpty { workload.replicaSet = owner.name.name }
            found[id] = workload
        }
        return found.values.map { workload in
            var workload = workload
            workload.pods.sort()
            if workload.replicaSet.isEmpty, workload.id.kind == "Deployment" { workload.replicaSet = "\(workload.id.name.name)-rehearsal" }
            return workload
        }.sorted { $0.id < $1.id }
    }

    /// The controller in the manifests that stands above `id`, `id` included; nil when there is none.
    private func topmost(_ id: WorkloadID) -> WorkloadID? {
        guard controllers[id] != nil else { return nil }
        // Owners could form a ring only by somebody's mistake; none is as long as all of them.
        var current = id
        for _ in 0..<controllers.count {
            guard let owner = owners[current], controllers[owner] != nil else {
                return owners[current].flatMap { maker(of: $0, hash: nil) } ?? current
            }
            current = owner
        }
        return current
    }

    /// The Deployment or CronJob that made an owner which is not in the manifests, by the names they give.
    private func maker(of owner: WorkloadID, hash: String?) -> WorkloadID? {
        let maker: String
        switch owner.kind {
        case "ReplicaSet": maker = "Deployment"
        case "Job": maker = "CronJob"
        default: return nil
        }
        guard let dash = owner.name.name.lastIndex(of: "-") else { return nil }
        if maker == "Deployment", let hash, !owner.name.name.hasSuffix("-\(hash)") { return nil }
        let id = WorkloadID(
            kind: maker, name: NamespacedName(namespace: owner.name.namespace, name: String(owner.name.name[..<dash])))
        return controllers[id] == nil ? nil : id
    }

    private static func controller(of metadata: ManifestNode?, in namespace: String) -> WorkloadID? {
        let references = metadata?["ownerReferences"]?.elements ?? []
        guard let owner = references.first(where: { $0["controller"]?.boolean == true }) ?? references.first,
            let kind = owner["kind"]?.text, let name = owner["name"]?.text, kind != "Node"
        else { return nil }
        return WorkloadID(kind: kind, name: NamespacedName(namespace: namespace, name: name))
    }

    /// What the webhook and the checks look at; a status and managed fields would be most of an export.
    private static func slim(_ template: ManifestNode?) -> JSONValue {
        var metadata: [JSONMember] = []
        for name in ["labels", "annotations"] {
            guard let members = template?["metadata"]?[name]?.members else { continue }
            let kept = members.filter { $0.name != "kubectl.kubernetes.io/last-applied-configuration" }
            metadata.append(JSONMember(name, .object(kept.map { JSONMember($0.name, JSONValue($0.node)) })))
        }
        return ["metadata": .object(metadata), "spec": template?["spec"].map { JSONValue($0) } ?? [:]]
    }
}

import IdentityModel

extension Checks {
    /// What no workload exercised (Q20).
    static let coverage: [Check] = [
        Check(
            "binding-never-exercised", .warning, .q20,
            "No workload of the manifests got anything by {binding}: nothing can be said of who relies on it.",
            fix: "Export the controllers too (CronJobs at rest have no pods), or remove the binding if nobody uses it.",
            all: { cluster in
                let exercised = Set(cluster.workloads.flatMap { $0.today.all.flatMap(\.matched) })
                return cluster.cluster.items.compactMap { item in
                    guard item.key.kind == .azureIdentityBinding, !cluster.isExercised(item, by: exercised) else { return nil }
                    return Check.Found(["binding": "\(item.key)"], [.manifest(item.reference)])
                }
            }),
        Check(
            "identity-never-exercised", .warning, .q20,
            "No binding names {identity}, and no workload of the manifests got a token of it: nothing can be said of who relies on it.",
            fix: "Find out who uses it, by whatever way; remove it if nobody does.",
            all: { cluster in
                let bound = Set(
                    cluster.cluster.all { if case .azureIdentityBinding(let binding) = $0 { binding.identityID } else { nil } }.map(\.value)
                )
                let reached = Set(cluster.workloads.flatMap { $0.today.all.compactMap(\.token?.clientID) })
                return cluster.cluster.items.compactMap { item in
                    guard case .azureIdentity(let identity) = item.object, !bound.contains(identity.id),
                        !reached.contains(identity.clientID.lowercased())
                    else { return nil }
                    return Check.Found(["identity": "\(item.key)"], [.manifest(item.reference)])
                }
            }),
    ]
}

extension RehearsedCluster {
    /// The objects among `names` that stand in the manifests, as evidence; only those of one kind, if one is named.
    func references(to names: [String], of kind: String? = nil) -> [Evidence] {
        names.compactMap(cluster.item(named:)).filter { kind == nil || $0.key.kind.rawValue == kind }.map { .manifest($0.reference) }
    }

    /// The `AzureIdentity` that led to an answer.
    func azureIdentity(in matched: [String]) -> AzureIdentity? {
        let prefix = "\(ObjectKind.azureIdentity.rawValue) "
        return matched.first { $0.hasPrefix(prefix) }
            .flatMap { NamespacedName(reference: String($0.dropFirst(prefix.count))) }
            .flatMap { cluster.identity($0)?.0 }
    }

    /// Whether some request was answered by a binding.
    ///
    /// In standard mode an answer names what MIC made of the binding, so that the binding counts when its selector and identity did.
    func isExercised(_ item: ExportedCluster.Item, by matched: Set<String>) -> Bool {
        if matched.contains("\(item.key)") { return true }
        guard mode == PodIdentityMode.standard.rawValue, case .azureIdentityBinding(let binding) = item.object else { return false }
        let identity = ObjectKey(kind: .azureIdentity, namespace: binding.id.namespace, name: binding.azureIdentity)
        return workloads.contains { rehearsed in
            rehearsed.workload.bindingLabel == binding.selector && rehearsed.today.all.contains { $0.matched.contains("\(identity)") }
        }
    }
}

extension [Evidence] {
    /// Each once, in order.
    var unique: [Evidence] {
        var seen: Set<Evidence> = []
        return filter { seen.insert($0).inserted }
    }
}

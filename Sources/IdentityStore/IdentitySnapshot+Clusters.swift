import HashTreeCollections
public import IdentityModel

extension IdentitySnapshot {
    /// All clusters, ordered by name; never empty.
    public var clusters: [Cluster] {
        let declared = indexes.settings.values.compactMap { stored -> Cluster? in
            if case .cluster(let cluster) = stored.object { cluster } else { nil }
        }
        return declared.isEmpty ? [.derived] : declared.sorted { $0.name < $1.name }
    }

    /// The service account of that name; every namespace has a `default`, whether a manifest says so or not, as Kubernetes makes one.
    public func serviceAccount(_ id: NamespacedName) -> ServiceAccount? {
        if case .serviceAccount(let account)? = object(ObjectKey(kind: .serviceAccount, namespace: id.namespace, name: id.name))?.object {
            return account
        }
        return id.name == "default" ? ServiceAccount(defaultOf: id.namespace) : nil
    }

    /// Names of the declared service accounts, ordered, at most `limit`; for saying what there is.
    public func serviceAccountNames(limit: Int) -> [NamespacedName] {
        objects(of: .serviceAccount).prefix(limit).map { NamespacedName(namespace: $0.key.namespace, name: $0.key.name) }
    }

    /// The `ClusterRoleBinding` that lets a service account do something to a cluster-scoped resource, the first by name; nil when none does.
    public func clusterRoleBinding(
        letting account: NamespacedName, _ verb: String, _ resource: String, inGroup group: String
    ) -> ClusterRoleBinding? {
        indexes.clusterRoleBindings.values.filter { binding in
            binding.includes(account) && indexes.clusterRoles[binding.role]?.allows(verb, on: resource, inGroup: group) == true
        }.min { $0.name < $1.name }
    }

    /// The served node's running pods whose tokens are to be projected, ordered by namespace and name.
    public var projectedPods: [Pod] {
        indexes.projectedPods.values.filter { $0.isResolvable && indexes.serves($0) }.sorted { $0.id < $1.id }
    }

    /// The first of the served node's running pods of a service account; walks all pods, so not for a request.
    public func firstPod(of account: NamespacedName) -> Pod? {
        indexes.pods.values.filter {
            $0.id.namespace == account.namespace && $0.serviceAccountName == account.name && $0.isResolvable && indexes.serves($0)
        }.min { $0.id < $1.id }
    }
}

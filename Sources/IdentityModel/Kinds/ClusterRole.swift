import ManifestReading

/// A `ClusterRole` (`rbac.authorization.k8s.io/v1`): read because AKS identity bindings ask RBAC who may use an identity.
public struct ClusterRole: Sendable {
    /// One rule: every verb on every resource of every group it lists.
    struct Rule: Sendable {
        let verbs: [String]
        let apiGroups: [String]
        let resources: [String]
        /// Names that the rule is limited to; empty for all.
        let resourceNames: [String]
    }

    /// The role's name.
    public let name: String
    let rules: [Rule]

    init(metadata: ObjectMetadata, top: inout FieldReader) {
        name = metadata.name
        rules =
            top.nestedList("rules") { rule in
                Rule(
                    verbs: rule.strings("verbs") ?? [], apiGroups: rule.strings("apiGroups") ?? [],
                    resources: rule.strings("resources") ?? [], resourceNames: rule.strings("resourceNames") ?? [])
            } ?? []
    }

    /// Whether a rule allows a verb on all objects of a resource, as Kubernetes' RBAC authorizer reads it: letter by letter, `*` for any.
    public func allows(_ verb: String, on resource: String, inGroup group: String) -> Bool {
        func matches(_ listed: [String], _ wanted: String) -> Bool { listed.contains { $0 == "*" || $0 == wanted } }
        return rules.contains {
            matches($0.verbs, verb) && matches($0.apiGroups, group) && matches($0.resources, resource) && $0.resourceNames.isEmpty
        }
    }
}

/// A `ClusterRoleBinding` (`rbac.authorization.k8s.io/v1`): whom a `ClusterRole` is given to.
public struct ClusterRoleBinding: Sendable {
    /// One of those it is given to.
    struct Subject: Sendable {
        let kind: String
        let name: String
        let namespace: String
    }

    /// The binding's name.
    public let name: String
    /// The `ClusterRole` it gives; empty when it refers to something else.
    public let role: String
    let subjects: [Subject]

    init(metadata: ObjectMetadata, top: inout FieldReader) {
        name = metadata.name
        role = top.nested("roleRef") { $0.string("kind") == "ClusterRole" ? $0.string("name") : nil }.flatMap { $0 } ?? ""
        subjects =
            top.nestedList("subjects") { subject in
                Subject(
                    kind: subject.string("kind") ?? "", name: subject.string("name") ?? "", namespace: subject.string("namespace") ?? "")
            } ?? []
    }

    /// Whether a service account is among the subjects: itself, by the user name its tokens have, or by a group it is in.
    public func includes(_ account: NamespacedName) -> Bool {
        subjects.contains { subject in
            switch subject.kind {
            case "ServiceAccount": subject.name == account.name && subject.namespace == account.namespace
            case "User": subject.name == "system:serviceaccount:\(account.namespace):\(account.name)"
            case "Group":
                ["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:\(account.namespace)"].contains(subject.name)
            default: false
            }
        }
    }
}

import IdentityModel
import Testing

@Suite struct ClusterRoleTests {
    private static let group = "cid.wi.aks.azure.com"

    private func role(_ rules: String) throws -> ClusterRole {
        guard
            case .clusterRole(let role) = try readOne(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: \(rules)}")
        else { throw WrongKind() }
        return role
    }

    private func binding(_ rest: String) throws -> ClusterRoleBinding {
        guard
            case .clusterRoleBinding(let binding) = try readOne(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, \(rest)}")
        else { throw WrongKind() }
        return binding
    }

    @Test(
        "a rule counts letter by letter, with * for anything, and not when it is limited to names",
        arguments: [
            ("[{verbs: [use-managed-identity], apiGroups: [\(group)], resources: [id]}]", true),
            ("[{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]", true),
            ("[{verbs: [get], apiGroups: ['']}, {verbs: [use-managed-identity], apiGroups: [\(group)], resources: [other, id]}]", true),
            ("[{verbs: [use-managed-identity], apiGroups: [\(group)], resources: [ID]}]", false),
            ("[{verbs: [use], apiGroups: [\(group)], resources: [id]}]", false),
            ("[{verbs: [use-managed-identity], apiGroups: [apps], resources: [id]}]", false),
            ("[{verbs: [use-managed-identity], apiGroups: [\(group)], resources: [id], resourceNames: [x]}]", false), ("[]", false),
        ])
    func rules(rules: String, allows: Bool) throws {
        #expect(try role(rules).allows("use-managed-identity", on: "id", inGroup: Self.group) == allows)
    }

    @Test(
        "a binding names an account, its user or one of its groups",
        arguments: [
            ("[{kind: ServiceAccount, name: web, namespace: prod}]", true), ("[{kind: ServiceAccount, name: web, namespace: test}]", false),
            ("[{kind: ServiceAccount, name: Web, namespace: prod}]", false),
            ("[{kind: User, name: 'system:serviceaccount:prod:web'}]", true),
            ("[{kind: User, name: web}]", false), ("[{kind: Group, name: 'system:serviceaccounts:prod'}]", true),
            ("[{kind: Group, name: 'system:serviceaccounts:test'}]", false), ("[{kind: Group, name: 'system:authenticated'}]", true),
            ("[]", false),
        ])
    func subjects(subjects: String, includes: Bool) throws {
        let binding = try binding("roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}, subjects: \(subjects)")
        #expect(binding.role == "r")
        #expect(binding.includes(NamespacedName(namespace: "prod", name: "web")) == includes)
    }

    @Test("a binding to something else than a ClusterRole gives nothing")
    func otherRole() throws {
        #expect(try binding("roleRef: {kind: Role, name: r}").role.isEmpty)
    }
}

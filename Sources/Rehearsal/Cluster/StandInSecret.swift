import IdentityModel
import Surroundings
import WireFormats

/// The client secret of a service principal, or one in its place: exports leave Secrets out, and which identity answers does not hang on
/// them.
enum StandInSecret {
    private static let text = "a secret that the export does not hold"

    /// The secret that Entra is to accept; nil where the identity has none (type 2).
    static func value(of identity: AzureIdentity, in cluster: ExportedCluster) -> String? {
        guard identity.category == .servicePrincipal else { return nil }
        return exported(identity, in: cluster)?.reveal { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Secrets for identities of type 1 whose own are not in the export.
    static func documents(for cluster: ExportedCluster) -> [JSONValue] {
        var made: Set<NamespacedName> = []
        return cluster.all { if case .azureIdentity(let value) = $0 { value } else { nil } }.compactMap { identity, _ in
            let id = identity.clientPassword
            guard identity.category == .servicePrincipal, !id.name.isEmpty, !isExported(id, in: cluster), made.insert(id).inserted else {
                return nil
            }
            return [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(id.name), "namespace": .string(id.namespace)],
                "stringData": ["secret": .string(text)],
            ]
        }
    }

    /// Whether the Secret of an identity of types 1 and 2 stands in the manifests.
    static func isExported(_ id: NamespacedName, in cluster: ExportedCluster) -> Bool {
        cluster.item(ObjectKey(kind: .secret, namespace: id.namespace, name: id.name)) != nil
    }

    private static func exported(_ identity: AzureIdentity, in cluster: ExportedCluster) -> SecretBytes? {
        let key = ObjectKey(kind: .secret, namespace: identity.clientPassword.namespace, name: identity.clientPassword.name)
        guard case .secret(let secret)? = cluster.item(key)?.object else { return nil }
        return secret.values.sorted { $0.key < $1.key }.first?.value
    }
}

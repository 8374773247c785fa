import IdentityModel
import IdentityStore

/// The tie between a cluster and a managed identity, as AKS makes it (source: AKS documentation, "identity bindings"; the facts of
/// workload-identity.md §1.2 and sdk-clients.md §5.6).
///
/// AKS keeps one federated identity credential on the identity, named `aks-identity-binding`, whose issuer is of the identity and not of
/// any cluster. Who has that credential in the manifests is bound; who may use it is RBAC's business.
struct IdentityBinding: Sendable {
    /// Whom the tokens are for that pods show to the proxy.
    static let audience = "api://AKSIdentityBinding"
    /// What RBAC is asked to allow on the resource that is named after the client id.
    static let verb = "use-managed-identity"
    static let group = "cid.wi.aks.azure.com"

    private static let issuerPrefix = "https://ib.oic.prod-aks.azure.com/"

    /// The credential that AKS keeps on the identity.
    let credential: FederatedIdentityCredential

    /// The binding of an identity; nil when it has none.
    init?(clientID: String, in snapshot: IdentitySnapshot) {
        guard let identity = snapshot.managedIdentity(clientID: clientID) else { return nil }
        let issuer = Self.issuer(tenantID: snapshot.node.tenant.tenantID, clientID: identity.clientID)
        guard let credential = snapshot.federatedCredentials(of: identity).first(where: { $0.issuer == issuer }) else { return nil }
        self.credential = credential
    }

    /// The `ClusterRoleBinding` that lets an account use an identity; nil when none does.
    static func grant(of clientID: String, to account: NamespacedName, in snapshot: IdentitySnapshot) -> ObjectKey? {
        snapshot.clusterRoleBinding(letting: account, verb, clientID, inGroup: group)
            .map { ObjectKey(kind: .clusterRoleBinding, name: $0.name) }
    }

    /// The issuer of an identity's assertions.
    static func issuer(tenantID: String, clientID: String) -> String { "\(issuerPrefix)\(tenantID)/\(clientID)" }

    /// Whether an issuer is one of those, whose assertions the proxy alone signs.
    static func isIssuer(_ url: String) -> Bool { url.hasPrefix(issuerPrefix) }
}

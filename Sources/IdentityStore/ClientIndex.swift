import IdentityModel

/// Who may sign in to the token service: applications by client id, the federated identity credentials of each principal, and clusters by
/// the issuer they declare.
///
/// Manifests hold few of either; it is made anew when one of them changes.
struct ClientIndex: Sendable {
    private var applications: [String: [Application]] = [:]
    private var clusters: [String: Cluster] = [:]
    private var credentials: [PrincipalReference: [FederatedIdentityCredential]] = [:]

    /// An index of `objects`, which are in order of their keys.
    init(_ objects: [ManifestObject]) {
        for object in objects {
            switch object {
            case .application(let application): applications[application.clientID, default: []].append(application)
            case .federatedIdentityCredential(let credential):
                if let identity = credential.identity { credentials[identity, default: []].append(credential) }
            case .cluster(let cluster):
                if let issuer = cluster.issuer { clusters[issuer] = cluster }
            default: continue
            }
        }
    }

    /// Applications with this client id, any case; more than one only in different tenants.
    func applications(clientID: String) -> [Application] { applications[clientID.lowercased()] ?? [] }

    /// The cluster of that issuer.
    func cluster(issuer: String) -> Cluster? { clusters[issuer] }

    /// The principal's credentials, ordered by name.
    func credentials(of principal: PrincipalReference) -> [FederatedIdentityCredential] { credentials[principal] ?? [] }
}

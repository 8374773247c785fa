public import IdentityModel
public import Surroundings

extension IdentitySnapshot {
    /// Applications with this client id, any case; more than one only in different tenants.
    public func applications(clientID: String) -> [Application] { indexes.clients.applications(clientID: clientID) }

    /// The tenant an application is registered in: the one it names, else the node's.
    public func tenant(of application: Application) -> Tenant {
        application.tenant.flatMap { name in tenants.first { $0.name == name } } ?? node.tenant
    }

    /// The user-assigned identity with this client id, any case, whether or not the node has it.
    ///
    /// All of them live in the node's tenant.
    public func managedIdentity(clientID: String) -> Principal? { indexes.principals.withClientID(clientID).first }

    /// The ids, written or derived, of a `ManagedIdentity` or an `Application`; nil for other kinds.
    ///
    /// The principal id is nil for an application without a service principal.
    public func identifiers(of object: StoredObject) -> (clientID: String, principalID: String?)? {
        switch object.object {
        case .managedIdentity(let identity): indexes.principals.named(identity.name).map { ($0.clientID, $0.objectID) }
        case .application(let application):
            (application.clientID, application.hasServicePrincipal ? application.objectID : nil)
        default: nil
        }
    }

    /// The federated identity credentials of an application, ordered by name.
    public func federatedCredentials(of application: Application) -> [FederatedIdentityCredential] {
        indexes.clients.credentials(of: PrincipalReference(kind: .application, name: application.name))
    }

    /// The federated identity credentials of a user-assigned identity, ordered by name; only a `ManagedIdentity` can have some.
    public func federatedCredentials(of identity: Principal) -> [FederatedIdentityCredential] {
        guard indexes.principals.named(identity.name) === identity else { return [] }
        return indexes.clients.credentials(of: PrincipalReference(kind: .managedIdentity, name: identity.name))
    }

    /// The file of certificates that a `Cluster` says to trust when its issuer's documents are fetched, with the manifest that says so.
    public func trustedCertificate(ofIssuer issuer: String) -> (path: String, manifest: String)? {
        guard let cluster = indexes.clients.cluster(issuer: issuer), let path = cluster.trustedIssuerCA,
            let stored = object(ObjectKey(kind: .cluster, name: cluster.name))
        else { return nil }
        return (path, stored.place.file)
    }

    /// When a credential was added to, or changed in, a running world; nil when the world began with it.
    public func added(_ credential: FederatedIdentityCredential) -> UnixSeconds? {
        indexes.additions[ObjectKey(kind: .federatedIdentityCredential, name: credential.name)]
    }
}

import IdentityModel
import IdentityStore
import TokenIssuance
import WireFormats

/// Who asks for a token: an application or a user-assigned identity, with everything that may prove it.
struct Client: Sendable {
    /// About whom the token will be.
    let principal: Principal
    /// The object of the manifests.
    let key: ObjectKey
    /// Its client secrets; a managed identity has none.
    let secrets: [Application.ClientSecret]
    /// Paths of its certificates; a managed identity has none.
    let certificateFiles: [String]
    /// Whose assertions stand for it.
    let federated: [FederatedIdentityCredential]
    /// The manifest that declares it, beside which relative paths are looked for.
    let manifest: String?

    /// The tenant's client of that id, or why it may not sign in.
    init(_ clientID: String, tenant: Tenant, in snapshot: IdentitySnapshot) throws(EntraError) {
        guard GUID(clientID)?.bytes.allSatisfy({ $0 == 0 }) != true else { throw .emptyClientID(clientID) }
        let applications = snapshot.applications(clientID: clientID)
        if let application = applications.first(where: { snapshot.tenant(of: $0).tenantID == tenant.tenantID }) {
            guard application.hasServicePrincipal else { throw .servicePrincipalMissing(clientID, tenantID: tenant.tenantID) }
            guard !application.disabled else { throw .clientDisabled(clientID, name: application.name) }
            guard !application.isPublicClient else { throw .clientIsPublic }
            self.init(application, in: snapshot)
        } else if let identity = snapshot.managedIdentity(clientID: clientID), tenant.tenantID == snapshot.node.tenant.tenantID {
            self.init(identity, in: snapshot)
        } else {
            throw .clientNotFound(clientID, tenant: tenant.name, because: Self.whereElse(applications, clientID, snapshot))
        }
    }

    private init(_ application: Application, in snapshot: IdentitySnapshot) {
        principal = Principal(
            category: .servicePrincipal, name: application.name, clientID: application.clientID, objectID: application.objectID,
            resourceID: nil)
        key = ObjectKey(kind: .application, name: application.name)
        secrets = application.secrets
        certificateFiles = application.certificateFiles
        federated = snapshot.federatedCredentials(of: application)
        manifest = snapshot.object(key)?.place.file
    }

    private init(_ identity: Principal, in snapshot: IdentitySnapshot) {
        principal = identity
        key = ObjectKey(kind: .managedIdentity, name: identity.name)
        secrets = []
        certificateFiles = []
        federated = snapshot.federatedCredentials(of: identity)
        manifest = nil
    }

    private static func whereElse(_ applications: [Application], _ clientID: String, _ snapshot: IdentitySnapshot) -> String {
        if let other = applications.first {
            return "Application \(other.name) is registered in the tenant \(snapshot.tenant(of: other).name)"
        }
        if snapshot.managedIdentity(clientID: clientID) != nil {
            return "the managed identity of that client id lives in the tenant \(snapshot.node.tenant.name)"
        }
        return "no Application and no ManagedIdentity has that client id"
    }
}

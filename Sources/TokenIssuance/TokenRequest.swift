public import IdentityModel
public import IdentityStore

/// What a token is asked for, resolved: about whom, for which resource, by way of which machine.
public struct TokenRequest: Sendable {
    /// About whom.
    public let principal: Principal
    /// The tenant that issues it.
    public let tenant: Tenant
    /// The resource identifier exactly as requested; `aud` of a v1 token.
    public let requested: String
    /// The resource that answers to it.
    public let resource: ResourcePrincipal
    /// App roles the principal has on the resource.
    public let roles: [String]
    /// The ARM id of the compute resource that asks on behalf of a user-assigned identity: `xms_az_rid`.
    public let computeResourceID: String?
}

extension IdentitySnapshot {
    /// Checks that the principal may have a token for `requested` in the node's tenant, and gathers what the token will say.
    ///
    /// Order as entra.md §3.6 suggests: resource known, resource enabled, assignment.
    public func tokenRequest(principal: Principal, requested: String) throws(EntraError) -> TokenRequest {
        let tenant = node.tenant
        guard let resource = resource(answeringTo: requested) else {
            throw .unknownResource(identifier: requested, tenant: tenant.name)
        }
        guard !resource.disabled else { throw .disabledResource(identifier: requested) }
        let roles = roles(of: principal, on: resource)
        let limited = principal.audiences.map { audiences in
            !audiences.contains { self.resource(answeringTo: $0)?.appID == resource.appID }
        }
        if limited == true || (resource.assignmentRequired && roles.isEmpty) {
            throw .notAssigned(
                clientID: principal.clientID, name: principal.name, resourceID: resource.appID, resourceName: resource.name)
        }
        return TokenRequest(
            principal: principal, tenant: tenant, requested: requested, resource: resource, roles: roles,
            computeResourceID: principal.category == .userAssigned ? node.resourceID : nil)
    }
}

public import IdentityModel
public import IdentityStore

/// What a token is asked for, resolved: about whom, for which resource, by what proof, by way of which machine.
public struct TokenRequest: Sendable {
    /// How the principal showed that it may have the token; decides claims and lifetime (source: entra.md §2.4).
    public enum Proof: Hashable, Sendable {
        /// The machine's own metadata service asked.
        case machine
        /// A client secret.
        case secret
        /// An assertion signed by a certificate of the application.
        case certificate
        /// Another issuer's assertion, trusted by a federated identity credential.
        case federated
    }

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
    /// How the principal proved itself.
    public let proof: Proof
    /// The ARM id of the compute resource that asks on behalf of a user-assigned identity: `xms_az_rid`.
    public let computeResourceID: String?
    /// Whether client and resource both take part in continuous access evaluation: a long life, and `xms_cc` in the token.
    public let isContinuouslyEvaluated: Bool
}

extension IdentitySnapshot {
    /// Checks that the principal may have a token for `requested`, and gathers what the token will say.
    ///
    /// Order as entra.md §3.6 suggests: resource known, resource enabled, assignment.
    ///
    /// - Parameters:
    ///   - tenant: the tenant that issues; nil for the node's.
    ///   - declaresContinuousEvaluation: whether the client said it can take a challenge (`cp1` in `claims`).
    public func tokenRequest(
        principal: Principal, requested: String, tenant: Tenant? = nil, proof: TokenRequest.Proof = .machine,
        declaresContinuousEvaluation: Bool = false
    ) throws(EntraError) -> TokenRequest {
        let tenant = tenant ?? node.tenant
        guard let resource = resource(answeringTo: requested) else {
            throw .unknownResource(identifier: requested, tenant: tenant.name)
        }
        guard !resource.disabled else { throw .disabledResource(identifier: requested) }
        let roles = roles(of: principal, on: resource)
        let isBeyondLimits = principal.audiences.map { audiences in
            !audiences.contains { self.resource(answeringTo: $0)?.appID == resource.appID }
        }
        if isBeyondLimits == true || (resource.assignmentRequired && roles.isEmpty) {
            throw .notAssigned(
                clientID: principal.clientID, name: principal.name, resourceID: resource.appID, resourceName: resource.name,
                because: isBeyondLimits == true
                    ? "\(principal.name) is limited to other audiences"
                    : "\(resource.name) wants an app role, and no RoleAssignment gives \(principal.name) one")
        }
        return TokenRequest(
            principal: principal, tenant: tenant, requested: requested, resource: resource, roles: roles, proof: proof,
            computeResourceID: proof == .machine && principal.category == .userAssigned ? node.resourceID : nil,
            isContinuouslyEvaluated: declaresContinuousEvaluation && principal.category == .servicePrincipal
                && WellKnownResources.evaluatesContinuously(resource))
    }
}

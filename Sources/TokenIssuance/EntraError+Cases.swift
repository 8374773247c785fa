// What can go wrong, with exactly the values its text needs. In the order of the table.

extension EntraError {
    // MARK: Instance discovery

    /// 50049: `host` is neither well known nor ours.
    public static func unknownInstance(host: String) -> Self {
        Self(.unknownInstance, because: "\(host) is no well-known authority, no name of ours and no --authority-name")
    }

    /// 50050: the URL in `parameter` is not absolute https.
    public static func malformedEndpoint(_ parameter: String) -> Self { Self(.malformedEndpoint, ["parameter": parameter]) }

    /// 500501: `api-version` is neither 1.0 nor 1.1.
    public static var wrongDiscoveryVersion: Self { Self(.wrongDiscoveryVersion) }

    /// 500502: both or neither of `issuer` and `authorization_endpoint`.
    public static var oneEndpointExpected: Self { Self(.oneEndpointExpected) }

    // MARK: Form

    /// 900561: the verb is not POST.
    public static func onlyPost(received method: String) -> Self { Self(.onlyPost, ["method": method]) }

    /// 9002313: the body is no form.
    public static func malformedRequest(because cause: String) -> Self { Self(.malformedRequest, because: cause) }

    /// 900144: a parameter is missing or empty.
    public static func parameterMissing(_ name: String) -> Self { Self(.parameterMissing, ["parameter": name]) }

    /// 90013: a parameter is not what it must be.
    public static func invalidInput(because cause: String) -> Self { Self(.invalidInput, because: cause) }

    /// 70003: a grant we do not give.
    public static func unsupportedGrant(_ grant: String) -> Self { Self(.unsupportedGrant, ["grant": grant]) }

    /// 7000216: neither secret nor assertion.
    public static var credentialMissing: Self { Self(.credentialMissing) }

    // MARK: Tenant

    /// 900021: the all-zero GUID.
    public static var emptyTenant: Self { Self(.emptyTenant) }

    /// 900023: neither a GUID nor a domain.
    public static func malformedTenant(_ tenant: String) -> Self { Self(.malformedTenant, ["tenant": tenant]) }

    /// 90002: no such tenant; a discovery document answers `invalid_tenant` instead of `invalid_request`.
    public static func unknownTenant(_ tenant: String, onDiscovery: Bool, because cause: String? = nil) -> Self {
        Self(onDiscovery ? .tenantNotFoundByDiscovery : .tenantNotFound, ["tenant": tenant], because: cause)
    }

    /// 50059: a path that names no tenant.
    public static var tenantNotImplied: Self { Self(.tenantNotImplied) }

    /// 9001023: consumers have no applications.
    public static var notForConsumers: Self { Self(.notForConsumers) }

    // MARK: Client

    /// 700038: the all-zero GUID.
    public static func emptyClientID(_ clientID: String) -> Self { Self(.emptyClientID, ["client": clientID]) }

    /// 700016: the tenant has no such application.
    public static func clientNotFound(_ clientID: String, tenant: String, because cause: String) -> Self {
        Self(.clientNotFound, ["client": clientID, "tenant": tenant], because: cause)
    }

    /// 7000229: an application without a service principal.
    public static func servicePrincipalMissing(_ clientID: String, tenantID: String) -> Self {
        Self(.servicePrincipalMissing, ["client": clientID, "tenant": tenantID])
    }

    /// 7000112: sign-in is switched off.
    public static func clientDisabled(_ clientID: String, name: String) -> Self {
        Self(.clientDisabled, ["client": clientID, "name": name])
    }

    /// 700025: a public client with a credential.
    public static var clientIsPublic: Self { Self(.clientIsPublic) }

    // MARK: Secret

    /// 7000215: the secret is none of the application's.
    public static func wrongSecret(_ clientID: String, because cause: String) -> Self {
        Self(.wrongSecret, ["client": clientID], because: cause)
    }

    /// 7000222: the secret has expired.
    public static func expiredSecret(_ clientID: String, because cause: String) -> Self {
        Self(.expiredSecret, ["client": clientID], because: cause)
    }

    // MARK: Scope and resource

    /// 901002: `resource` on the v2 endpoint.
    public static var resourceNotForV2: Self { Self(.resourceNotForV2) }

    /// 70011: a scope that cannot be read.
    public static func malformedScope(_ scope: String) -> Self { Self(.malformedScope, ["scope": scope]) }

    /// 1002012: a scope that is not `/.default`.
    public static func scopeNotDefault(_ scope: String) -> Self { Self(.scopeNotDefault, ["scope": scope]) }

    /// 700022: two resources.
    public static func severalResources(_ scope: String) -> Self { Self(.severalResources, ["scope": scope]) }

    /// 500011: the tenant knows no such resource.
    public static func unknownResource(identifier: String, tenant: String) -> Self {
        Self(.resourceNotFound, ["resource": identifier, "tenant": tenant])
    }

    /// 500014: the resource's service principal is switched off.
    public static func disabledResource(identifier: String) -> Self { Self(.resourceDisabled, ["resource": identifier]) }

    /// 501051: the resource wants an app role, or the identity is limited to other audiences.
    public static func notAssigned(
        clientID: String, name: String, resourceID: String, resourceName: String, because cause: String? = nil
    ) -> Self {
        Self(
            .notAssignedToRole, ["client": clientID, "name": name, "resource": resourceID, "resourceName": resourceName], because: cause)
    }

    /// 90033: no token could be signed, which is our own fault.
    public static func transient(because cause: String) -> Self { Self(.transient, because: cause) }
}

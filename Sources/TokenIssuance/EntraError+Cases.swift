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

    /// 392200: a token bound to a certificate is asked for, over a connection without one.
    public static var clientCertificateMissing: Self {
        Self(.clientCertificateMissing, because: "the listener asks for no client certificate, so no token can be bound to one")
    }

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

    // MARK: Assertion, whoever signed it

    /// 50027: the assertion is no JWT.
    public static func malformedAssertion(because cause: String) -> Self { Self(.malformedAssertion, because: cause) }

    /// 90014: a claim is missing.
    public static func assertionClaimMissing(_ claim: String) -> Self { Self(.assertionClaimMissing, ["claim": claim]) }

    /// 5002723: the header names no key.
    public static var keyNotNamed: Self { Self(.keyNotNamed) }

    /// 5002738: a signature scheme we do not verify.
    public static func unsupportedAlgorithm(_ algorithm: String) -> Self { Self(.unsupportedAlgorithm, ["algorithm": algorithm]) }

    /// 5002727: the header says it is something else than a JWT.
    public static func wrongTokenType(_ type: String) -> Self { Self(.wrongTokenType, because: "its typ is \(type)") }

    /// 700024: expired, not yet valid, or without an end; times as .NET writes them.
    public static func assertionOutOfTime(now: String, notBefore: String, expires: String, because cause: String) -> Self {
        Self(.assertionOutOfTime, ["now": now, "notBefore": notBefore, "expires": expires], because: cause)
    }

    // MARK: Certificate

    /// 700021: another application's assertion.
    public static func assertionNotOfClient(issuer: String) -> Self {
        Self(.assertionNotOfClient, because: "the assertion's iss is \(issuer)")
    }

    /// 50048: `sub` is not `iss`.
    public static func subjectNotIssuer(subject: String) -> Self { Self(.subjectNotIssuer, because: "the assertion's sub is \(subject)") }

    /// 700027: the application has no such certificate; the thumbprint in upper-case hexadecimal.
    public static func certificateNotFound(thumbprint: String, clientID: String, because cause: String) -> Self {
        Self(.certificateNotFound, ["thumbprint": thumbprint, "app": clientID], because: cause)
    }

    /// 700027: the certificate is past its end.
    public static func certificateExpired(thumbprint: String, clientID: String, because cause: String) -> Self {
        Self(.certificateExpired, ["thumbprint": thumbprint, "app": clientID], because: cause)
    }

    /// 700027: the certificate's key did not make the signature.
    public static func certificateSignatureWrong(thumbprint: String, clientID: String) -> Self {
        Self(.certificateSignatureWrong, ["thumbprint": thumbprint, "app": clientID])
    }

    /// 700023: the assertion is meant for somebody else.
    public static func assertionAudienceWrong(audience: String) -> Self {
        Self(.assertionAudienceWrong, because: "the assertion's aud is \(audience)")
    }

    // MARK: Federation

    /// 70025: nobody's assertions stand for the client.
    public static func noFederatedCredential(_ clientID: String, name: String) -> Self {
        Self(.noFederatedCredential, ["client": clientID, "name": name])
    }

    /// 70021: the credential that matches was made a moment ago.
    public static func federatedCredentialTooNew(issuer: String, subject: String, audience: String, because cause: String) -> Self {
        Self(.federatedCredentialTooNew, ["issuer": issuer, "subject": subject, "audience": audience], because: cause)
    }

    /// 700211: no credential has the issuer.
    public static func federatedIssuerUnknown(_ issuer: String, because cause: String) -> Self {
        Self(.federatedIssuerUnknown, ["issuer": issuer], because: cause)
    }

    /// 700213, or 7002138 when only the case differs: no credential of the issuer has the subject.
    public static func federatedSubjectUnknown(_ subject: String, differsInCaseOnly: Bool, because cause: String) -> Self {
        Self(differsInCaseOnly ? .federatedSubjectCase : .federatedSubjectUnknown, ["subject": subject], because: cause)
    }

    /// 700212: no credential of issuer and subject has the audience.
    public static func federatedAudienceUnknown(_ audience: String, because cause: String) -> Self {
        Self(.federatedAudienceUnknown, ["audience": audience], because: cause)
    }

    /// 70023: it lives too long, or does not say since when.
    public static func assertionTooLong(issuedAt: String, expires: String) -> Self {
        Self(.assertionTooLong, ["issuedAt": issuedAt, "expires": expires])
    }

    /// 700214: a credential for an Entra issuer must store the URI of the exchange audience.
    public static func federatedAudienceStored(_ audience: String, expected: String) -> Self {
        Self(.federatedAudienceStored, ["audience": audience, "expected": expected])
    }

    /// 700263: one Entra subject under two issuers.
    public static func federatedIssuerTwice(subject: String) -> Self { Self(.federatedIssuerTwice, ["subject": subject]) }

    /// 700222: a token of Entra that is not about a user-assigned identity.
    public static func entraTokenRefused(because cause: String) -> Self { Self(.entraTokenRefused, because: cause) }

    /// 700226: a token about an application.
    public static var onlyManagedIdentities: Self { Self(.onlyManagedIdentities) }

    /// 700231: a token that came of a federated credential.
    public static var chainedFederation: Self { Self(.chainedFederation) }

    /// 700236: a token of another tenant.
    public static func entraIssuerOfAnotherTenant(_ issuer: String) -> Self { Self(.entraIssuerOfAnotherTenant, ["issuer": issuer]) }

    /// 700238: a token of another cloud's Entra.
    public static func entraIssuerOfAnotherCloud(_ issuer: String) -> Self { Self(.entraIssuerOfAnotherCloud, ["issuer": issuer]) }

    // MARK: Issuer keys

    /// 50166: a document of the issuer could not be fetched.
    public static func issuerUnreachable(because cause: String) -> Self { Self(.issuerUnreachable, because: cause) }

    /// 501661: the issuer's discovery document cannot be accepted.
    public static func issuerDocumentUnacceptable(because cause: String) -> Self { Self(.issuerDocumentUnacceptable, because: cause) }

    /// 900612: the key set is none.
    public static func issuerKeysUnreadable(because cause: String) -> Self { Self(.issuerKeysUnreadable, because: cause) }

    /// 7000272: the issuer publishes no such key; its name in upper-case hexadecimal.
    public static func issuerKeyNotFound(_ key: String, issuer: String, because cause: String) -> Self {
        Self(.issuerKeyNotFound, ["key": key, "issuer": issuer], because: cause)
    }

    /// 700027: the issuer's key did not make the signature.
    public static var federatedSignatureWrong: Self { Self(.federatedSignatureWrong) }

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

    /// A failure of the token service itself, which no request brings about: 500 is 50000, 504 is 90012, any other status 90033.
    ///
    /// Only the last one's text is known; the others' are ours (source: entra.md §3.7).
    public static func outage(status: Int) -> Self {
        switch status {
        case 500: Self(AADSTS.serviceFailed)
        case 504: Self(AADSTS.timedOut)
        default: Self(.transient)
        }
    }
}

extension AADSTS {
    fileprivate static let serviceFailed = AADSTS(
        50_000, 500, "temporarily_unavailable", .issuance, "There was an issue issuing the token.", when: "a fault asks for it", .ours)
    fileprivate static let timedOut = AADSTS(
        90_012, 504, "temporarily_unavailable", .issuance, "The request has timed out.", when: "a fault asks for it", .ours)
}

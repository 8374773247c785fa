// The table itself: every refusal that client credentials, federation or discovery can reach (source: entra.md §3.7, §1.5, and
// workload-identity.md §5.3). Long because it is one list; the order is that of the checks.

extension AADSTS {
    private static let federationPage = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
    private static let credentialsPage = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials"
    private static let checkCredential = "your federated identity credential Subject, Audience and Issuer against the presented assertion."

    /// The part of 700027 that tells how to see an application's keys.
    private static let keyAdvice =
        "Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see"
        + " configured keys for app Id '{app}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine"
        + " the corresponding service endpoint and"
        + " https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as"
        + " 'https://graph.microsoft.com/beta/applications/{app}']."

    // MARK: Instance discovery

    static let unknownInstance = AADSTS(
        50_049, 400, "invalid_instance", .instance, "Unknown or invalid instance.", when: "the host is neither well known nor ours")
    static let malformedEndpoint = AADSTS(
        50_050, 400, "invalid_request", .instance, "The request is malformed: invalid format for '{parameter}' value.",
        when: "the URL is not absolute https", hasPage: false)
    static let wrongDiscoveryVersion = AADSTS(
        500_501, 400, "invalid_request", .instance, "Invalid value for 'api-version'.", when: "neither 1.0 nor 1.1", hasPage: false)
    static let oneEndpointExpected = AADSTS(
        500_502, 400, "invalid_request", .instance, "Expected exactly one of 'issuer' and 'authorization_endpoint'.",
        when: "both or neither", hasPage: false)

    // MARK: Form

    static let onlyPost = AADSTS(
        900_561, 400, "invalid_request", .verb, "The endpoint only accepts POST requests. Received a {method} request.",
        when: "any other verb")
    static let malformedRequest = AADSTS(
        9_002_313, 400, "invalid_request", .form, "Invalid request. Request is malformed or invalid.", when: "the body is no form")
    static let parameterMissing = AADSTS(
        900_144, 400, "invalid_request", .form, "The request body must contain the following parameter: '{parameter}'.",
        when: "a parameter is missing")
    static let invalidInput = AADSTS(
        90_013, 400, "invalid_request", .form, "Invalid input received from the user.",
        when: "client_assertion_type or claims is not what it must be")
    static let unsupportedGrant = AADSTS(
        70_003, 400, "unsupported_grant_type", .grant, "The app requested an unsupported grant type '{grant}'.",
        when: "any grant but client_credentials", hasPage: false)
    static let credentialMissing = AADSTS(
        7_000_216, 401, "invalid_client", .credential,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.", when: "no credential")

    static let clientCertificateMissing = AADSTS(
        392_200, 400, "invalid_request", .credential, "Client certificate is missing from the request.",
        when: "token_type is mtls_pop, and the TLS connection carries no certificate of the client")

    // MARK: Tenant

    static let emptyTenant = AADSTS(
        900_021, 400, "invalid_request", .tenant,
        "Requested tenant identifier '00000000-0000-0000-0000-000000000000' is not valid. Tenant identifiers may not be an empty GUID.",
        when: "the all-zero GUID")
    static let malformedTenant = AADSTS(
        900_023, 400, "invalid_request", .tenant,
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.", when: "neither GUID nor domain")
    static let tenantNotFound = AADSTS(
        90_002, 400, "invalid_request", .tenant, tenantNotFoundText, when: "no such tenant, at the token endpoint")
    static let tenantNotFoundByDiscovery = AADSTS(
        90_002, 400, "invalid_tenant", .tenant, tenantNotFoundText, when: "no such tenant, asked for a document")
    private static let tenantNotFoundText =
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check"
        + " with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
    static let tenantNotImplied = AADSTS(
        50_059, 400, "invalid_request", .tenant,
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
        when: "common or organizations, which name no tenant")
    static let notForConsumers = AADSTS(
        9_001_023, 400, "invalid_request", .tenant,
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific"
            + " endpoint.",
        when: "consumers")

    // MARK: Client

    static let emptyClientID = AADSTS(
        700_038, 400, "unauthorized_client", .client, "{client} is not a valid application identifier.", when: "the all-zero GUID",
        hasPage: false)
    static let clientNotFound = AADSTS(
        700_016, 400, "unauthorized_client", .client,
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been"
            + " installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your"
            + " authentication request to the wrong tenant.",
        when: "no such application in the tenant")
    static let servicePrincipalMissing = AADSTS(
        7_000_229, 401, "invalid_client", .client,
        "The client application {client} is missing service principal in the tenant {tenant}. See instructions here:"
            + " https://go.microsoft.com/fwlink/?linkid=2225119",
        when: "registered, without a service principal")
    static let clientDisabled = AADSTS(
        7_000_112, 400, "unauthorized_client", .client, "Application '{client}'({name}) is disabled.", when: "sign-in switched off")
    static let clientIsPublic = AADSTS(
        700_025, 401, "invalid_client", .client,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", when: "a public client with a credential"
    )

    // MARK: Secret

    static let wrongSecret = AADSTS(
        7_000_215, 401, "invalid_client", .secret,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID,"
            + " for a secret added to app '{client}'.",
        when: "no secret of the application is the one sent")
    static let expiredSecret = AADSTS(
        7_000_222, 401, "invalid_client", .secret,
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app:"
            + " https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
        when: "the secret sent is one that has expired")

    // MARK: Assertion, whoever signed it

    static let malformedAssertion = AADSTS(
        50_027, 400, "invalid_request", .assertion, "JWT token is invalid or malformed.", when: "the assertion is no JWT")
    static let assertionClaimMissing = AADSTS(
        90_014, 400, "invalid_request", .assertion,
        "The required field '{claim}' is missing from the credential. Ensure that you have all the necessary parameters for the login"
            + " request.",
        when: "iss, sub or aud is missing")
    static let keyNotNamed = AADSTS(
        5_002_723, 401, "invalid_client", .assertion,
        "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
        when: "no kid, x5t or x5t#S256")
    static let unsupportedAlgorithm = AADSTS(
        5_002_738, 401, "invalid_client", .assertion,
        "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: 'RS256,RS384,RS512'",
        when: "alg is another")
    static let wrongTokenType = AADSTS(
        5_002_727, 400, "invalid_request", .assertion,
        "Invalid JWT header type specified, must be 'JWT' or 'http://openid.net/specs/jwt/1.0'.", when: "typ is another", hasPage: false)
    static let assertionOutOfTime = AADSTS(
        700_024, 401, "invalid_client", .assertion,
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {notBefore}, expiry time of"
            + " assertion {expires}. Review the documentation at \(credentialsPage) .",
        when: "expired, not yet valid, or without exp")

    // MARK: Certificate

    static let assertionNotOfClient = AADSTS(
        700_021, 401, "invalid_client", .certificate,
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at"
            + " https://docs.microsoft.com/en-us/azure/active-directory/develop/active-directory-certificate-credentials .",
        when: "iss is not the client id")
    static let subjectNotIssuer = AADSTS(
        50_048, 400, "invalid_client", .certificate, "Subject must match Issuer claim in the client assertion.", when: "sub is not iss",
        .documented)
    static let certificateNotFound = AADSTS(
        700_027, 401, "invalid_client", .certificate,
        "The certificate with identifier used to sign the client assertion is not registered on application."
            + " [Reason - The key was not found., \(keyAdvice)",
        when: "the application has no such certificate")
    static let certificateExpired = AADSTS(
        700_027, 401, "invalid_client", .certificate,
        "The certificate with identifier used to sign the client assertion is expired on application."
            + " [Reason - The key used is expired., \(keyAdvice)",
        when: "the certificate is past its end")
    static let certificateSignatureWrong = AADSTS(
        700_027, 401, "invalid_client", .certificate,
        "Client assertion contains an invalid signature. [Reason - The key was not found., \(keyAdvice)",
        when: "the certificate's key did not make the signature")
    static let assertionAudienceWrong = AADSTS(
        700_023, 401, "invalid_client", .certificate,
        "Client assertion audience claim does not match Realm issuer. Review the documentation at \(credentialsPage).",
        when: "aud is not this tenant's token endpoint or issuer")

    // MARK: Federation

    static let noFederatedCredential = AADSTS(
        70_025, 401, "invalid_client", .federation, "The client '{client}'({name}) has no configured federated identity credentials.",
        when: "another's assertion, and no credential to match it", hasPage: false)
    static let federatedCredentialTooNew = AADSTS(
        70_021, 401, "invalid_client", .federation,
        "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject:"
            + " '{subject}'. Assertion Audience: '{audience}'."
            + " https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
        when: "the credential that matches has not reached every front end yet")
    static let federatedIssuerUnknown = AADSTS(
        700_211, 401, "invalid_client", .federation,
        "No matching federated identity record found for presented assertion issuer '{issuer}'. Please check \(checkCredential)"
            + " \(federationPage)",
        when: "no credential has the issuer")
    static let federatedSubjectUnknown = AADSTS(
        700_213, 401, "invalid_client", .federation,
        "No matching federated identity record found for presented assertion subject '{subject}'. Check \(checkCredential)"
            + " \(federationPage)",
        when: "no credential of the issuer has the subject")
    static let federatedSubjectCase = AADSTS(
        7_002_138, 401, "invalid_client", .federation,
        "No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with"
            + " case-insensitive comparison, but not with case-sensitive comparison. Check \(checkCredential) See documentation at:"
            + " \(federationPage). See breaking change notification and remediation at:"
            + " https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.",
        when: "the subject differs in case only")
    static let federatedAudienceUnknown = AADSTS(
        700_212, 401, "invalid_client", .federation,
        "No matching federated identity record found for presented assertion audience '{audience}'. Please check \(checkCredential)"
            + " \(federationPage)",
        when: "no credential of issuer and subject has the audience")
    static let assertionTooLong = AADSTS(
        70_023, 400, "invalid_request", .federation,
        "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at {issuedAt}. Token expires"
            + " on {expires}.",
        when: "it lives longer than 25 hours, or does not say since when")
    static let federatedAudienceStored = AADSTS(
        700_214, 401, "invalid_client", .federation,
        "The audience of a federated identity credential for a Microsoft Entra issuer must be '{expected}', found '{audience}'.",
        when: "a credential for an Entra issuer stores the audience's GUID or another audience", .ours)
    static let federatedIssuerTwice = AADSTS(
        700_263, 401, "invalid_client", .federation,
        "More than one federated identity credential matches the subject '{subject}' of a Microsoft Entra issuer.",
        when: "two credentials of the same Entra subject, under the v1 and the v2 issuer", .ours)
    static let entraTokenRefused = AADSTS(
        700_222, 401, "invalid_client", .federation, "AAD-issued tokens may not be used for federated identity flows.",
        when: "a v1 token of Entra, or one about a system-assigned identity")
    static let onlyManagedIdentities = AADSTS(
        700_226, 401, "invalid_client", .federation, "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
        when: "a token about an application")
    static let chainedFederation = AADSTS(
        700_231, 401, "invalid_client", .federation,
        "Token obtained using a federated identity credential may not be used as a federated identity credential.",
        when: "the assertion itself came of a federated credential")
    static let entraIssuerOfAnotherTenant = AADSTS(
        700_236, 401, "invalid_client", .federation,
        "Entra ID tokens issued by issuer '{issuer}' may not be used for federated identity credential flows for applications or managed"
            + " identities registered in this tenant.",
        when: "the assertion is of another tenant")
    static let entraIssuerOfAnotherCloud = AADSTS(
        700_238, 401, "invalid_client", .federation,
        "Entra ID tokens issued by issuer '{issuer}' of another cloud may not be used for federated identity credential flows in this"
            + " tenant.",
        when: "the assertion is of another cloud's Entra", .ours)

    // MARK: Issuer keys

    static let issuerUnreachable = AADSTS(
        50_166, 400, "invalid_request", .issuerKeys, "Request to External OIDC endpoint failed.", when: "a document could not be fetched",
        hasPage: false)
    static let issuerDocumentUnacceptable = AADSTS(
        501_661, 400, "invalid_request", .issuerKeys, "Request to External OIDC endpoint failed.",
        when: "the issuer's discovery document cannot be accepted", hasPage: false)
    static let issuerKeysUnreadable = AADSTS(
        900_612, 400, "invalid_request", .issuerKeys, "Failed to parse provider signing keys.", when: "the key set is none", hasPage: false)
    static let issuerKeyNotFound = AADSTS(
        7_000_272, 401, "invalid_client", .issuerKeys,
        "The certificate with identifier {key} used to sign the federated credential could not be found in the metadata of identity"
            + " provider {issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.",
        when: "the issuer publishes no such kid")
    static let federatedSignatureWrong = AADSTS(
        700_027, 401, "invalid_client", .issuerKeys, "Client assertion failed signature validation.",
        when: "the issuer's key did not make the signature")

    // MARK: Scope and resource

    static let resourceNotForV2 = AADSTS(
        901_002, 400, "invalid_request", .scope, "The 'resource' request parameter is not supported.", when: "resource on the v2 endpoint",
        .documented)
    static let malformedScope = AADSTS(
        70_011, 400, "invalid_scope", .scope,
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The"
            + " scope {scope} is not valid.",
        when: "no identifier stands before /.default", hasPage: false)
    static let scopeNotDefault = AADSTS(
        1_002_012, 400, "invalid_scope", .scope,
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the"
            + " resource identifier (application ID URI).",
        when: "a scope is not /.default", hasPage: false)
    static let severalResources = AADSTS(
        700_022, 400, "invalid_scope", .scope,
        "The provided value for the input parameter scope is not valid because it contains more than one resource. The scope {scope} is not"
            + " valid.",
        when: "two resources in one scope")
    static let resourceNotFound = AADSTS(
        500_011, 400, "invalid_resource", .resource,
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not"
            + " been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your"
            + " authentication request to the wrong tenant.",
        when: "the tenant knows no such resource")
    static let resourceDisabled = AADSTS(
        500_014, 400, "invalid_resource", .resource,
        "The service principal for resource '{resource}' is disabled. This indicate that a subscription within the tenant has lapsed, or"
            + " that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.",
        when: "the resource's service principal is switched off")
    static let notAssignedToRole = AADSTS(
        501_051, 400, "invalid_grant", .assignment,
        "Application '{client}'({name}) is not assigned to a role for the application '{resource}'({resourceName}).",
        when: "the resource wants an app role, or the identity is limited to other audiences")

    // MARK: Our own fault

    static let transient = AADSTS(
        90_033, 503, "temporarily_unavailable", .issuance, "A transient error has occurred. Please try again.",
        when: "no token could be signed")

    /// Every row, in the order of the checks.
    public static let all: [AADSTS] = [
        unknownInstance, malformedEndpoint, wrongDiscoveryVersion, oneEndpointExpected, onlyPost, malformedRequest, parameterMissing,
        invalidInput, unsupportedGrant, clientCertificateMissing, credentialMissing, emptyTenant, malformedTenant, tenantNotFound,
        tenantNotFoundByDiscovery,
        tenantNotImplied, notForConsumers, emptyClientID, clientNotFound, servicePrincipalMissing, clientDisabled, clientIsPublic,
        wrongSecret, expiredSecret, malformedAssertion, assertionClaimMissing, keyNotNamed, unsupportedAlgorithm, wrongTokenType,
        assertionOutOfTime, assertionNotOfClient, subjectNotIssuer, certificateNotFound, certificateExpired, certificateSignatureWrong,
        assertionAudienceWrong, noFederatedCredential, federatedCredentialTooNew, federatedIssuerUnknown, federatedSubjectUnknown,
        federatedSubjectCase, federatedAudienceUnknown, assertionTooLong, federatedAudienceStored, federatedIssuerTwice, entraTokenRefused,
        onlyManagedIdentities, chainedFederation, entraIssuerOfAnotherTenant, entraIssuerOfAnotherCloud, issuerUnreachable,
        issuerDocumentUnacceptable, issuerKeysUnreadable, issuerKeyNotFound, federatedSignatureWrong, resourceNotForV2, malformedScope,
        scopeNotDefault, severalResources, resourceNotFound, resourceDisabled, notAssignedToRole, transient,
    ]
}

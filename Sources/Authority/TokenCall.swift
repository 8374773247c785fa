import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// A token request whose form is in order and whose client may sign in; what is left to check needs secrets, keys or files.
struct TokenCall: Sendable {
    /// What the client proves itself with.
    enum Credential: Sendable {
        case secret(SecretBytes)
        /// A JWT, not read yet.
        case assertion(SecretBytes)
    }

    /// The one form of assertion there is; SAML has had its day.
    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    let version: EndpointVersion
    let tenant: Tenant
    /// The tenant as the path names it.
    let tenantSegment: String
    let client: Client
    let credential: Credential
    let form: TokenForm

    /// The checks in Entra's order, as far as it is known: grant, credential, tenant, client (source: entra.md §3.6).
    init(
        _ form: TokenForm, _ version: EndpointVersion, tenant segment: String, in snapshot: IdentitySnapshot, trail: inout TokenTrail
    ) throws(EntraError) {
        trail.clientID = form.clientID
        trail.resource = version == .v1 ? form["resource"] : form["scope"]
        try form.requireUnique([
            "grant_type", "client_id", "client_secret", "scope", "resource", "client_assertion", "client_assertion_type",
        ])
        guard let grant = form["grant_type"] else { throw .parameterMissing("grant_type") }
        guard grant == "client_credentials" else { throw .unsupportedGrant(grant) }
        guard form["token_type"] != "mtls_pop" else { throw .clientCertificateMissing }
        let credential = try Self.credential(form)
        let tenant = try Self.tenant(segment, in: snapshot)
        let clientID = try Self.clientID(form, credential)
        trail.clientID = clientID
        let client = try Client(clientID, tenant: tenant, in: snapshot)
        trail.matched.append(client.key)
        self.version = version
        self.tenant = tenant
        self.client = client
        self.form = form
        self.credential = credential
        tenantSegment = segment
    }

    /// An assertion counts before a secret.
    private static func credential(_ form: TokenForm) throws(EntraError) -> Credential {
        if let assertion = form["client_assertion"] {
            guard let type = form["client_assertion_type"] else { throw .parameterMissing("client_assertion_type") }
            guard type == assertionType else { throw .invalidInput(because: "client_assertion_type is \(type)") }
            return .assertion(SecretBytes(Array(assertion.utf8)))
        }
        guard let secret = form.clientSecret else { throw .credentialMissing }
        return .secret(SecretBytes(Array(secret.utf8)))
    }

    /// The client id, or whom the assertion says it is of (source: entra.md §3.6).
    private static func clientID(_ form: TokenForm, _ credential: Credential) throws(EntraError) -> String {
        if let clientID = form.clientID { return clientID }
        guard case .assertion(let text) = credential else { throw .parameterMissing("client_id") }
        guard let issuer = try ClientAssertion(text).text("iss") else { throw .assertionClaimMissing("iss") }
        return issuer
    }

    /// The tenant a path names; a client can only be known in one.
    private static func tenant(_ segment: String, in snapshot: IdentitySnapshot) throws(EntraError) -> Tenant {
        switch Directory(segment, in: snapshot) {
        case .tenant(let tenant): return tenant
        case .any: throw .tenantNotImplied
        case .consumers: throw .notForConsumers
        case nil:
            if let id = GUID(segment) {
                guard id.bytes.contains(where: { $0 != 0 }) else { throw .emptyTenant }
            } else {
                guard isDomain(segment) else { throw .malformedTenant(segment) }
            }
            let known = snapshot.tenants.prefix(5).map { "\($0.name) (\($0.tenantID))" }.joined(separator: ", ")
            throw .unknownTenant(segment, onDiscovery: false, because: "there is \(known)")
        }
    }

    /// Two labels or more of letters, digits and inner hyphens.
    private static func isDomain(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count > 1 && text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { byte in
                        byte == UInt8(ascii: "-") || (48...57).contains(byte) || (97...122).contains(byte | 0x20)
                    }
            }
    }
}

/// What is known of a request so far, for the decision about it.
struct TokenTrail: Sendable {
    var clientID: String?
    var resource: String?
    var matched: [ObjectKey] = []
    var rejected: [Decision.Rejection] = []
    var nearMiss: Decision.NearMiss?
    var waitMilliseconds = 0

    /// The decision that these things led to.
    func decision(_ snapshot: IdentitySnapshot, _ outcome: Decision.Outcome, _ reason: String) -> Decision {
        var decision = Decision(face: .authority, plane: snapshot.plane, outcome: outcome, reason: reason)
        decision.selector = clientID.map { Decision.Selector(name: "client_id", value: $0.shortened) }
        decision.resource = resource?.shortened
        decision.matched = matched
        decision.rejected = rejected
        decision.nearMiss = nearMiss
        decision.waitMilliseconds = waitMilliseconds
        return decision
    }
}

import Authority
import Cryptography
import Decisions
import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// An authority that is fuzzed: a tenant with a client for each way to prove oneself, and keys that are made when a run begins.
///
/// No input is or holds a token: what is to be signed stands there in clear and is signed here, so that a kept input means the same with
/// the next run's keys.
struct AuthorityWorld {
    /// Whose key signs an assertion.
    enum Signer: String, CaseIterable {
        /// The certificate of the application `web`.
        case client
        /// The issuer that credentials of `web` and `reader` name.
        case issuer
        /// The tenant itself, as it signs tokens.
        case tenant
        /// Nobody that anything here trusts.
        case stranger
    }

    static let tenant = "11111111-2222-4333-8444-555555555555"
    static let web = "aaaaaaaa-0000-4000-8000-000000000001"
    static let reader = "bbbbbbbb-0000-4000-8000-000000000001"
    static let secret = "p@ss+w/rd&="
    static let expiredSecret = "p@st#w/rd"
    static let issuer = "https://oidc.example/cluster/"
    static let tokenPath = "/\(tenant)/oauth2/v2.0/token"

    /// Whose signatures get a client of the manifest a token.
    static let trusted: [ObjectKey: Set<Signer>] = [
        ObjectKey(kind: .application, name: "web"): [.client, .issuer, .tenant],
        ObjectKey(kind: .managedIdentity, name: "reader"): [.issuer],
    ]

    let store: IdentityStore
    let keys: SigningKeys
    private let signers: [Signer: TokenSigningKey]

    init() throws {
        store = IdentityStore()
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(Self.manifest.utf8))])
        let entropy = FuzzWorld.entropy()
        var signers: [Signer: TokenSigningKey] = [:]
        for signer in Signer.allCases {
            signers[signer] = try TokenSigningKey.generate(commonName: signer.rawValue, now: FuzzWorld.clock.now, entropy: entropy)
        }
        self.signers = signers
        keys = SigningKeys(signing: try Self.key(.tenant, of: signers))
    }

    /// An authority in its first state, for what an input does must not depend on those before it.
    func service(journal: DecisionJournal, fetch: @escaping IssuerFetch) throws(Finding) -> AuthorityService {
        let entropy = FuzzWorld.entropy()
        let certificate = Array(try key(.client).certificate.pem.utf8)
        let sources = CredentialSources(environment: { _ in nil }, file: { path, _ in path == "web.pem" ? certificate : nil })
        return AuthorityService(
            store: store, keys: keys, issuer: TokenIssuer(keys: keys, clock: FuzzWorld.clock, entropy: entropy), journal: journal,
            clock: FuzzWorld.clock, entropy: entropy,
            environment: AuthorityEnvironment(ownHost: { "127.0.0.1:8443" }, names: ["localhost"], sources: sources, fetch: fetch))
    }

    // MARK: What is signed

    func key(_ signer: Signer) throws(Finding) -> TokenSigningKey { try Self.key(signer, of: signers) }

    /// A JWT over exactly these bytes, in the scheme that the header names, else RS256.
    func token(header: [UInt8], claims: [UInt8], signer: Signer) throws(Finding) -> String {
        let key = try key(signer)
        let header = Array(Self.filled(String(decoding: header, as: UTF8.self), key).utf8)
        let scheme = (try? JSONValue(parsing: header))?["alg"]?.text.flatMap(JWSAlgorithm.init) ?? .rs256
        let signed = Base64.encodeURL(header) + "." + Base64.encodeURL(claims)
        do {
            return signed + "." + Base64.encodeURL(try key.key.sign(Array(signed.utf8), scheme))
        } catch {
            throw Finding("signing in \(scheme) failed: \(error)")
        }
    }

    /// What differs from run to run, in the place of the words that stand for it in inputs.
    static func filled(_ text: String, _ key: TokenSigningKey) -> String {
        text.replacing("$KID", with: key.keyID).replacing("$S256", with: key.thumbprintSHA256)
            .replacing("$N", with: Base64.encodeURL(key.key.publicKey.modulus))
    }

    private static func key(_ signer: Signer, of signers: [Signer: TokenSigningKey]) throws(Finding) -> TokenSigningKey {
        guard let key = signers[signer] else { throw Finding("no key was made for \(signer)") }
        return key
    }

    // MARK: The issuer's documents

    /// The set that holds the issuer's key by the name `k1`.
    static let keySet = #"{"keys":[{"use":"sig","kty":"RSA","kid":"k1","alg":"RS256","n":"$N","e":"AQAB"}]}"#

    static let discovery =
        #"{"issuer":"https://oidc.example/cluster/","jwks_uri":"https://oidc.example/cluster/openid/v1/jwks","subject_types_supported":["public"]}"#

    /// Answers as the issuer does.
    func issuerAnswer(_ url: String) throws(Finding) -> [UInt8] {
        Array(Self.filled(url.hasSuffix("/.well-known/openid-configuration") ? Self.discovery : Self.keySet, try key(.issuer)).utf8)
    }

    private static let manifest = """
        apiVersion: understudy.internal/v1alpha1
        kind: Tenant
        metadata: {name: contoso}
        spec: {tenantID: \(tenant), domains: [contoso.example]}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: vm}
        spec: {tenant: contoso, userAssigned: [reader]}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ManagedIdentity
        metadata: {name: reader}
        spec: {clientID: \(reader), principalID: bbbbbbbb-0000-4000-8000-000000000002}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: Application
        metadata: {name: web}
        spec:
          tenant: contoso
          clientID: \(web)
          secrets: [{value: '\(secret)'}, {value: '\(expiredSecret)', expires: 2026-01-01T00:00:00Z}]
          certificates: [{file: web.pem}, {file: absent.pem}]
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: FederatedIdentityCredential
        metadata: {name: web-prod}
        spec: {identity: {kind: Application, name: web}, issuer: '\(issuer)', subject: 'system:serviceaccount:prod:web'}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: FederatedIdentityCredential
        metadata: {name: web-as-reader}
        spec:
          identity: {kind: Application, name: web}
          issuer: https://login.microsoftonline.com/\(tenant)/v2.0
          subject: bbbbbbbb-0000-4000-8000-000000000002
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: FederatedIdentityCredential
        metadata: {name: reader-prod}
        spec: {identity: {kind: ManagedIdentity, name: reader}, issuer: '\(issuer)', subject: 'system:serviceaccount:prod:web'}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ResourcePrincipal
        metadata: {name: orders}
        spec: {identifierURIs: [api://orders], tokenVersion: 2, appRoles: [{value: Read}]}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ResourcePrincipal
        metadata: {name: closed}
        spec: {identifierURIs: [api://closed], assignmentRequired: true, appRoles: [{value: Use}]}
        """
}

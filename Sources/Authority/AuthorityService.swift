public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
public import TokenIssuance
import WireFormats

/// The emulated Entra token service: what verifiers of tokens fetch, and tokens for applications (source: entra.md §1, §3).
public struct AuthorityService: HTTPResponder {
    private let table: EndpointTable
    private let wire: AuthorityWire
    private let hosts: AuthorityHosts
    private let tokens: TokenEndpoint

    /// An authority for the store's tenants that publishes `keys`.
    ///
    /// - Parameter issuer: signs with one of `keys`.
    public init(
        store: IdentityStore, keys: SigningKeys, issuer: TokenIssuer, journal: DecisionJournal, clock: WallClock, entropy: Entropy,
        environment: AuthorityEnvironment
    ) {
        wire = AuthorityWire(clock: clock, entropy: entropy)
        hosts = AuthorityHosts(own: environment.ownHost, names: environment.names)
        let documents = AuthorityDocuments(store: store, keys: keys, journal: journal, wire: wire, hosts: hosts)
        let issuerKeys = IssuerKeys(
            documents: IssuerDocuments(fetch: environment.fetch), local: environment.localIssuers, sources: environment.sources,
            clock: clock, systemClock: environment.systemClock ?? clock)
        tokens = TokenEndpoint(
            store: store, issuer: issuer, journal: journal, wire: wire, hosts: hosts, secrets: SecretCheck(sources: environment.sources),
            certificates: CertificateCheck(sources: environment.sources, hosts: hosts),
            federation: FederationCheck(
                keys: issuerKeys, ownKeys: keys, propagation: FederationPropagation(isReal: environment.delaysPropagation)))
        let people = PeopleEndpoints(store: store, journal: journal, wire: wire, hosts: hosts)
        table = EndpointTable(
            Self.documentEndpoints(documents) + Self.tokenEndpoints(tokens) + Self.peopleEndpoints(people),
            // A client whose authority host ends in a slash doubles the first one (source: sdk-clients.md §1.3).
            path: { request in
                let path = request.rawPath
                return path.hasPrefix("//") ? "/" + path.drop { $0 == "/" } : path
            },
            otherwise: { documents.unknownPath($0) })
    }

    /// Answers a caller and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { table.respond(to: request) }

    /// An answer with a status that comes of the service's own state, whatever was asked: for faults (source: entra.md §4.3).
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`; nil for none.
    public func outage(status: Int, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        wire.outage(HTTPStatus(code: status), retryAfter: retryAfter, for: request, host: hosts.host(of: request))
    }

    /// The outcome of a request to a tenant's v1 token endpoint, unrecorded: for `AuthorityClient`.
    func outcome(of request: HTTPRequest, tenant: String) async -> TokenEndpoint.Outcome {
        switch tokens.step(request, tenant: tenant, version: .v1) {
        case .done(let outcome): outcome
        case .working(let work): await work()
        }
    }

    private static func documentEndpoints(_ documents: AuthorityDocuments) -> [Endpoint] {
        func document(_ name: String, _ path: String, _ kind: AuthorityDocuments.Kind, _ source: String) -> Endpoint {
            Endpoint(name: name, methods: readable, path: .template(path), source: source) {
                documents.answer(kind, $0, tenant: $1["tenant"])
            }
        }
        return [
            document("discovery-v2", "/{tenant}/v2.0/.well-known/openid-configuration", .discoveryV2, "entra.md §1.2"),
            document("discovery-v1", "/{tenant}/.well-known/openid-configuration", .discoveryV1, "entra.md §1.3"),
            document("keys-v2", "/{tenant}/discovery/v2.0/keys", .keysV2, "entra.md §1.4"),
            document("keys-v1", "/{tenant}/discovery/keys", .keysV1, "entra.md §1.4"),
            // Only here: under a tenant it is an unknown path.
            Endpoint(name: "instance", methods: readable, path: .exact("/common/discovery/instance"), source: "entra.md §1.5") {
                request, _ in documents.instance(request)
            },
        ]
    }

    /// Documents may be read from any origin, which a browser asks about first.
    private static let readable = Endpoint.Methods.only(["GET", "HEAD", "OPTIONS"])

    private static func tokenEndpoints(_ tokens: TokenEndpoint) -> [Endpoint] {
        // Every method: what a wrong one gets is the endpoint's own refusal.
        [
            Endpoint(name: "token-v2", methods: .any, path: .template("/{tenant}/oauth2/v2.0/token"), source: "entra.md §3") {
                tokens.answer($0, tenant: $1["tenant"] ?? "", version: .v2)
            },
            Endpoint(name: "token-v1", methods: .any, path: .template("/{tenant}/oauth2/token"), source: "entra.md §3") {
                tokens.answer($0, tenant: $1["tenant"] ?? "", version: .v1)
            },
        ]
    }

    private static func peopleEndpoints(_ people: PeopleEndpoints) -> [Endpoint] {
        let paths: [(PeopleEndpoints.Kind, String)] = [
            (.authorize, "/{tenant}/oauth2/v2.0/authorize"), (.authorize, "/{tenant}/oauth2/authorize"),
            (.deviceCode, "/{tenant}/oauth2/v2.0/devicecode"), (.deviceCode, "/{tenant}/oauth2/devicecode"),
            (.logout, "/{tenant}/oauth2/v2.0/logout"), (.logout, "/{tenant}/oauth2/logout"),
            (.checkSession, "/{tenant}/oauth2/checksession"), (.userInfo, "/{tenant}/openid/userinfo"),
            (.kerberos, "/{tenant}/kerberos"), (.userRealm, "/{tenant}/userrealm/{name}"),
        ]
        return paths.map { kind, path in
            Endpoint(name: kind.rawValue, methods: .any, path: .template(path), source: "entra.md §1.1") {
                people.answer(kind, $0, tenant: $1["tenant"] ?? "")
            }
        }
    }
}

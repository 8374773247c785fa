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

    /// An authority for the store's tenants that publishes `keys`.
    ///
    /// - Parameters:
    ///   - issuer: signs with one of `keys`.
    ///   - sources: where applications' credentials are found.
    ///   - ownHost: `host:port` for URLs in documents when a request's `Host` cannot be used.
    public init(
        store: IdentityStore, keys: SigningKeys, issuer: TokenIssuer, sources: CredentialSources, journal: DecisionJournal,
        clock: WallClock, entropy: Entropy, ownHost: @escaping @Sendable () -> String
    ) {
        let wire = AuthorityWire(clock: clock, entropy: entropy)
        let hosts = AuthorityHosts(own: ownHost)
        let documents = AuthorityDocuments(store: store, keys: keys, journal: journal, wire: wire, hosts: hosts)
        let tokens = TokenEndpoint(
            store: store, issuer: issuer, journal: journal, wire: wire, hosts: hosts, secrets: SecretCheck(sources: sources))
        table = EndpointTable(
            [
                Endpoint(
                    name: "discovery-v2", methods: .only(["GET"]), path: .template("/{tenant}/v2.0/.well-known/openid-configuration"),
                    source: "entra.md §1.2"
                ) { documents.answer(.discoveryV2, $0, tenant: $1["tenant"]) },
                Endpoint(
                    name: "discovery-v1", methods: .only(["GET"]), path: .template("/{tenant}/.well-known/openid-configuration"),
                    source: "entra.md §1.3"
                ) { documents.answer(.discoveryV1, $0, tenant: $1["tenant"]) },
                Endpoint(
                    name: "keys-v2", methods: .only(["GET"]), path: .template("/{tenant}/discovery/v2.0/keys"), source: "entra.md §1.4"
                ) { documents.answer(.keysV2, $0, tenant: $1["tenant"]) },
                Endpoint(
                    name: "keys-v1", methods: .only(["GET"]), path: .template("/{tenant}/discovery/keys"), source: "entra.md §1.4"
                ) { documents.answer(.keysV1, $0, tenant: $1["tenant"]) },
                Endpoint(name: "token-v2", methods: .any, path: .template("/{tenant}/oauth2/v2.0/token"), source: "entra.md §3") {
                    tokens.answer($0, tenant: $1["tenant"] ?? "", version: .v2)
                },
                Endpoint(name: "token-v1", methods: .any, path: .template("/{tenant}/oauth2/token"), source: "entra.md §3") {
                    tokens.answer($0, tenant: $1["tenant"] ?? "", version: .v1)
                },
            ],
            // A client whose authority host ends in a slash doubles the first one (source: sdk-clients.md §1.3).
            path: { request in
                let path = request.rawPath
                return path.hasPrefix("//") ? "/" + path.drop { $0 == "/" } : path
            },
            otherwise: { documents.unknownPath($0) })
    }

    /// Answers a caller and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { table.respond(to: request) }
}

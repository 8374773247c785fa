import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct TokenProxyTests {
    private static let tenant = "11111111-2222-4333-8444-555555555555"
    private static let client = "1a2b0000-0001-4000-8000-00000000a001"
    private static let bindingIssuer = "https://ib.oic.prod-aks.azure.com/\(tenant)/\(client)"
    private static let path = "/identity-bindings/\(tenant)/oauth2/v2.0/token"
    private static let ours = "understudy.internal/v1alpha1"
    private static let rbac = "rbac.authorization.k8s.io/v1"

    private static let role = object(
        rbac, "ClusterRole", "name: use-reader",
        "rules: [{verbs: [use-managed-identity], apiGroups: [cid.wi.aks.azure.com], resources: ['\(client)']}]")
    private static let grant = object(
        rbac, "ClusterRoleBinding", "name: web-uses-reader",
        "roleRef: {kind: ClusterRole, name: use-reader}, subjects: [{kind: ServiceAccount, name: web, namespace: prod}]")
    private static let binding = object(
        ours, "FederatedIdentityCredential", "name: aks-identity-binding",
        "spec: {identity: {kind: ManagedIdentity, name: reader}, issuer: '\(bindingIssuer)', subject: 'the binding'}")
    private static let world =
        object(ours, "Tenant", "name: contoso", "spec: {tenantID: \(tenant)}")
        + object(ours, "ManagedIdentity", "name: reader", "spec: {clientID: \(client)}")
        + object("v1", "ServiceAccount", "name: web, namespace: prod") + object("v1", "ServiceAccount", "name: other, namespace: prod")

    /// The authority behind: it answers with what it was asked, and keeps it.
    private final class Behind: HTTPResponder {
        private let seen = Mutex<[HTTPRequest]>([])
        var requests: [HTTPRequest] { seen.withLock { $0 } }

        func respond(to request: HTTPRequest) -> HTTPAnswer {
            seen.withLock { $0.append(request) }
            return .later { HTTPResponse(status: .ok, headers: [], body: Array("the authority's own".utf8)) }
        }
    }

    private struct Bench {
        let store: IdentityStore
        let issuers: ClusterIssuers
        let behind = Behind()
        let journal: DecisionJournal
        let clock = MovableClock()

        init(_ manifest: String) throws {
            let clock = clock
            store = try WorkloadIdentityTests.store(manifest)
            issuers = ClusterIssuers(
                store: store, keys: ClusterKeys(directory: nil, clock: clock.clock), authority: { "https://127.0.0.1:8443" })
            journal = DecisionJournal(capacity: 10, clock: clock.clock, marksAnswers: false)
        }

        func token(of account: String = "prod/web", audience: String = IdentityBinding.audience, keys: ClusterKeys? = nil) throws -> String
        {
            let request = try ServiceAccountTokenRequest(account: store.account(account), audiences: [audience])
            let issuer = try #require(issuers.all.first)
            return try ServiceAccountToken(
                request, issuer: issuer, key: (keys ?? issuers.keys).signing(), now: clock.now, entropy: .live
            ).compact.reveal { String(decoding: $0, as: UTF8.self) }
        }

        func post(_ fields: [(String, String)], path: String = TokenProxyTests.path, query: Bool = false) async -> HTTPResponse {
            let form = fields.map { "\($0.0)=\(Percent.encodeQuery($0.1))" }.joined(separator: "&")
            let request = HTTPRequest(
                method: "POST", target: query ? "\(path)?\(form)" : path,
                headers: [("Host", "proxy.example"), ("Content-Length", "7"), ("client-request-id", "abc")],
                body: query ? [] : Array(form.utf8), peer: PeerAddress(host: .unknown, port: 0))
            let proxy = TokenProxy(issuers: issuers, journal: journal, clock: clock.clock, entropy: .live, before: behind)
            switch proxy.respond(to: request) {
            case .now(let response): return response
            case .later(let work): return await work()
            }
        }

        var decision: JSONValue { journal.decisions(DecisionQuery()).last?.document ?? .null }
    }

    private func fields(_ token: String, client: String = Self.client) -> [(String, String)] {
        [
            ("client_assertion", token), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_id", client), ("grant_type", "client_credentials"), ("scope", "https://vault.azure.net/.default"),
        ]
    }

    @Test(
        "a pod that RBAC lets use a bound identity gets the authority's answer, for an assertion of the binding", arguments: [false, true])
    func exchanges(inQuery: Bool) async throws {
        let bench = try Bench(Self.world + Self.role + Self.grant + Self.binding)
        let response = await bench.post(fields(try bench.token()), query: inQuery)
        #expect(String(decoding: response.body, as: UTF8.self) == "the authority's own")
        let asked = try #require(bench.behind.requests.first)
        #expect(asked.method == "POST" && asked.rawPath == "/\(Self.tenant)/oauth2/v2.0/token" && asked.rawQuery == nil)
        #expect(asked.header("client-request-id") == "abc" && asked.header("Content-Length") == nil)
        let form = Percent.query(String(decoding: asked.body, as: UTF8.self), .lenient)
        #expect(form.map(\.name) == fields("").map(\.0))
        let parts = try #require(form.first).value.split(separator: ".")
        let claims = try JSONValue(parsing: try #require(Base64.decode(String(parts[1]))))
        #expect(claims["iss"]?.text == Self.bindingIssuer && claims["sub"] == "the binding")
        #expect(claims["aud"] == ["api://AzureADTokenExchange"])
        #expect(try bench.issuers.keySet(of: Self.bindingIssuer)?["keys"]?.elements?.isEmpty == false)
        #expect(bench.decision["outcome"] == "forwarded" && bench.decision["face"] == "token-proxy")
        #expect(
            bench.decision["matched"] == ["ClusterRoleBinding web-uses-reader", "FederatedIdentityCredential aks-identity-binding"])
    }

    @Test("an account that RBAC does not let use the identity is forbidden, in Kubernetes' words")
    func forbidden() async throws {
        let bench = try Bench(Self.world + Self.role + Self.grant + Self.binding)
        let response = await bench.post(fields(try bench.token(of: "prod/other")))
        #expect(response.status.code == 403)
        #expect(
            try JSONValue(parsing: response.body)["error_description"]?.text
                == "User \"system:serviceaccount:prod:other\" cannot use-managed-identity resource \"\(Self.client)\" in API group"
                + " \"cid.wi.aks.azure.com\" at the cluster scope")
        #expect(bench.behind.requests.isEmpty)
    }

    @Test("a grant without its role, and an identity that is not bound, are refused")
    func incomplete() async throws {
        for (manifest, status) in [(Self.world + Self.grant + Self.binding, 403), (Self.world + Self.role + Self.grant, 400)] {
            let bench = try Bench(manifest)
            #expect(await bench.post(fields(try bench.token())).status.code == status)
            #expect(bench.behind.requests.isEmpty && bench.decision["outcome"] == "refused")
        }
    }

    @Test("a token for somebody else, of a strange key, expired, or none at all is refused")
    func badTokens() async throws {
        let bench = try Bench(Self.world + Self.role + Self.grant + Self.binding)
        let strange = ClusterKeys(directory: nil, clock: bench.clock.clock)
        let good = try bench.token()
        let tokens = [
            (try bench.token(audience: "api://AzureADTokenExchange"), "audience"), (try bench.token(keys: strange), "no key"),
            (good + "x", "signature"), (good + "==", "signature"), ("garbage", "no JWT"),
        ]
        for (token, reason) in tokens {
            let response = await bench.post(fields(token))
            #expect(response.status.code == 401 && String(decoding: response.body, as: UTF8.self).contains(reason))
        }
        bench.clock.advance(3600)
        #expect(String(decoding: await bench.post(fields(good)).body, as: UTF8.self).contains("not valid now"))
        #expect(bench.behind.requests.isEmpty)
    }

    @Test("a parameter that is missing is named", arguments: ["client_id", "client_assertion"])
    func missing(name: String) async throws {
        let bench = try Bench(Self.world)
        let response = await bench.post(fields("t").filter { $0.0 != name })
        #expect(response.status.code == 400 && String(decoding: response.body, as: UTF8.self).contains("'\(name)'"))
    }

    @Test("what is not below its path is the authority's", arguments: ["/common/oauth2/token", "/identity-bindings"])
    func others(path: String) async throws {
        let bench = try Bench(Self.world)
        _ = await bench.post([], path: path)
        #expect(bench.behind.requests.map(\.rawPath) == [path])
    }
}

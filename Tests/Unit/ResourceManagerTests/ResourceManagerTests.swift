import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import ResourceManager
import Surroundings
import Testing
import TokenIssuance
import TokenVerification
import WireFormats

/// 2026-02-10T09:21:33Z.
private let start = UnixSeconds(1_770_715_293)
private let tenant = "11111111-2222-4333-8444-555555555555"
private let otherTenant = "11111111-2222-4333-8444-666666666666"
private let web = "aaaaaaaa-0000-4000-8000-000000000001"
private let idle = "aaaaaaaa-0000-4000-8000-000000000002"
private let stranger = "aaaaaaaa-0000-4000-8000-000000000003"
private let own = "22222222-2222-4222-8222-222222222222"
private let far = "33333333-3333-4333-8333-333333333333"
private let foreign = "44444444-4444-4444-8444-444444444444"

private let sharedKeys = Result {
    SigningKeys(signing: try TokenSigningKey.generate(commonName: "test", now: start, entropy: .live))
}

private func ours(_ kind: String, _ name: String, _ spec: String) -> String {
    "{apiVersion: understudy.internal/v1alpha1, kind: \(kind), metadata: {name: '\(name)'}, spec: \(spec)}"
}

private let base = [
    ours("Tenant", "contoso", "{tenantID: \(tenant), domains: [contoso.example]}"),
    ours("Tenant", "fabrikam", "{tenantID: \(otherTenant)}"),
    ours("Node", "vm", "{tenant: contoso, systemAssigned: true, compute: {subscriptionId: \(own)}}"),
    ours("Application", "web", "{tenant: contoso, clientID: \(web)}"), ours("Application", "idle", "{tenant: contoso, clientID: \(idle)}"),
    ours("Application", "stranger", "{tenant: fabrikam, clientID: \(stranger)}"),
]
private let granted = [
    ours(
        "RoleAssignment", "a",
        "{principal: {kind: Application, name: web}, role: Reader, scope: /Subscriptions/\(far.uppercased())/resourceGroups/x}"),
    ours("RoleAssignment", "b", "{principal: {kind: Node, name: vm}, role: Reader, scope: /}"),
    ours("RoleAssignment", "c", "{principal: {kind: Application, name: stranger}, role: Owner, scope: /subscriptions/\(foreign)}"),
]

/// A resource manager over a world, and tokens for it.
private struct Harness {
    let store = IdentityStore()
    let journal: DecisionJournal
    let service: ResourceManagerService
    let keys: SigningKeys

    init(_ more: [String] = [], at now: UnixSeconds = start) throws {
        try store.load([ManifestFile(path: "world.yaml", bytes: Array((base + more).joined(separator: "\n---\n").utf8))])
        keys = try sharedKeys.get()
        let clock = WallClock.frozen(at: now)
        journal = DecisionJournal(capacity: 10, clock: clock)
        service = ResourceManagerService(
            store: store, verifier: TokenVerifier(keys: keys, clock: clock), journal: journal, clock: clock, entropy: .live,
            ownHost: { "127.0.0.1:9443" })
    }

    /// A token issued at `start`: of an application, or without a name of the machine.
    func token(of clientID: String? = nil, for audience: String = "https://management.azure.com/") throws -> String {
        let snapshot = store.current
        let application = clientID.flatMap { snapshot.applications(clientID: $0).first }
        let system = try #require(snapshot.node.systemAssigned)
        let principal =
            application.map {
                Principal(category: .servicePrincipal, name: $0.name, clientID: $0.clientID, objectID: $0.objectID, resourceID: nil)
            } ?? system
        let request = try snapshot.tokenRequest(
            principal: principal, requested: audience, tenant: application.map(snapshot.tenant),
            proof: application == nil ? .machine : .secret)
        let issued = try TokenIssuer(keys: keys, clock: .frozen(at: start), entropy: .live).sign(request)
        return String(decoding: issued.compact, as: UTF8.self)
    }

    func send(
        _ target: String, method: String = "GET", token: String? = nil, host: String = "management.azure.com",
        headers: [(String, String)] = []
    ) async -> HTTPResponse {
        let all = [("Host", host)] + (token.map { [("Authorization", "Bearer \($0)")] } ?? []) + headers
        let request = HTTPRequest(
            method: method, target: target, headers: all, body: [], peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        switch service.respond(to: request) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }

    func subscriptions(of clientID: String? = nil) async throws -> [String] {
        let response = await send("/subscriptions?api-version=2022-12-01", token: try token(of: clientID))
        #expect(response.status == .ok)
        return response.document["value"]?.elements?.compactMap { $0["subscriptionId"]?.text } ?? []
    }
}

extension HTTPResponse {
    fileprivate var document: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    fileprivate var code: String? { document["error"]?["code"]?.text }

    fileprivate func header(_ name: String) -> String? {
        for case .field(name, let value) in headers { return value }
        return nil
    }
}

@Suite struct ListingTests {
    @Test("the machine's subscription is listed as azure-cli needs it, byte for byte")
    func subscription() async throws {
        let harness = try Harness()
        let response = await harness.send("/subscriptions?api-version=2022-12-01", token: try harness.token(of: web))
        let wanted =
            #"{"value":[{"id":"/subscriptions/\#(own)","authorizationSource":"RoleBased","managedByTenants":[],"subscriptionId":"\#(own)","#
            + #""tenantId":"\#(tenant)","displayName":"contoso-22222222","state":"Enabled","subscriptionPolicies":{"#
            + #""locationPlacementId":"Internal_2014-09-01","quotaId":"Internal_2014-09-01","spendingLimit":"Off"}}],"#
            + #""count":{"type":"Total","value":1}}"#
        #expect(String(decoding: response.body, as: UTF8.self) == wanted)
        #expect(response.header("Content-Type") == "application/json; charset=utf-8")
        let decision = harness.journal.decisions(DecisionQuery()).last?.document
        #expect(decision?["face"] == "resource-manager" && decision?["outcome"] == "answered")
    }

    @Test("who has an Azure role sees the subscriptions of its scope; without any role in the manifests everybody sees all of the tenant")
    func visibility() async throws {
        let open = try Harness()
        #expect(try await open.subscriptions(of: web) == [own])
        #expect(try await open.subscriptions(of: stranger) == [])
        let strict = try Harness(granted)
        #expect(try await strict.subscriptions(of: web) == [far])
        #expect(try await strict.subscriptions(of: idle) == [])
        #expect(try await strict.subscriptions() == [own, far])
        #expect(try await strict.subscriptions(of: stranger) == [foreign])
    }

    @Test("a tenant is that of the token, and a subscription is shown to who sees it")
    func single() async throws {
        let harness = try Harness(granted)
        let tenants = await harness.send("/tenants?api-version=2022-12-01", token: try harness.token(of: web)).document["value"]?.elements
        #expect(tenants?.compactMap { $0["tenantId"]?.text } == [tenant])
        let path = "/Subscriptions/\(far.uppercased())?api-version=2022-12-01"
        #expect(await harness.send(path, token: try harness.token(of: web)).document["displayName"] == "contoso-33333333")
        let hidden = await harness.send(path, token: try harness.token(of: idle))
        #expect(hidden.status == .notFound && hidden.code == "SubscriptionNotFound")
        let elsewhere = await harness.send(path, token: try harness.token(of: stranger))
        #expect(elsewhere.status == .unauthorized && elsewhere.code == "InvalidAuthenticationTokenTenant")
        #expect(
            elsewhere.document["error"]?["message"]?.text?.hasPrefix(
                "The access token is from the wrong issuer 'https://sts.windows.net/\(otherTenant)/'. It must match the tenant "
                    + "'https://sts.windows.net/\(tenant)/' associated with this subscription. Please use the authority (URL) "
                    + "'https://login.windows.net/\(tenant)' to get the token.") == true)
    }

    @Test(
        "the endpoints need no token and lead back to the host that was asked",
        arguments: [
            ("management.azure.com", "AzureCloud", "https://login.microsoftonline.com", "https://management.azure.com/"),
            ("MANAGEMENT.azure.com:443", "AzureCloud", "https://login.microsoftonline.com", "https://management.azure.com/"),
            (
                "management.usgovcloudapi.net", "AzureUSGovernment", "https://login.microsoftonline.us",
                "https://management.usgovcloudapi.net/"
            ),
            (
                "management.chinacloudapi.cn", "AzureChinaCloud", "https://login.partner.microsoftonline.cn",
                "https://management.chinacloudapi.cn/"
            ), ("localhost:8443", "Understudy", "https://localhost:8443", "https://localhost:8443/"),
            ("", "Understudy", "https://127.0.0.1:9443", "https://127.0.0.1:9443/"),
            ("evil/path", "Understudy", "https://127.0.0.1:9443", "https://127.0.0.1:9443/"),
        ])
    func endpoints(host: String, name: String, login: String, manager: String) async throws {
        let harness = try Harness()
        let current = await harness.send("/metadata/endpoints?api-version=2022-09-01", host: host).document
        #expect(current["name"]?.text == name && current["resourceManager"]?.text == manager)
        #expect(current["authentication"]?["loginEndpoint"]?.text == login)
        #expect(current["authentication"]?["audiences"]?.elements?.count == 2 && current["suffixes"]?["storage"] != nil)
        let list = await harness.send("/metadata/endpoints?api-version=2019-05-01", host: host).document
        #expect(list == [current])
        let old = await harness.send("/metadata/endpoints?api-version=2015-01-01", host: host).document
        #expect(old["graphEndpoint"] != nil && old["authentication"]?["loginEndpoint"]?.text == login + "/")
    }
}

@Suite struct RefusalTests {
    private static let path = "/subscriptions?api-version=2022-12-01"

    @Test(
        "what is wrong with the request is told before the token is looked at",
        arguments: [
            ("GET", "/subscriptions", 400, "MissingApiVersionParameter"),
            ("GET", "/subscriptions?api-version=", 400, "MissingApiVersionParameter"),
            ("GET", "/subscriptions?api-version=latest", 400, "InvalidApiVersionParameter"),
            ("GET", "/nowhere?api-version=2022-12-01", 404, "MissingSubscription"),
            ("GET", "/subscriptions/\(own)/resourceGroups?api-version=2022-12-01", 404, "MissingSubscription"),
            ("PUT", "/subscriptions/\(own)?api-version=2022-12-01", 405, "MethodNotAllowed"),
            ("GET", "/tenants?api-version=2022-12-01", 401, "AuthenticationFailed"), ("GET", path, 401, "AuthenticationFailed"),
        ])
    func requests(method: String, target: String, status: Int, code: String) async throws {
        let response = await (try Harness()).send(target, method: method)
        #expect(response.status.code == status && response.code == code)
        #expect((response.header("WWW-Authenticate") != nil) == (status == 401))
    }

    @Test("a refusal of the token has Azure's body and challenge")
    func missing() async throws {
        let harness = try Harness()
        let response = await harness.send(Self.path)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"error":{"code":"AuthenticationFailed","message":"Authentication failed. The 'Authorization' header is missing."}}"#)
        #expect(
            response.header("WWW-Authenticate")
                == "Bearer authorization_uri=\"https://login.windows.net/\(tenant)\", error=\"invalid_token\", "
                + "error_description=\"Authentication failed. The 'Authorization' header is missing.\"")
        let decision = harness.journal.decisions(DecisionQuery()).last?.document
        #expect(decision?["outcome"] == "refused" && decision?["check"] == "authorization")
    }

    @Test(
        "a header that is not Bearer and one token is no token",
        arguments: [
            ("Basic dTpw", "AuthenticationFailedMissingToken"), ("Bearer", "AuthenticationFailedMissingToken"),
            ("Bearer a.b.c", "InvalidAuthenticationToken"),
        ])
    func header(value: String, code: String) async throws {
        let response = await (try Harness()).send(Self.path, headers: [("Authorization", value)])
        #expect(response.status == .unauthorized && response.code == code)
    }

    @Test("a token for another audience is told the four that are allowed")
    func audience() async throws {
        let harness = try Harness()
        let response = await harness.send(Self.path, token: try harness.token(of: web, for: "https://graph.microsoft.com"))
        #expect(response.status == .unauthorized && response.code == "InvalidAuthenticationTokenAudience")
        #expect(
            response.document["error"]?["message"]
                == """
                The access token has been obtained for wrong audience or resource 'https://graph.microsoft.com'. It should exactly match with \
                one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net',\
                'https://management.azure.com/','https://management.azure.com'.
                """)
        #expect(harness.journal.decisions(DecisionQuery()).last?.document["check"] == "audience")
    }

    @Test(
        "each of the four audiences is let in, and a cloud's host takes only its own",
        arguments: [
            ("https://management.core.windows.net/", "management.azure.com", 200),
            ("https://management.core.windows.net", "management.azure.com", 200),
            ("https://management.azure.com/", "localhost:8443", 200), ("https://management.azure.com", "management.azure.com", 200),
            ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "management.azure.com", 401),
            ("https://management.azure.com/", "management.usgovcloudapi.net", 401),
            ("https://management.usgovcloudapi.net/", "management.usgovcloudapi.net", 200),
        ])
    func audiences(audience: String, host: String, status: Int) async throws {
        let harness = try Harness()
        #expect(await harness.send(Self.path, token: try harness.token(of: web, for: audience), host: host).status.code == status)
    }

    @Test("an expired token is told both times, as Azure writes them")
    func expired() async throws {
        let token = try Harness().token(of: web)
        let response = await (try Harness(at: start + 3600)).send(Self.path, token: token)
        #expect(response.status == .unauthorized && response.code == "ExpiredAuthenticationToken")
        #expect(
            response.document["error"]?["message"]
                == "The access token expiry UTC time '2/10/2026 10:21:33 AM' is earlier than current UTC time '2/10/2026 10:21:33 AM'.")
    }

    @Test("a token of a stranger's key is invalid, whatever it says")
    func forged() async throws {
        let harness = try Harness()
        let parts = try harness.token(of: web).split(separator: ".")
        let key = try TokenSigningKey.generate(commonName: "stranger", now: start, entropy: .live)
        let forged = try JSONWebSignature.compact(
            header: try #require(Base64.decode(parts[0])), payload: try #require(Base64.decode(parts[1])), key: key.key)
        let response = await harness.send(Self.path, token: forged)
        #expect(response.status == .unauthorized && response.code == "InvalidAuthenticationToken")
        #expect(harness.journal.decisions(DecisionQuery()).last?.document["check"] == "signature")
    }

    @Test(
        "the listener's requests are told apart by host, then by path",
        arguments: [
            ("management.azure.com", "/anything", true), ("localhost", "/subscriptions", true), ("localhost", "/metadata/endpoints", true),
            ("localhost:1", "/TENANTS", true), ("localhost", "/common/oauth2/token", false), ("localhost", "/metadata/instance", false),
            ("login.microsoftonline.com", "/subscriptionsX", false), ("management.azure.com.evil.example", "/x", false),
        ])
    func serves(host: String, path: String, isServed: Bool) {
        let request = HTTPRequest(
            method: "GET", target: path, headers: [("Host", host)], body: [], peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        #expect(ResourceManagerService.serves(request) == isServed)
    }
}

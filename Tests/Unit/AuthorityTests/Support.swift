import Authority
import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// 2026-02-10T09:21:33Z.
let start = UnixSeconds(1_770_715_293)
let tenant = "11111111-2222-4333-8444-555555555555"
let otherTenant = "11111111-2222-4333-8444-666666666666"
let web = "aaaaaaaa-0000-4000-8000-000000000001"
let reader = "bbbbbbbb-0000-4000-8000-000000000001"

/// Two keys for all tests: making them is the slowest thing here.
let sharedKeys = Result {
    let keys = SigningKeys(
        signing: try TokenSigningKey.generate(commonName: "accounts.accesscontrol.windows.net", now: start, entropy: .live))
    keys.publish(next: try TokenSigningKey.generate(commonName: "accounts.accesscontrol.windows.net", now: start, entropy: .live))
    return keys
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// An object of ours as one line of YAML.
func ours(_ kind: String, _ name: String, _ spec: String) -> String {
    "{apiVersion: understudy.internal/v1alpha1, kind: \(kind), metadata: {name: '\(name)'}, spec: \(spec)}"
}

/// Two tenants, an application for each way to be refused, an identity, and a few resources.
let baseWorld = [
    ours("Tenant", "contoso", "{tenantID: \(tenant), domains: [contoso.example]}"),
    ours("Tenant", "fabrikam", "{tenantID: \(otherTenant), domains: [fabrikam.example]}"),
    ours("Node", "vm", "{tenant: contoso, userAssigned: [reader]}"),
    ours(
        "ManagedIdentity", "reader",
        "{resourceID: /subscriptions/S/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/R, clientID: \(reader), principalID: bbbbbbbb-0000-4000-8000-000000000002}"
    ),
    ours(
        "Application", "web",
        """
        {tenant: contoso, clientID: \(web), objectID: aaaaaaaa-0000-4000-8000-000000000002, secrets: [\
        {value: 'p@ss+w/rd&='}, {value: expired, expires: 2026-01-01T00:00:00Z}, {value: later, expires: 2026-03-01T00:00:00Z}, \
        {valueFrom: {env: WEB_SECRET}}, {valueFrom: {file: web.secret}}, {valueFrom: {env: ABSENT}}], \
        certificates: [{file: web.pem}, {file: old.pem}]}
        """),
    ours("Application", "off", "{tenant: contoso, clientID: aaaaaaaa-0000-4000-8000-000000000011, disabled: true}"),
    ours("Application", "bare", "{tenant: contoso, clientID: aaaaaaaa-0000-4000-8000-000000000012, servicePrincipal: false}"),
    ours("Application", "open", "{tenant: contoso, clientID: aaaaaaaa-0000-4000-8000-000000000013, publicClient: true}"),
    ours("Application", "there", "{tenant: fabrikam, clientID: aaaaaaaa-0000-4000-8000-000000000014, secrets: [{value: s}]}"),
    ours(
        "ResourcePrincipal", "orders",
        "{appID: dddddddd-0000-4000-8000-000000000001, identifierURIs: ['api://orders'], tokenVersion: 2, appRoles: [{value: Read}]}"),
    ours("ResourcePrincipal", "gone", "{identifierURIs: ['api://gone'], disabled: true}"),
    ours(
        "ResourcePrincipal", "closed",
        "{appID: dddddddd-0000-4000-8000-000000000002, identifierURIs: ['api://closed'], assignmentRequired: true, appRoles: [{value: Use}]}"
    ),
    ours("RoleAssignment", "web-reads", "{principal: {kind: Application, name: web}, resource: orders, role: Read}"),
]

/// An authority over a world, with everything outside it in the test's hand.
struct Harness {
    let store: IdentityStore
    let journal: DecisionJournal
    let service: AuthorityService

    init(
        _ more: String..., clock: WallClock = .frozen(at: start), issuers: ScriptedIssuers = ScriptedIssuers(),
        local: (any LocalIssuers)? = nil, delaysPropagation: Bool = false
    ) throws {
        store = IdentityStore(clock: clock)
        let documents = (baseWorld + more).joined(separator: "\n---\n")
        try store.load([ManifestFile(path: "worlds/world.yaml", bytes: Array(documents.utf8))])
        journal = DecisionJournal(capacity: 50, clock: clock)
        let keys = try sharedKeys.get()
        let known: [String: [UInt8]] = [
            "web.secret": Array("from a file\n".utf8), "web.pem": Array(try clientKey.get().certificate.pem.utf8),
            "old.pem": Array(try expiredKey.get().certificate.pem.utf8),
        ]
        let sources = CredentialSources(
            environment: { $0 == "WEB_SECRET" ? "from the environment" : nil },
            file: { path, manifest in manifest == "worlds/world.yaml" ? known[path] : nil },
            locate: { path, manifest in (manifest?.hasSuffix("/world.yaml") == true ? "worlds/" : "") + path })
        service = AuthorityService(
            store: store, keys: keys, issuer: TokenIssuer(keys: keys, clock: clock, entropy: .live), journal: journal, clock: clock,
            entropy: .live,
            environment: AuthorityEnvironment(
                ownHost: { "127.0.0.1:9443" }, names: ["localhost", "::1", "login.local"], sources: sources, fetch: issuers.fetch,
                localIssuers: local, delaysPropagation: delaysPropagation))
    }

    func send(_ method: String, _ target: String, headers: [(String, String)] = [("Host", "login.microsoftonline.com")], body: [UInt8] = [])
        async -> HTTPResponse
    {
        let peer = PeerAddress(host: .ipv4(0x7f00_0001), port: 1)
        switch service.respond(to: HTTPRequest(method: method, target: target, headers: headers, body: body, peer: peer)) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }

    /// A token request; a nil value leaves the parameter out of what `web` would usually send.
    func token(
        _ changes: [String: String?] = [:], path: String = "/\(tenant)/oauth2/v2.0/token", headers: [(String, String)] = []
    ) async -> HTTPResponse {
        var form: [String: String?] = [
            "grant_type": "client_credentials", "client_id": web, "client_secret": "p@ss+w/rd&=",
            "scope": "https://vault.azure.net/.default",
        ]
        form.merge(changes) { $1 }
        let body = form.sorted { $0.key < $1.key }.compactMap { name, value in value.map { "\(name)=\(Percent.encodeQuery($0))" } }
            .joined(separator: "&")
        let all = [("Host", "login.microsoftonline.com"), ("Content-Type", "application/x-www-form-urlencoded")] + headers
        return await send("POST", path, headers: all, body: Array(body.utf8))
    }

    /// The newest decision, as the control listener shows it.
    var decision: JSONValue { journal.decisions(DecisionQuery()).last?.document ?? .null }
}

extension HTTPResponse {
    var document: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The claims of the answer's token, its signature checked.
    func claims() throws -> JSONValue { try parts().claims }

    /// Header and claims of the answer's token, its signature checked.
    func parts() throws -> (header: JSONValue, claims: JSONValue) {
        guard let token = document["access_token"]?.text else { throw Unexpected("no token: \(String(decoding: body, as: UTF8.self))") }
        let pieces = token.split(separator: ".").map { Base64.decode($0) ?? [] }
        guard pieces.count == 3, JSONWebSignature.verifyRS256(compact: token, key: try sharedKeys.get().signing.key.publicKey) else {
            throw Unexpected("the token's signature is wrong")
        }
        return (try JSONValue(parsing: pieces[0]), try JSONValue(parsing: pieces[1]))
    }
}

extension JSONValue {
    /// The names of an object's members in order.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    /// The number, if this is a whole one.
    var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text)
    }
}

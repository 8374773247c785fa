import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats

/// 2026-02-10T09:21:33Z.
let start = UnixSeconds(1_770_715_293)

/// One key for all tests: making it is the slowest thing here.
let sharedKey = Result {
    try TokenSigningKey.generate(commonName: "accounts.accesscontrol.windows.net", now: start, entropy: .live)
}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let seconds = Atomic<Int64>(start.rawValue)
    var clock: WallClock { WallClock { self.seconds.load(ordering: .relaxed) * 1_000_000_000 } }
    func move(to instant: UnixSeconds) { seconds.store(instant.rawValue, ordering: .relaxed) }
}

/// A world of one VM with both sorts of identity and a few resources.
func world(_ more: String...) throws -> IdentityStore {
    let base = [
        ours("Tenant", "contoso", "{tenantID: 11111111-2222-4333-8444-555555555555, domains: [contoso.example]}"),
        ours(
            "Node", "vm",
            "{systemAssigned: {clientID: aaaaaaaa-0000-4000-8000-000000000001, principalID: aaaaaaaa-0000-4000-8000-000000000002}, userAssigned: [m, limited], compute: {name: VM1, subscriptionId: S, resourceGroupName: RG}}"
        ),
        ours(
            "ManagedIdentity", "m",
            "{resourceID: /subscriptions/S/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/M, clientID: bbbbbbbb-0000-4000-8000-000000000001, principalID: bbbbbbbb-0000-4000-8000-000000000002}"
        ),
        ours("ManagedIdentity", "limited", "{clientID: cccccccc-0000-4000-8000-000000000001, audiences: ['https://vault.azure.net']}"),
        ours(
            "ResourcePrincipal", "v2",
            "{appID: dddddddd-0000-4000-8000-000000000001, identifierURIs: ['api://v2'], tokenVersion: 2, appRoles: [{value: Read}, {value: Write}]}"
        ),
        ours("ResourcePrincipal", "off", "{identifierURIs: ['api://off'], disabled: true}"),
        ours(
            "ResourcePrincipal", "closed",
            "{appID: dddddddd-0000-4000-8000-000000000002, identifierURIs: ['api://closed'], assignmentRequired: true, appRoles: [{value: Use}]}"
        ),
    ]
    let store = IdentityStore()
    try store.load([ManifestFile(path: "world.yaml", bytes: Array((base + more).joined(separator: "\n---\n").utf8))])
    return store
}

func ours(_ kind: String, _ name: String, _ spec: String) -> String {
    "{apiVersion: understudy.internal/v1alpha1, kind: \(kind), metadata: {name: '\(name)'}, spec: \(spec)}"
}

let userClient = "bbbbbbbb-0000-4000-8000-000000000001"
let systemClient = "aaaaaaaa-0000-4000-8000-000000000001"

struct Absent: Error {}

extension IdentityStore {
    /// What a token request of an identity for a resource resolves to.
    func request(_ clientID: String, _ resource: String) throws -> TokenRequest {
        let snapshot = current
        guard let principal = snapshot.assigned(clientID: clientID) else { throw Absent() }
        return try snapshot.tokenRequest(principal: principal, requested: resource)
    }
}

func issuer(_ clock: WallClock = .frozen(at: start)) throws -> TokenIssuer {
    TokenIssuer(keys: SigningKeys(signing: try sharedKey.get()), clock: clock, entropy: .live)
}

/// A token's header and payload, its signature checked.
func parts(_ token: IssuedToken) throws -> (header: JSONValue, payload: JSONValue) {
    let text = String(decoding: token.compact, as: UTF8.self)
    guard JSONWebSignature.verifyRS256(compact: text, key: try sharedKey.get().key.publicKey) else { throw Absent() }
    let pieces = text.split(separator: ".").map { Base64.decode($0) ?? [] }
    return (try JSONValue(parsing: pieces[0]), try JSONValue(parsing: pieces[1]))
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

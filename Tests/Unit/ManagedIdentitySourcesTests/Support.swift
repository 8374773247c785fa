import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import ManagedIdentitySources
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats

/// 2026-02-10T09:21:33Z.
let start = UnixSeconds(1_770_715_293)

let sharedKey = Result { try TokenSigningKey.generate(commonName: "test", now: start, entropy: .live) }

let readerClientID = "1a2b3c4d-0001-4000-8000-00000000d001"
let readerObjectID = "3c4d5e6f-0001-4000-8000-00000000e001"
let readerResourceID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
let systemClientID = "1a2b3c4d-0003-4000-8000-00000000d003"
let systemObjectID = "3c4d5e6f-0003-4000-8000-00000000e003"
let stranger = "99999999-9999-4999-8999-999999999999"

/// A node with these identities; `reader` is always known.
func world(system: Bool, userAssigned: String) -> String {
    let assigned = system ? "{clientID: \(systemClientID), principalID: \(systemObjectID)}" : "false"
    return """
        {apiVersion: understudy.internal/v1alpha1, kind: ManagedIdentity, metadata: {name: reader}, \
        spec: {resourceID: "\(readerResourceID)", clientID: \(readerClientID), principalID: \(readerObjectID)}}
        ---
        {apiVersion: understudy.internal/v1alpha1, kind: ManagedIdentity, metadata: {name: writer}}
        ---
        {apiVersion: understudy.internal/v1alpha1, kind: Node, metadata: {name: vm1}, \
        spec: {systemAssigned: \(assigned), userAssigned: [\(userAssigned)]}}
        """
}

/// Time that a test moves.
final class Nanoseconds: Sendable {
    let value = Atomic<Int64>(start.rawValue * 1_000_000_000)
}

/// SHA-256 in hexadecimal.
func sha256(_ text: String) throws -> String { Hexadecimal.encode(try Digest.sha256(Array(text.utf8))) }

/// One source over a world, with a clock that a test moves.
final class Source: Sendable {
    private let nanoseconds = Nanoseconds()
    let journal: DecisionJournal
    private let service: SourceService
    private let kind: ManagedIdentitySource
    static let secret = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"

    init(
        _ kind: ManagedIdentitySource, _ manifest: String = world(system: true, userAssigned: "reader, writer"),
        challenges: ArcChallenges? = nil
    ) throws {
        self.kind = kind
        let nanoseconds = self.nanoseconds
        let clock = WallClock { nanoseconds.value.load(ordering: .relaxed) }
        journal = DecisionJournal(capacity: 100, clock: clock)
        let store = IdentityStore()
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
        let issuer = TokenIssuer(keys: SigningKeys(signing: try sharedKey.get()), clock: clock, entropy: .live)
        service = SourceService(
            kind, store: store, tokens: NodeTokens(issuer: issuer), journal: journal,
            secret: kind.hasSecret ? SecretBytes(Array(Self.secret.utf8)) : nil, challenges: challenges, clock: clock, entropy: .live)
    }

    func send(
        _ method: String, _ target: String, _ headers: [(String, String)], _ body: String = ""
    ) async -> HTTPResponse {
        let request = HTTPRequest(
            method: method, target: target, headers: headers, body: Array(body.utf8), peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        return switch service.respond(to: request) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }

    /// What a well-behaved client sends: the source's own method, header and version.
    func ask(_ more: String = "", version: String? = nil, resource: String = "https://vault.azure.net") async -> HTTPResponse {
        let good = Good(kind)
        let version = (version ?? good.version).map { "api-version=\($0)&" } ?? ""
        let parameters = "\(version)resource=\(Percent.encodeQuery(resource))\(more)"
        return good.method == "POST"
            ? await send("POST", kind.path, good.headers(version: version), parameters)
            : await send("GET", "\(kind.path)?\(parameters)", good.headers(version: version))
    }

    /// What the source says on a bad day.
    func outage(_ status: Int, retryAfter: Int?) -> HTTPResponse {
        let request = HTTPRequest(
            method: "GET", target: kind.path, headers: [], body: [], peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        return service.outage(status: status, retryAfter: retryAfter, for: request)
    }

    func advance(_ seconds: Int64) { nanoseconds.value.add(seconds * 1_000_000_000, ordering: .relaxed) }

    func lastDecision() throws -> JSONValue? { journal.decisions(try DecisionQuery(query: "limit=1")).first?.document }
}

/// What the newest clients send to a source (source: sdk-clients.md §3.1).
struct Good {
    let method: String
    let version: String?
    private let kind: ManagedIdentitySource

    init(_ kind: ManagedIdentitySource) {
        self.kind = kind
        method = kind == .cloudShell ? "POST" : "GET"
        version =
            switch kind {
            case .appService: "2019-08-01"
            case .arc: "2020-06-01"
            case .serviceFabric: "2019-07-01-preview"
            case .cloudShell: nil
            case .azureML: "2017-09-01"
            }
    }

    func headers(version: String) -> [(String, String)] {
        switch kind {
        case .appService: [(version.contains("2017") ? "secret" : "X-IDENTITY-HEADER", Source.secret)]
        case .arc, .cloudShell: [("Metadata", "true")]
        case .serviceFabric: [("Secret", Source.secret)]
        case .azureML: [("secret", Source.secret)]
        }
    }
}

/// The claims of a token, unverified.
func claims(_ token: String?) throws -> JSONValue {
    let part = (token ?? "").split(separator: ".").dropFirst().first ?? ""
    return try JSONValue(parsing: Base64.decode(part) ?? [])
}

extension HTTPResponse {
    var document: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        for case .field(let key, let value) in headers where key == name { return value }
        return nil
    }
}

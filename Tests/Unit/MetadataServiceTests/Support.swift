import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import MetadataService
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats

/// 2026-02-10T09:21:33Z.
let start = UnixSeconds(1_770_715_293)

let sharedKey = Result { try TokenSigningKey.generate(commonName: "test", now: start, entropy: .live) }

let sharedRoot = Result { try CertificateAuthority.create(commonName: "Understudy CA", now: start, entropy: .live) }

/// The platform's keys of the default world, made once: each RSA key takes a tenth of a second.
let sharedPlatform = Result {
    let keys = PlatformKeys(root: try sharedRoot.get(), directory: nil, clock: .frozen(at: start), entropy: .live)
    try keys.make(for: IdentityStore().current)
    return keys
}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let nanoseconds = Atomic<Int64>(start.rawValue * 1_000_000_000)
    var clock: WallClock { WallClock { self.nanoseconds.load(ordering: .relaxed) } }
    func advance(_ seconds: Int64) { advance(milliseconds: seconds * 1000) }
    func advance(milliseconds: Int64) { nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed) }
}

/// A metadata service over a world, with a clock that a test moves.
final class Service: Sendable {
    let time = MovableClock()
    let store = IdentityStore()
    let journal: DecisionJournal
    let events: ScheduledEvents
    let issuer: TokenIssuer
    private let service: MetadataService

    init(_ texts: String..., timing: EventTiming = .instant) throws {
        journal = DecisionJournal(capacity: 100, clock: time.clock)
        issuer = TokenIssuer(keys: SigningKeys(signing: try sharedKey.get()), clock: time.clock, entropy: .live)
        events = ScheduledEvents(timing: timing, clock: time.clock, entropy: .live)
        service = MetadataService(
            store: store, issuer: issuer, journal: journal, events: events, platform: try sharedPlatform.get(),
            authorityURL: { "https://authority.test" }, clock: time.clock, entropy: .live)
        try load(texts.joined(separator: "\n---\n"))
        store.observe { [events] in events.follow($0) }
    }

    func load(_ text: String) throws { try store.load([ManifestFile(path: "world.yaml", bytes: Array(text.utf8))]) }

    func answer(
        _ target: String, method: String = "GET", headers: [(String, String)] = [("Metadata", "true")], body: String = ""
    ) async -> HTTPResponse {
        let peer = PeerAddress(host: .ipv4(0x0a00_0001), port: 1)
        let request = HTTPRequest(method: method, target: target, headers: headers, body: Array(body.utf8), peer: peer)
        return switch service.respond(to: request) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }

    /// The document that answers a token request with more parameters.
    func token(_ more: String = "") async throws -> JSONValue {
        try JSONValue(parsing: await answer(tokenTarget + more).body)
    }
}

let tokenTarget = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net"

func ours(_ kind: String, _ name: String, _ spec: String = "{}") -> String {
    "{apiVersion: understudy.internal/v1alpha1, kind: \(kind), metadata: {name: '\(name)'}, spec: \(spec)}"
}

func armID(_ name: String) -> String {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)"
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a header line; nil when there is none of that name.
    func field(_ name: String) -> String? {
        for case .field(name, let value) in headers { return value }
        return nil
    }
}

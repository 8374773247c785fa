import Authority
import Decisions
import FaceWiring
import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import PodIdentity
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats
import WorkloadIdentity

/// One world with its faces, without listeners: what `serve` would answer to the same manifests, asked in this process.
final class RehearsalWorld: Sendable {
    /// Begins the ids of its observations: `today`, `target`.
    let name: String
    let store: IdentityStore
    let metadata: MetadataService
    let podIdentity: PodIdentityService
    let authority: AuthorityService
    let clusterIssuers: ClusterIssuers
    let journal: DecisionJournal
    let clock: WallClock
    let entropy: Entropy
    let reader = TokenReader()
    private let counter = Mutex((observation: 0, decision: UInt64(0)))

    /// The host by which everybody knows the authority.
    static let authorityHost = "login.microsoftonline.com"

    /// A world of the given objects.
    ///
    /// - Throws: what is wrong with the objects, by their names.
    init(
        named name: String, documents: [JSONValue], keys: RehearsalKeys, clock: WallClock, entropy: Entropy,
        delaysPropagation: Bool = false
    ) throws(ManifestRefusal) {
        self.name = name
        self.clock = clock
        self.entropy = entropy
        store = IdentityStore(clock: clock)
        let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(documents)]
        try store.load([ManifestFile(path: "the \(name) world", bytes: list.bytes())])
        let journal = DecisionJournal(capacity: 16, clock: clock)
        self.journal = journal
        let issuer = TokenIssuer(keys: keys.signing, clock: clock, entropy: entropy)
        let platform = PlatformKeys(root: keys.root, directory: nil, clock: clock, entropy: entropy)
        metadata = MetadataService(
            store: store, issuer: issuer, journal: journal, events: ScheduledEvents(timing: .instant, clock: clock, entropy: entropy),
            platform: platform, authorityURL: { "https://\(Self.authorityHost)" }, clock: clock, entropy: entropy)
        clusterIssuers = ClusterIssuers(store: store, keys: keys.cluster, authority: { "https://\(Self.authorityHost)" })
        authority = AuthorityService(
            store: store, keys: keys.signing, issuer: issuer, journal: journal, clock: clock, entropy: entropy,
            environment: AuthorityEnvironment(
                ownHost: { Self.authorityHost }, names: [],
                // Nothing outside counts: what a rehearsal finds out depends on its manifests alone.
                sources: CredentialSources(environment: { _ in nil }, file: { _, _ in nil }),
                fetch: { request throws(FetchError) in
                    throw .couldNotConnect(url: request.url, reason: "a rehearsal asks nobody outside")
                },
                localIssuers: LocalClusterIssuers(issuers: clusterIssuers), delaysPropagation: delaysPropagation))
        podIdentity = PodIdentityService(
            store: store, upstream: NodeMetadata(metadata: metadata),
            authority: NodeAuthority(client: AuthorityClient(of: authority, clock: clock, entropy: entropy)), journal: journal,
            entropy: .counting(), timing: .instant)
    }

    /// The world as it stands.
    var snapshot: IdentitySnapshot { store.current }

    /// Asks a face and waits for the answer.
    func answer(of responder: any HTTPResponder, to request: HTTPRequest) async -> HTTPResponse {
        switch responder.respond(to: request) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }

    /// An id for the next observation: `today-17`.
    func nextID() -> String {
        "\(name)-"
            + String(
                counter.withLock { counter in
                    counter.observation += 1
                    return counter.observation
                })
    }

    /// What was decided since this was last asked; nil when nothing was.
    func latestDecision() -> RecordedDecision? {
        var query = DecisionQuery()
        query.limit = 1
        guard let latest = journal.decisions(query).first else { return nil }
        return counter.withLock { counter in
            guard latest.id > counter.decision else { return nil }
            counter.decision = latest.id
            return latest
        }
    }

    /// How the sidecar and an SDK reach others here: the authority and the node's metadata service, nobody else.
    func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        guard let scheme = request.url.firstIndex(of: ":") else { throw .invalidURL(request.url) }
        let rest = request.url[scheme...].dropFirst(3)
        let host = String(rest.prefix { $0 != "/" })
        let target = String(rest.dropFirst(host.count))
        let inner = HTTPRequest(
            method: request.method, target: target.isEmpty ? "/" : target,
            headers: request.headers.filter { $0.0 != "Host" } + [("Host", host)], body: request.body ?? [],
            peer: PeerAddress(host: .ipv4(0x7F00_0001), port: 0))
        let response: HTTPResponse
        if host.hasPrefix("169.254.169.254") {
            response = await answer(of: metadata, to: inner)
        } else if host == Self.authorityHost {
            response = await answer(of: authority, to: inner)
        } else {
            throw .couldNotConnect(url: request.url, reason: "no such host in the rehearsed world")
        }
        return FetchResponse(
            status: response.status.code,
            headers: response.expandedHeaders.compactMap { line in
                if case .field(let name, let value) = line { (name: name, value: value) } else { nil }
            }, body: response.body)
    }
}

extension Entropy {
    /// Counts, so that as many questions as there are candidates bring out each of them: a random choice is seen whole, and every time
    /// alike.
    static func counting() -> Entropy {
        let next = Mutex(UInt64.max)
        return Entropy {
            next.withLock { value in
                value &+= 1
                return value
            }
        }
    }
}

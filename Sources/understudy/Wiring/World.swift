import Authority
import Control
import Cryptography
import Decisions
import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import MetadataService
import PodIdentity
import ResourceManager
import Surroundings
import Synchronization
import TestAids
import TokenIssuance
import TokenVerification
import WireFormats
import WorkloadIdentity

/// The faces of one server, wired to one store, one journal and one set of keys.
final class World: Sendable {
    /// What a listener serves.
    enum Role: String {
        case metadata
        case nodeMetadata = "node-metadata"
        case authority
        case control
    }

    /// A listener before it is bound.
    struct PlannedListener {
        let role: Role
        let listener: HTTPListener
    }

    private let settings: ServeSettings
    private let store: IdentityStore
    private let keys: KeyMaterial
    private let clock: WallClock
    private let entropy: Entropy
    private let journal: DecisionJournal
    private let issuer: TokenIssuer
    private let events: ScheduledEvents
    private let platform: PlatformKeys
    private let clusterIssuers: ClusterIssuers
    private let metadata: MetadataService
    private let nmiMetrics = NMIMetrics()
    private let authority: AuthorityService
    private let manager: ResourceManagerService
    private let verifier: TokenVerifier
    private let keyRotation: KeyRotation
    private let facts: SharedFacts
    private let isAnnounced = Mutex(false)

    init(settings: ServeSettings, store: IdentityStore, keys: KeyMaterial, clock: WallClock, entropy: Entropy) {
        self.settings = settings
        self.store = store
        self.keys = keys
        self.clock = clock
        self.entropy = entropy
        journal = DecisionJournal(capacity: settings.journalCapacity, clock: clock, marksAnswers: settings.marksAnswers)
        issuer = TokenIssuer(keys: keys.signingKeys, clock: clock, entropy: entropy)
        events = ScheduledEvents(timing: settings.waitsForReal ? .real : .instant, clock: clock, entropy: entropy)
        store.observe { [events] in events.follow($0) }
        let limits = RateLimits(clock: clock) { try? await Task.sleep(for: .milliseconds(RateLimits.serviceMilliseconds)) }
        let facts = SharedFacts(ServerFacts(caFile: keys.caFile, stateDirectory: settings.stateDirectory))
        self.facts = facts
        clusterIssuers = ClusterIssuers(
            store: store, keys: ClusterKeys(directory: keys.directory, clock: clock),
            authority: { facts.withLock { $0.authority } ?? "https://localhost" })
        keyRotation = KeyRotation(keys: keys.signingKeys, files: keys.signingKeyFiles, clock: clock, entropy: entropy)
        let ownHost: @Sendable () -> String = {
            facts.withLock { $0.authority }.map { String($0.dropFirst("https://".count)) } ?? "localhost"
        }
        let verifier = TokenVerifier(keys: keys.signingKeys, clock: clock)
        self.verifier = verifier
        manager = ResourceManagerService(
            store: store, verifier: verifier, journal: journal, clock: clock, entropy: entropy, ownHost: ownHost)
        authority = AuthorityService(
            store: store, keys: keys.signingKeys, issuer: issuer, journal: journal, clock: clock, entropy: entropy,
            environment: AuthorityEnvironment(
                ownHost: ownHost, names: keys.names, sources: .live,
                fetch: { request throws(FetchError) in try await HTTPFetcher().fetch(request) },
                localIssuers: LocalClusterIssuers(issuers: clusterIssuers), delaysPropagation: settings.waitsForReal))
        platform = PlatformKeys(root: keys.ca, directory: keys.directory, clock: clock, entropy: entropy)
        metadata = MetadataService(
            store: store, issuer: issuer, journal: journal, events: events, platform: platform,
            authorityURL: { facts.withLock { $0.authority } ?? "https://localhost" }, clock: clock, entropy: entropy,
            limits: settings.limitsRate ? limits : nil)
        let recorder = MICRecorder(journal: journal, metrics: nmiMetrics)
        store.observeAssignments { recorder.record($0) }
    }

    /// What rotates the signing keys by schedule; nil when nobody asked for it.
    func scheduledRotation(logger: Logger) -> ScheduledRotation? {
        settings.rotateKeysSeconds.map { seconds in
            ScheduledRotation(
                rotation: keyRotation, seconds: seconds,
                complain: { logger.error("the signing keys could not be rotated", metadata: ["reason": "\($0)"]) },
                sleep: { try await Task.sleep(for: .seconds($0)) })
        }
    }

    /// What is made once the server runs.
    var lateKeys: LateKeys {
        LateKeys(
            keys: keys.signingKeys, platform: platform, store: store, files: keys.signingKeyFiles, clock: clock, entropy: entropy)
    }

    /// Keeps the tokens of annotated pods, signed in the name of the first cluster that is emulated.
    func projector(logger: Logger) -> TokenProjector {
        TokenProjector(
            plan: { [clusterIssuers] in clusterIssuers.plan }, keys: clusterIssuers.keys, clock: clock, entropy: entropy, logger: logger
        ) { try await Task.sleep(for: .seconds(1)) }
    }

    // MARK: Listeners

    /// Every listener that was asked for.
    func listeners(logger: Logger) -> [PlannedListener] {
        let eventLoops = UsableCores.count.map { HTTPEventLoops(threads: $0) } ?? .shared
        let nodeStyle: ProtocolErrorStyle = store.current.plane == .podIdentity ? .go : .plain
        let perPlane = PlaneResponder(store: store, metadata: metadata, podIdentity: podIdentity)
        let issuers = ClusterIssuerResponder(issuers: clusterIssuers, journal: journal, before: authority)
        func plan(_ role: Role, _ addresses: [ListenAddress], _ style: ProtocolErrorStyle, _ responder: any HTTPResponder)
            -> [PlannedListener]
        {
            addresses.map { address in
                PlannedListener(
                    role: role,
                    listener: HTTPListener(
                        name: role.rawValue, address: address, tls: role == .authority ? keys.authority : nil,
                        limits: role == .control ? Self.controlLimits : HTTPLimits(), eventLoops: eventLoops, clock: clock,
                        protocolErrors: style, logger: logger, responder: responder))
            }
        }
        func withIssuer(_ responder: any HTTPResponder) -> any HTTPResponder {
            IssuerCertificateResponder(keys: platform, before: responder)
        }
        return plan(.metadata, settings.metadata, nodeStyle, withIssuer(perPlane))
            + plan(.nodeMetadata, settings.nodeMetadata, .plain, withIssuer(metadata))
            + plan(.authority, settings.authority, .plain, HostResponder(authority: issuers, manager: manager))
            + plan(.control, settings.control, .plain, control)
    }

    /// What NMI takes for Entra.
    private var nodeAuthority: NodeAuthority {
        NodeAuthority(client: AuthorityClient(of: authority, clock: clock, entropy: entropy))
    }

    /// Manifests of whole clusters are applied through the control listener.
    private static let controlLimits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.bodyBytes = 64 << 20
        return limits
    }()

    private var podIdentity: PodIdentityService {
        PodIdentityService(
            store: store, upstream: NodeMetadata(metadata: metadata), authority: nodeAuthority, journal: journal, entropy: entropy,
            timing: settings.waitsForReal ? .real(sleep: Self.sleep) : .instant, metrics: nmiMetrics)
    }

    /// What finishes assignments as time goes by.
    var micLoop: MICLoop { MICLoop(store: store, sleep: Self.sleep) }

    private static let sleep: @Sendable (Int) async -> Void = { try? await Task.sleep(for: .milliseconds($0)) }

    private var control: ControlService {
        let upstream = NodeMetadata(metadata: metadata)
        let entra = nodeAuthority
        let tokens = TokenOperations(
            store: store, verifier: verifier,
            wrong: WrongTokens(issuer: issuer, keys: keys.signingKeys, clock: clock, entropy: entropy))
        return ControlService(
            .init(
                store: store, journal: journal, facts: { [self] in isAnnounced.withLock { $0 } ? facts.withLock { $0 } : nil },
                caCertificatePEM: keys.ca.certificate.pem,
                issuer: .init(
                    path: IssuerCertificate.path, pem: { [platform] in try await platform.issuing().certificate.pem },
                    der: { [platform] in try await platform.issuing().certificate.der }),
                metrics: { [issuer] in Self.metrics(issuer) }, exposition: { [nmiMetrics] in nmiMetrics.exposition },
                explain: { query, snapshot in Self.explanation(query, snapshot, upstream, entra) }, access: controlAccess,
                operations: EventOperations.all(events) + keyRotation.operations + ClusterOperations.all(clusterIssuers) + tokens.all))
    }

    /// Loopback is open; beyond it changes need a token, which is kept only where there is a state directory.
    private var controlAccess: ControlAccess {
        guard settings.control.contains(where: { !$0.isLoopback }) else { return .open }
        guard let directory = keys.directory else { return .readOnly }
        let name = "control-token"
        if let kept = try? directory.read(name), let line = kept.split(separator: UInt8(ascii: "\n")).first {
            return .bearer(SecretBytes(Array(line)))
        }
        guard let random = try? SecureRandom.bytes(32) else { return .readOnly }
        let token = Array(Hexadecimal.encode(random).utf8)
        guard (try? directory.write(name, token + [0x0a])) != nil else { return .readOnly }
        return .bearer(SecretBytes(token))
    }

    private static func metrics(_ issuer: TokenIssuer) -> [Metric] {
        let counts = issuer.counts
        return [
            Metric("tokens_signed_total", .counter, help: "Tokens signed.", [.init(counts.signed)]),
            Metric("tokens_reused_total", .counter, help: "Answers that repeated a token from memory.", [.init(counts.reused)]),
        ]
    }

    private static func explanation(
        _ query: ExplainQuery, _ snapshot: IdentitySnapshot, _ upstream: NodeMetadata, _ entra: NodeAuthority
    ) -> JSONValue {
        guard snapshot.plane == .podIdentity, let caller = query.caller else {
            return MetadataExplanation.document(parameters: query.parameters, snapshot: snapshot)
        }
        let explanation = PodIdentityExplanation(snapshot: snapshot, upstream: upstream, authority: entra)
        switch caller {
        case .address(let address): return explanation.document(caller: .address(address), parameters: query.parameters)
        case .pod(let pod): return explanation.document(caller: .pod(pod), parameters: query.parameters)
        }
    }

    // MARK: Announcing

    /// Notes where a listener is, the first of each role.
    ///
    /// A listener on every address is told as loopback, which a client on this host can use.
    func bound(_ role: Role, at bound: ListenAddress) {
        let address = AuthorityAddress.reachable(bound)
        facts.withLock { facts in
            switch role {
            case .metadata: facts.metadata = facts.metadata ?? "http://\(address.text)"
            case .nodeMetadata: facts.nodeMetadata = facts.nodeMetadata ?? "http://\(address.text)"
            case .authority: facts.authority = facts.authority ?? "https://\(address.text)"
            case .control: facts.control = facts.control ?? "http://\(address.text)"
            }
        }
    }

    /// Prints the one line on standard output that says the server is ready.
    func announce(_ settings: ServeSettings, logger: Logger) {
        let facts = facts.withLock { $0 }
        isAnnounced.withLock { $0 = true }
        if let directory = keys.directory, let url = facts.authority {
            do {
                try AuthorityAddress.keep(url, in: directory)
            } catch {
                logger.warning("project-token will not find the authority by itself", metadata: ["problem": "\(error)"])
            }
        }
        for address in settings.metadata + settings.nodeMetadata where !address.isLoopback {
            logger.warning("listening beyond loopback: whoever reaches it can ask for tokens", metadata: ["address": "\(address.text)"])
        }
        for address in settings.control where !address.isLoopback {
            logger.warning(
                "control listens beyond loopback: whoever reaches it can read decisions; changes need the token",
                metadata: ["address": "\(address.text)"])
        }
        if settings.stateDirectory == nil {
            logger.notice("keys and CA live in memory only; --state DIR keeps them over a restart")
        }
        guard !settings.announcesJSON else { return Console.print(facts.announcement.rendered()) }
        let plane = store.current.plane.rawValue
        let places = [
            facts.metadata.map { "\($0) (metadata, plane \(plane))" }, facts.nodeMetadata.map { "\($0) (node metadata)" },
            facts.authority.map { "\($0) (authority)" }, facts.control.map { "\($0) (control)" },
        ].compactMap { $0 }
        Console.print("Understudy serves \(places.joined(separator: ", ")); CA \(facts.caFile)")
    }
}

/// The server's facts, which the listeners complete one after the other while others read them.
private final class SharedFacts: Sendable {
    private let facts: Mutex<ServerFacts>

    init(_ facts: ServerFacts) { self.facts = Mutex(facts) }

    func withLock<Result>(_ body: (inout ServerFacts) -> Result) -> Result { facts.withLock { body(&$0) } }
}

/// What the metadata listener serves follows the node's plane, which a manifest may change while it runs.
private struct PlaneResponder: HTTPResponder {
    let store: IdentityStore
    let metadata: MetadataService
    let podIdentity: PodIdentityService

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        // One look at the store for the whole request, this choice included.
        let snapshot = store.current
        return snapshot.plane == .podIdentity ? podIdentity.respond(to: request, in: snapshot) : metadata.respond(to: request, in: snapshot)
    }
}

/// The authority and the resource manager share a listener, as they share a certificate: the host tells them apart, or the path.
private struct HostResponder: HTTPResponder {
    let authority: any HTTPResponder
    let manager: ResourceManagerService

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        ResourceManagerService.serves(request) ? manager.respond(to: request) : authority.respond(to: request)
    }
}

/// The emulated metadata service in the place NMI has it: behind.
private struct NodeMetadata: InstanceMetadataUpstream {
    let metadata: MetadataService

    func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
        metadata.respondUnrecorded(to: request, in: snapshot)
    }
}

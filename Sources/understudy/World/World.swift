import Authority
import Control
import Decisions
import FaceWiring
import Faults
import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import ManagedIdentitySources
import MetadataService
import PodIdentity
import ResourceManager
import Surroundings
import Synchronization
import TokenIssuance
import TokenVerification
import WorkloadIdentity

/// The faces of one server, wired to one store, one journal and one set of keys.
final class World: Sendable {
    /// What a listener serves.
    enum Role: Hashable {
        case metadata
        case nodeMetadata
        case authority
        case control
        case source(ManagedIdentitySource)

        /// What a listener of the role is called.
        var name: String {
            switch self {
            case .metadata: "metadata"
            case .nodeMetadata: "node-metadata"
            case .authority: "authority"
            case .control: "control"
            case .source(let source): source.rawValue
            }
        }
    }

    /// A listener before it is bound.
    struct PlannedListener {
        let role: Role
        let listener: HTTPListener
    }

    let settings: ServeSettings
    let store: IdentityStore
    let keys: KeyMaterial
    /// The emulated systems' time, which commands change.
    let time: AdjustableClock
    /// The same, for who only reads it.
    let clock: WallClock
    let entropy: Entropy
    let journal: DecisionJournal
    let marks: DecisionMarks
    let issuer: TokenIssuer
    let events: ScheduledEvents
    let platform: PlatformKeys
    let clusterIssuers: ClusterIssuers
    let metadata: MetadataService
    let nmiMetrics = NMIMetrics()
    let authority: AuthorityService
    let manager: ResourceManagerService
    let verifier: TokenVerifier
    let keyRotation: KeyRotation
    let faults: FaultBoard
    let limits: RateLimits
    let facts: SharedFacts
    let isAnnounced = Mutex(false)

    init(settings: ServeSettings, store: IdentityStore, keys: KeyMaterial, time: AdjustableClock, entropy: Entropy) {
        self.settings = settings
        self.store = store
        self.keys = keys
        self.time = time
        clock = time.wallClock
        self.entropy = entropy
        journal = DecisionJournal(
            capacity: settings.journalCapacity, clock: clock, systemClock: .live, marksAnswers: settings.marksAnswers)
        marks = DecisionMarks(in: journal, clock: clock)
        issuer = TokenIssuer(keys: keys.signingKeys, clock: clock, entropy: entropy)
        events = ScheduledEvents(timing: settings.waitsForReal ? .real : .instant, clock: clock, entropy: entropy)
        store.observe { [events] in events.follow($0) }
        faults = FaultBoard(clock: clock)
        store.observe { [faults] in faults.follow($0) }
        // Requests a second are real ones, whatever the emulated clock shows.
        limits = RateLimits(clock: .live) { await LiveSleep.orGoOn(.milliseconds(RateLimits.serviceMilliseconds)) }
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
                localIssuers: LocalClusterIssuers(issuers: clusterIssuers), delaysPropagation: settings.waitsForReal,
                systemClock: .live))
        platform = PlatformKeys(root: keys.ca, directory: keys.directory, clock: clock, entropy: entropy)
        metadata = MetadataService(
            store: store, issuer: issuer, journal: journal, events: events, platform: platform,
            authorityURL: { facts.withLock { $0.authority } ?? "https://localhost" }, clock: clock, entropy: entropy,
            limits: settings.limitsRate ? limits : nil)
        let recorder = MICRecorder(journal: journal, metrics: nmiMetrics)
        store.observeAssignments { recorder.record($0) }
        store.observe { [nmiMetrics] in nmiMetrics.follow($0) }
    }

    /// What rotates the signing keys by schedule; nil when nobody asked for it.
    func scheduledRotation(logger: Logger) -> ScheduledRotation? {
        settings.rotateKeysSeconds.map { seconds in
            ScheduledRotation(
                rotation: keyRotation, seconds: Int64(seconds), clock: clock,
                complain: { logger.error("the signing keys could not be rotated", metadata: ["reason": "\($0)"]) },
                sleep: EmulatedSleep(time).orEnd)
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
            plan: { [clusterIssuers] in clusterIssuers.plan(after: $0) }, keys: clusterIssuers.keys, clock: clock, systemClock: .live,
            entropy: entropy, logger: logger
        ) { [time] in try await EmulatedSleep(time).orChange(.seconds(1)) }
    }

    // MARK: Listeners

    /// Every listener that was asked for.
    ///
    /// - Parameter watch: looks at what the authority is asked; nil for nobody.
    func listeners(logger: Logger, watch: AssertionWatch? = nil) -> [PlannedListener] {
        let eventLoops = UsableCores.count.map { HTTPEventLoops(threads: $0) } ?? .shared
        let nodeStyle: ProtocolErrorStyle = store.current.plane == .podIdentity ? .go : .plain
        let perPlane = PlaneResponder(store: store, metadata: metadata, podIdentity: podIdentity)
        let proxy = TokenProxy(issuers: clusterIssuers, journal: journal, clock: clock, entropy: entropy, before: authority)
        let issuers = ClusterIssuerResponder(issuers: clusterIssuers, journal: journal, before: proxy)
        let entra = faulty(HostResponder(authority: issuers, manager: manager), authorityPlace)
        func plan(_ role: Role, _ addresses: [ListenAddress], _ style: ProtocolErrorStyle, _ responder: any HTTPResponder)
            -> [PlannedListener]
        {
            addresses.map { address in
                PlannedListener(
                    role: role,
                    listener: HTTPListener(
                        name: role.name, address: address, tls: tls(for: role),
                        limits: role == .control ? Self.controlLimits : HTTPLimits(), eventLoops: eventLoops, clock: clock,
                        protocolErrors: style, logger: logger, responder: responder))
            }
        }
        func withIssuer(_ responder: any HTTPResponder) -> any HTTPResponder {
            IssuerCertificateResponder(keys: platform, before: responder)
        }
        return plan(.metadata, settings.metadata, nodeStyle, withIssuer(faulty(perPlane, metadataPlace)))
            + plan(.nodeMetadata, settings.nodeMetadata, .plain, withIssuer(faulty(metadata, nodeMetadataPlace)))
            + plan(.authority, settings.authority, .plain, watch?.before(entra) ?? entra)
            + plan(.control, settings.control, .plain, control)
            + settings.sources.listeners.flatMap {
                plan(.source($0.source), [$0.address], $0.source.isGo ? .go : .plain, responder(for: $0.source))
            }
    }

    /// What the listeners of a role present; nil for plain HTTP.
    private func tls(for role: Role) -> TLSMaterial? {
        switch role {
        case .authority: keys.authority
        case .source(.serviceFabric): keys.sources.tls
        default: nil
        }
    }

    /// What NMI takes for Entra.
    var nodeAuthority: NodeAuthority {
        NodeAuthority(client: AuthorityClient(of: authority, clock: clock, entropy: entropy), elsewhere: remoteMetadata)
    }

    /// Manifests of whole clusters are applied through the control listener.
    private static let controlLimits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.bodyBytes = 64 << 20
        return limits
    }()

    var podIdentity: PodIdentityService {
        PodIdentityService(
            store: store, upstream: metadataUpstream, authority: nodeAuthority, journal: journal, entropy: entropy,
            timing: settings.waitsForReal ? .real(sleep: sleep) : .instant, metrics: nmiMetrics)
    }

    /// What finishes assignments as time goes by.
    var micLoop: MICLoop { MICLoop(store: store, sleep: sleep) }

    /// The waits of NMI and MIC, in milliseconds.
    private var sleep: @Sendable (Int) async -> Void { { [time] in await EmulatedSleep(time).orGoOn(.milliseconds($0)) } }
}

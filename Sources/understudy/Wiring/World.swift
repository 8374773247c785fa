import Authority
import Control
import Decisions
import FaceWiring
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
import TokenIssuance
import TokenVerification
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

    let settings: ServeSettings
    let store: IdentityStore
    let keys: KeyMaterial
    let clock: WallClock
    let entropy: Entropy
    let journal: DecisionJournal
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
    let facts: SharedFacts
    let isAnnounced = Mutex(false)

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
        let limits = RateLimits(clock: clock) { await LiveSleep.orGoOn(.milliseconds(RateLimits.serviceMilliseconds)) }
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
                sleep: { try await LiveSleep.orEnd(.seconds($0)) })
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
        ) { try await LiveSleep.orEnd(.seconds(1)) }
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
    var nodeAuthority: NodeAuthority {
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

    private static let sleep: @Sendable (Int) async -> Void = { await LiveSleep.orGoOn(.milliseconds($0)) }

}

import Control
import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import Logging
import ServiceLifecycle
import Surroundings
import WireFormats
import WorkloadIdentity

/// A server on loopback ports of its own, for as long as something is tried against it.
struct LiveServer {
    /// Where it is.
    struct Place {
        /// `http://127.0.0.1:PORT`: NMI in the plane pod-identity, else the node's metadata service.
        let metadata: String
        /// `https://127.0.0.1:PORT`.
        let authority: String
        /// The CA that certifies the authority.
        let caPEM: String
    }

    private let world: World
    private let watch: AssertionWatch

    /// Far more than a test run asks.
    private static let journalCapacity = 100_000

    /// What the server decided so far, oldest first.
    var decisions: [JSONValue] {
        var query = DecisionQuery()
        query.limit = .max
        return world.journal.decisions(query).map(\.document)
    }

    /// Whether the token's file was read again after it was replaced; nil where that cannot be told.
    var readsTokenAnew: Bool? { watch.readsAnew }

    /// Serves manifests while `body` runs.
    ///
    /// - Throws: `ManifestRefusal`, what keys or listeners fail with, and what `body` throws.
    static func serving<Result: Sendable>(
        _ manifest: ManifestFile, _ body: (LiveServer, Place) async throws -> Result
    ) async throws -> Result {
        let settings = Self.settings
        let logger = ServerLog.logger(settings)
        let time = AdjustableClock(over: .live, settings.clock)
        let store = IdentityStore(nodeName: nil, capture: nil, clock: time.wallClock, assignmentTakesTime: false)
        try store.load([manifest])
        let keys = try KeyMaterial(settings: settings, clock: time, entropy: .live)
        defer { keys.cleanUp() }
        let world = World(settings: settings, store: store, keys: keys, time: time, entropy: .live)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        let watch = AssertionWatch(clock: .live)
        for planned in world.listeners(logger: logger, watch: watch) {
            world.bound(planned.role, at: try await planned.listener.bind())
            services.append(.init(service: planned.listener))
        }
        let projector = hastyProjector(world, logger)
        services.append(.init(service: projector))
        await projector.look()
        let facts = world.facts.withLock { $0 }
        let place = Place(metadata: facts.metadata ?? "", authority: facts.authority ?? "", caPEM: keys.ca.certificate.pem)
        let group = ServiceGroup(configuration: .init(services: services, logger: Server.quiet(logger)))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result = try await body(LiveServer(world: world, watch: watch), place)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
    }

    /// Replaces tokens every second, so that two exchanges one after the other tell whether the file is read again.
    private static func hastyProjector(_ world: World, _ logger: Logger) -> TokenProjector {
        TokenProjector(
            plan: { [issuers = world.clusterIssuers] in issuers.plan(after: $0) }, keys: world.clusterIssuers.keys, clock: world.clock,
            systemClock: .live, entropy: world.entropy, refreshNanoseconds: 1_000_000_000, logger: logger
        ) { try await LiveSleep.orEnd(.milliseconds(200)) }
    }

    private static var settings: ServeSettings {
        let anyPort = ListenAddress(host: "127.0.0.1", port: 0)
        return ServeSettings(
            manifests: [], metadata: [anyPort], authority: [anyPort], nodeMetadata: [], control: [], metadataUpstream: nil,
            sources: SourceSettings(listeners: [], secret: nil, arcDirectory: "", arcRealm: ""), interception: nil, authorityNames: [],
            stateDirectory: nil, caFile: nil, nodeName: nil, nodeDocument: nil, limitsRate: false, containerSocket: nil,
            containerNetwork: nil, rotateKeysSeconds: nil, clock: .running(offset: 0), waitsForReal: false,
            journalCapacity: journalCapacity, marksAnswers: false, announcesJSON: false, logLevel: .error, logsJSON: false)
    }
}

import ArgumentParser
import Authority
import ContainerCallers
import Control
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import MetadataService
import PodIdentity
import ServiceLifecycle
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats
import WorkloadIdentity

/// Builds the rooms of a server, binds its listeners, says where it is and runs until it is told to stop.
enum Server {
    static func run(_ settings: ServeSettings) async throws {
        SpareMemory.keepLargeBlocksApart()
        let logger = ServerLog.logger(settings)
        let time = AdjustableClock(over: .live, settings.clock)
        let store = IdentityStore(
            nodeName: settings.nodeName, capture: try settings.nodeDocument.map(capture), clock: time.wallClock,
            assignmentTakesTime: settings.waitsForReal)
        let reloader = try fill(store, from: settings.manifests, logger: logger)

        let entropy = Entropy.live
        let keys: KeyMaterial
        do {
            keys = try KeyMaterial(settings: settings, clock: time, entropy: entropy)
        } catch let error as AdjustableClock.OutOfRange {
            throw Console.failure("the clock cannot show that: \(ClockOperations.sentence(error))")
        } catch {
            throw Console.failure("\(error)")
        }
        defer { keys.cleanUp() }

        let world = World(settings: settings, store: store, keys: keys, time: time, entropy: entropy)
        let stop = await StopSignals()
        let interception = settings.interception.map { OwnedInterception($0, logger: logger) }
        do {
            try await interception?.prepare()
            var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
            var bound: [World.Role: [ListenAddress]] = [:]
            for planned in world.listeners(logger: logger) {
                let address = try await planned.listener.bind()
                world.bound(planned.role, at: address)
                bound[planned.role, default: []].append(address)
                services.append(.init(service: planned.listener))
            }
            services.append(.init(service: world.lateKeys))
            if let shared = try world.sharedKeys(logger: logger) { services.append(.init(service: shared)) }
            if let rotation = world.scheduledRotation(logger: logger) { services.append(.init(service: rotation)) }
            let projector = world.projector(logger: logger)
            services.append(.init(service: projector))
            if let socket = settings.containerSocket {
                let callers = ContainerCallers(
                    engine: ContainerEngine(socket: socket), network: settings.containerNetwork, store: store, logger: logger
                ) { try await LiveSleep.orEnd(.milliseconds(300)) }
                services.append(.init(service: callers))
            }
            if settings.waitsForReal { services.append(.init(service: Assigning(loop: world.micLoop))) }
            if let reloader { services.append(.init(service: reloader)) }
            if let interception {
                let keeper = try await interception.install(
                    metadata: bound[.metadata] ?? [], nodeMetadata: bound[.nodeMetadata] ?? [])
                // Declared after the listeners, so ended before them: nothing is sent to a listener that is gone.
                services.append(.init(service: keeper))
            }
            services.append(.init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup))
            // A kubelet starts no container before its token is there; a volume that cannot be written is told, and tried again.
            await projector.look()
            world.announce(settings, logger: logger)
            try await ServiceGroup(configuration: .init(services: services, logger: quiet(logger))).run()
        } catch {
            await interception?.remove()
            throw error is ExitCode ? error : Console.failure("\(error)")
        }
    }

    /// The service group tells of every step at debug level and below; its errors are thrown to us.
    static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    /// Loads the manifests and watches them, if there are any; their texts are not kept.
    private static func fill(_ store: IdentityStore, from manifests: [String], logger: Logger) throws -> ManifestReloader? {
        let files = try loadManifests(manifests, into: store, logger: logger)
        return try startReloader(manifests, files: files, store: store, logger: logger)
    }

    /// Reads the instance document of a real machine.
    private static func capture(_ path: String) throws -> InstanceDocument {
        do {
            let files = try ManifestFiles.read([path])
            guard files.count == 1 else { throw Console.failure("--node-document \(path): found a directory; allowed: one file") }
            return try InstanceDocument(capture: try JSONValue(parsing: files[0].bytes))
        } catch let error as CapturedInstanceError {
            throw Console.failure("--node-document \(path): \(error)")
        } catch let error as JSONSyntaxError {
            throw Console.failure("--node-document \(path): \(error)")
        } catch let error as ManifestPathError {
            throw Console.failure("--node-document \(error)")
        }
    }

    /// Reads the manifests into the store, or tells what is wrong with them.
    static func loadManifests(_ arguments: [String], into store: IdentityStore, logger: Logger) throws -> [ManifestFile] {
        do {
            let files = try ManifestFiles.read(arguments)
            try store.load(files)
            let status = store.status
            for warning in status.warnings.prefix(20) { logger.warning("odd manifest", metadata: ["problem": "\(warning)"]) }
            if status.warnings.count > 20 {
                logger.warning("more odd manifests; GET /status lists them", metadata: ["count": "\(status.warnings.count - 20)"])
            }
            return files
        } catch let error as ManifestRefusal {
            throw Console.failure(error)
        } catch let error as ManifestPathError {
            throw Console.failure("\(error)")
        }
    }

    /// Watches the manifests, if there are any.
    static func startReloader(
        _ arguments: [String], files: [ManifestFile], store: IdentityStore, logger: Logger
    ) throws -> ManifestReloader? {
        guard !arguments.isEmpty else { return nil }
        do {
            return try ManifestReloader(
                arguments: arguments, standardInput: files.first { $0.path == ManifestFiles.standardInputPath }, store: store,
                logger: logger)
        } catch {
            throw Console.failure("cannot watch the manifests: \(error)")
        }
    }
}

/// MIC's clockwork as a service of the group.
private struct Assigning: Service {
    let loop: MICLoop

    func run() async throws { await cancelWhenGracefulShutdown { await loop.run() } }
}

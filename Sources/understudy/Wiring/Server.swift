import ArgumentParser
import Authority
import ContainerCallers
import Control
import Decisions
import FoundationEssentials
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
import UnixSignals
import WireFormats

/// Builds the rooms of a server, binds its listeners, says where it is and runs until it is told to stop.
enum Server {
    static func run(_ settings: ServeSettings) async throws {
        let logger = ServerLog.logger(settings)
        let store = IdentityStore(nodeName: settings.nodeName, capture: try settings.nodeDocument.map(capture))
        let files = try loadManifests(settings, into: store, logger: logger)
        let reloader = try startReloader(settings, files: files, store: store, logger: logger)

        let clock = WallClock.live
        let entropy = Entropy.live
        let keys: KeyMaterial
        do {
            keys = try KeyMaterial(settings: settings, clock: clock, entropy: entropy)
        } catch {
            throw Console.failure("\(error)")
        }
        defer { keys.cleanUp() }

        let world = World(settings: settings, store: store, keys: keys, clock: clock, entropy: entropy)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        for planned in world.listeners(logger: logger) {
            do {
                world.bound(planned.role, at: try await planned.listener.bind())
            } catch {
                throw Console.failure("\(error)")
            }
            services.append(.init(service: planned.listener))
        }
        services.append(.init(service: world.lateKeys))
        services.append(.init(service: world.projector(logger: logger)))
        if let socket = settings.containerSocket {
            let callers = ContainerCallers(
                engine: ContainerEngine(socket: socket), network: settings.containerNetwork, store: store, logger: logger
            ) { try await Task.sleep(for: .milliseconds(300)) }
            services.append(.init(service: callers))
        }
        if let reloader { services.append(.init(service: reloader)) }
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: ServerLog.quiet(logger)))
        world.announce(settings, logger: logger)
        do {
            try await group.run()
        } catch {
            throw Console.failure("\(error)")
        }
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

    private static func loadManifests(_ settings: ServeSettings, into store: IdentityStore, logger: Logger) throws -> [ManifestFile] {
        do {
            let files = try ManifestFiles.read(settings.manifests)
            try store.load(files)
            let status = store.status
            for warning in status.warnings.prefix(20) { logger.warning("odd manifest", metadata: ["problem": "\(warning)"]) }
            if status.warnings.count > 20 {
                logger.warning("more odd manifests; GET /status lists them", metadata: ["count": "\(status.warnings.count - 20)"])
            }
            return files
        } catch let error as ManifestRefusal {
            throw Console.failure("the manifests are refused:\n" + error.problems.map { "  \($0)" }.joined(separator: "\n"))
        } catch let error as ManifestPathError {
            throw Console.failure("\(error)")
        }
    }

    private static func startReloader(
        _ settings: ServeSettings, files: [ManifestFile], store: IdentityStore, logger: Logger
    ) throws -> ManifestReloader? {
        guard !settings.manifests.isEmpty else { return nil }
        do {
            return try ManifestReloader(
                arguments: settings.manifests, standardInput: files.first { $0.path == ManifestFiles.standardInputPath }, store: store,
                logger: logger)
        } catch {
            throw Console.failure("cannot watch the manifests: \(error)")
        }
    }
}

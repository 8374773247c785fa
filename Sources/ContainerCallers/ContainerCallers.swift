public import IdentityStore
public import Logging
public import ServiceLifecycle
import IdentityModel

/// Keeps the store's pods in step with the containers that run, as a service.
///
/// The engine is asked a few times a second: a list is one cheap request, and unlike a stream of events it cannot be missed in part.
public struct ContainerCallers: Service {
    private let engine: ContainerEngine
    private let network: String?
    private let store: IdentityStore
    private let logger: Logger
    /// Waits between two questions.
    private let pause: @Sendable () async throws -> Void

    /// What changes of ours are told by.
    public static let origin = "containers"
    /// How many questions in a row may fail before the last answer counts no more.
    private static let patience = 5

    /// A service that asks after each pause.
    public init(
        engine: ContainerEngine, network: String?, store: IdentityStore, logger: Logger, pause: @escaping @Sendable () async throws -> Void
    ) {
        self.engine = engine
        self.network = network
        self.store = store
        self.logger = logger
        self.pause = pause
    }

    /// Asks until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            var complaint: String?
            while !Task.isCancelled {
                do throws(ContainerEngineError) {
                    let running = try await engine.running()
                    if failures > 0 { logger.info("the container engine answers again", metadata: ["socket": "\(engine.socket)"]) }
                    failures = 0
                    take(running, complaint: &complaint)
                } catch {
                    failures += 1
                    if failures == 1 { logger.error("\(error)") }
                    if failures == Self.patience { take([], complaint: &complaint) }
                }
                do { try await pause() } catch { return }
            }
        }
    }

    /// Publishes what the containers stand for; manifests are looked at again each time, for they may have changed.
    ///
    /// - Parameter complaint: the latest refusal, which is told once and not several times a second.
    private func take(_ running: [RunningContainer], complaint: inout String?) {
        let pods = ContainerPods(network: network) { [store] in store.described($0, except: Self.origin) }.pods(of: running)
        do throws(ManifestRefusal) {
            let isChanged = try store.replace(origin: Self.origin, with: pods)
            complaint = nil
            guard isChanged else { return }
            logger.info("containers changed", metadata: ["pods": "\(pods.count)", "generation": "\(store.current.generation)"])
        } catch {
            let problems = "\(error)"
            if problems != complaint { logger.error("containers refused", metadata: ["problems": "\(problems)"]) }
            complaint = problems
        }
    }
}

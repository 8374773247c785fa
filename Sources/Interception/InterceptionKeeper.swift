public import Logging
public import ServiceLifecycle

/// Keeps interception in place while it runs, as a service, and removes it at the end.
///
/// NMI looks every minute whether its rules are still there (source: nmi.md §7); so does this, at an interval of its owner's choice. It
/// should stop before what the redirected calls reach does, so declare it after that.
public struct InterceptionKeeper: Service {
    private let interception: Interception
    private let plan: InterceptionPlan
    private let backend: InterceptionBackend?
    private let pause: @Sendable () async throws -> Void
    private let logger: Logger

    /// Keeps what was installed.
    ///
    /// - Parameter pause: waits from one look to the next; ends early by throwing when its task is cancelled.
    public init(
        _ interception: Interception, plan: InterceptionPlan, backend: InterceptionBackend?,
        pause: @escaping @Sendable () async throws -> Void, logger: Logger
    ) {
        self.interception = interception
        self.plan = plan
        self.backend = backend
        self.pause = pause
        self.logger = logger
    }

    /// Looks until graceful shutdown or cancellation, then removes everything.
    public func run() async throws {
        while await waits() { await look() }
        let changes = try await interception.remove()
        logger.info("interception removed", metadata: ["changes": "\(changes.joined(separator: "; "))"])
    }

    /// False once it is time to end.
    private func waits() async -> Bool {
        do {
            try await cancelWhenGracefulShutdown(pause)
            return !Task.isCancelled && !Task.isShuttingDownGracefully
        } catch {
            return false
        }
    }

    private func look() async {
        do {
            let changes = try await interception.install(plan, backend: backend)
            guard !changes.isEmpty else { return }
            logger.warning(
                "interception was not as we left it, and is in place again", metadata: ["changes": "\(changes.joined(separator: "; "))"])
        } catch {
            logger.error("interception cannot be kept in place", metadata: ["problem": "\(error)"])
        }
    }
}

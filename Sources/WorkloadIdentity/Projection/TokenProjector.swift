public import Logging
public import ServiceLifecycle
public import Surroundings
import WireFormats

/// Writes token volumes and keeps them fresh as the kubelet does, as a service (source: workload-identity.md §7.2, §7.3).
///
/// After each pause it looks whether the plan changed and which tokens are due. A token that cannot be renewed stays as long as it lives.
public actor TokenProjector: Service {
    private let plan: @Sendable (_ known: Int?) -> ProjectionPlan?
    private let keys: ClusterKeys
    private let clock: WallClock
    private let systemClock: WallClock
    private let entropy: Entropy
    private let refreshNanoseconds: Int64?
    private let logger: Logger
    private let pause: @Sendable () async throws -> Void

    private var generation: Int?
    private var volumes: [String: ProjectedVolume] = [:]
    private var unopened: [TokenAssignment] = []
    private var complaints: [String: String] = [:]

    /// A projector of what `plan` says.
    ///
    /// - Parameters:
    ///   - plan: asked at each look; nil while it is the one of the generation that is known.
    ///   - clock: the one that tokens are of.
    ///   - systemClock: the real one, which readers of replaced files go by; nil when it is the same.
    ///   - refreshNanoseconds: renews tokens after so long, besides when the kubelet would; to try out workloads.
    ///   - pause: waits between two looks.
    public init(
        plan: @escaping @Sendable (_ known: Int?) -> ProjectionPlan?, keys: ClusterKeys, clock: WallClock, systemClock: WallClock? = nil,
        entropy: Entropy, refreshNanoseconds: Int64? = nil, logger: Logger, pause: @escaping @Sendable () async throws -> Void
    ) {
        self.plan = plan
        self.keys = keys
        self.clock = clock
        self.systemClock = systemClock ?? clock
        self.entropy = entropy
        self.refreshNanoseconds = refreshNanoseconds
        self.logger = logger
        self.pause = pause
    }

    /// Looks until graceful shutdown; the tokens then stay where they are.
    public func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                do { try await self.pause() } catch { return }
            }
        }
    }

    /// One look: does what is due.
    ///
    /// - Returns: whether every volume has a token that lives.
    @discardableResult
    public func look() -> Bool {
        if let plan = plan(generation) { follow(plan) }
        open()
        for volume in volumes.values { refresh(volume) }
        let now = clock.now
        return unopened.isEmpty && volumes.values.allSatisfy { !$0.isExpired(at: now) }
    }

    // MARK: The plan

    private func follow(_ plan: ProjectionPlan) {
        generation = plan.generation
        for refusal in plan.refusals { logger.error("no token is projected", metadata: ["reason": "\(refusal)"]) }
        let wanted = Dictionary(plan.assignments.map { ($0.place.directory, $0) }, uniquingKeysWith: { first, _ in first })
        for (directory, volume) in volumes {
            guard let next = wanted[directory], next.place == volume.assignment.place else {
                close(volume)
                continue
            }
            volume.reassign(next)
        }
        unopened = plan.assignments.filter { volumes[$0.place.directory] == nil }
        complaints = complaints.filter { wanted[$0.key] != nil }
    }

    private func open() {
        let waiting = unopened
        unopened = []
        for assignment in waiting {
            do throws(TokenTreeError) {
                volumes[assignment.place.directory] = try ProjectedVolume(assignment)
            } catch {
                unopened.append(assignment)
                complain(assignment, "\(error)")
            }
        }
    }

    private func close(_ volume: ProjectedVolume) {
        let assignment = volume.assignment
        volumes[assignment.place.directory] = nil
        do throws(TokenTreeError) {
            try volume.tearDown()
            logger.info("token volume removed", metadata: ["owner": "\(assignment.owner)", "directory": "\(assignment.place.directory)"])
        } catch {
            complain(assignment, "\(error)")
        }
    }

    // MARK: Tokens

    private func refresh(_ volume: ProjectedVolume) {
        let assignment = volume.assignment
        let nanoseconds = clock.nanoseconds()
        do {
            let system = systemClock.nanoseconds()
            try volume.sweep(nanoseconds: system)
            let jitter = Int64(entropy.below(RefreshRule.jitterBound))
            guard volume.isDue(nanoseconds: nanoseconds, jitter: jitter, refreshNanoseconds: refreshNanoseconds) else { return }
            let token = try ServiceAccountToken(
                assignment.request, issuer: assignment.issuer, key: try keys.signing(), now: UnixSeconds(nanoseconds / 1_000_000_000),
                entropy: entropy)
            try volume.publish(token, nanoseconds: nanoseconds, system: system, entropy: entropy)
            complaints[assignment.place.directory] = nil
            logger.info(
                "token written",
                metadata: [
                    "owner": "\(assignment.owner)", "directory": "\(assignment.place.directory)", "jti": "\(token.identifier)",
                    "expires": "\(CivilTime(token.expires).rfc3339)",
                ])
        } catch {
            complain(assignment, volume.isExpired(at: clock.now) ? "\(error); no token stands there that lives" : "\(error)")
        }
    }

    /// The same trouble is told once, however often it is met.
    private func complain(_ assignment: TokenAssignment, _ problem: String) {
        let directory = assignment.place.directory
        guard complaints[directory] != problem else { return }
        complaints[directory] = problem
        logger.error("token volume cannot be kept", metadata: ["owner": "\(assignment.owner)", "problem": "\(problem)"])
    }
}

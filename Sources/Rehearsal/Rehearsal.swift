import IdentityModel
import IdentityStore
public import Surroundings

/// A rehearsal of the move from pod identity to workload identity: both worlds run in this process, every workload asks in both, and what
/// comes back is compared.
public struct Rehearsal: Sendable {
    /// How far it is: the step, and how many of how many workloads.
    public typealias Progress = @Sendable (_ step: String, _ done: Int, _ all: Int) -> Void

    private let cluster: ExportedCluster
    private let given: ExportedCluster?
    private let recorded: RecordedUse?
    private let settings: RehearsalSettings
    private let clock: WallClock
    private let entropy: Entropy
    private let checks: Checks

    /// A rehearsal of a cluster.
    ///
    /// - Parameters:
    ///   - target: the objects that are to be there after the migration; nil to work them out.
    ///   - recorded: what applications really asked; nil where nobody recorded it.
    public init(
        of cluster: ExportedCluster, target: ExportedCluster? = nil, recorded: RecordedUse? = nil,
        settings: RehearsalSettings = RehearsalSettings(), clock: WallClock, entropy: Entropy
    ) {
        self.init(
            of: cluster, target: target, recorded: recorded, settings: settings, clock: clock, entropy: entropy, checks: Checks())
    }

    /// A rehearsal that makes only some checks: for tests of the checks.
    init(
        of cluster: ExportedCluster, target: ExportedCluster? = nil, recorded: RecordedUse? = nil, settings: RehearsalSettings,
        clock: WallClock, entropy: Entropy, checks: Checks
    ) {
        given = target?.withLastOfEach
        self.cluster = given.map { cluster.adding(principalsOf: $0) } ?? cluster
        self.recorded = recorded
        self.settings = settings
        self.clock = clock
        self.entropy = entropy
        self.checks = checks
    }

    /// Runs both worlds.
    ///
    /// - Parameter live: a command that is run in both worlds; nil for none.
    /// - Throws: `NothingToRehearse` where nothing in the manifests makes pods, `ManifestRefusal` where they contradict themselves,
    ///   `LiveRefusal` where it is not clear as which workload a command is to run, what the command's runner throws, and what keys could
    ///   not be made of.
    public func run(live: LiveRehearsal? = nil, progress: Progress = { _, _, _ in }) async throws -> RehearsalOutcome {
        guard !cluster.workloads.isEmpty else { throw NothingToRehearse(objects: cluster.items.count, finishedPods: cluster.finishedPods) }
        let rehearsed = try await observe(keys: try RehearsalKeys(clock: clock, entropy: entropy), live: live, progress: progress)
        return RehearsalOutcome(report: RehearsalReport(rehearsed, checks: checks), rehearsed: rehearsed)
    }

    /// Everything that is asked, and what came of it.
    func observe(
        keys: RehearsalKeys, live: LiveRehearsal? = nil, progress: Progress = { _, _, _ in }
    ) async throws -> RehearsedCluster {
        let catalogue = IdentityCatalogue(cluster)
        let staging = LiveStaging(cluster: cluster, catalogue: catalogue, settings: settings)
        let staged = try live.map { try staging.workload($0.workload) }
        let plane = try TodayPlane(
            cluster, catalogue: catalogue, settings: settings, keys: keys, clock: clock, entropy: entropy)
        let candidates = Candidates(cluster, catalogue: catalogue)
        var today: [WorkloadID: TodayAnswers] = [:]
        for (index, workload) in cluster.workloads.enumerated() {
            today[workload.id] = await self.today(workload, candidates: candidates.of(workload), plane: plane)
            progress("as it is", index + 1, cluster.workloads.count)
        }
        let target = target(catalogue: catalogue, today: today)
        let targetPlane = try TargetPlane(
            target, of: cluster, catalogue: catalogue, settings: settings, keys: keys, clock: clock, entropy: entropy)
        let sideBySide = try sideBySide(target, catalogue: catalogue, keys: keys)
        let use = recorded.map { AttributedUse($0, workloads: cluster.workloads) }
        let replaying = Replaying(today: plane, target: targetPlane, resource: settings.resource)
        var gap = GapMemory(plane: plane, resource: settings.resource)
        var workloads: [RehearsedWorkload] = []
        for (index, workload) in cluster.workloads.enumerated() {
            guard let answers = today[workload.id], let planned = target.workloads[workload.id] else { continue }
            let shapes = Self.shapes(answers.candidates)
            var inGap: [Observation] = []
            for shape in shapes { inGap.append(await gap.answer(shape)) }
            var recorded: RecordedWorkload?
            if let use = use?.byWorkload[workload.id] {
                recorded = RecordedWorkload(use: use, replays: try await replaying.replays(of: use, by: workload))
            }
            workloads.append(
                RehearsedWorkload(
                    workload: workload, today: answers, planned: planned,
                    target: try await targetPlane.answers(for: workload, shapes: shapes, resource: settings.resource), gap: inGap,
                    withBothLabels: planned.course == .migrates
                        ? await sideBySide.ask(workload, .none, resource: settings.resource) : nil, recorded: recorded))
            progress("as it is to be", index + 1, cluster.workloads.count)
        }
        if let live, let staged, let index = workloads.firstIndex(where: { $0.workload.id == staged.id }) {
            let stage = staging.stage(staged, target: target, injection: workloads[index].target.injection)
            workloads[index].live = LiveComparison(
                today: try await live.perform(stage.today), target: try await live.perform(stage.target))
        }
        let experiments = try await Experimenting(
            cluster: cluster, catalogue: catalogue, settings: settings, keys: keys, clock: clock, entropy: entropy, today: plane,
            plane: targetPlane
        ).made(with: workloads)
        return RehearsedCluster(
            cluster: cluster, catalogue: catalogue, target: target, mode: plane.mode.rawValue, kubelet: plane.kubelet?.clientID,
            workloads: workloads, experiments: experiments,
            replacements: Replacements(given?.items ?? [], catalogue: catalogue, kubelet: plane.kubelet), recorded: use)
    }

    private func target(catalogue: IdentityCatalogue, today: [WorkloadID: TodayAnswers]) -> TargetCluster {
        let issuer = settings.issuer ?? given?.issuer ?? cluster.issuer
        guard let given else { return TargetDerivation(cluster, catalogue: catalogue, today: today, issuer: issuer).target }
        return GivenTarget(cluster: cluster, given: given, catalogue: catalogue, today: today, issuer: issuer).target
    }

    /// The cut-over: pods as they are to be, in front of NMI as it is.
    private func sideBySide(
        _ target: TargetCluster, catalogue: IdentityCatalogue, keys: RehearsalKeys
    ) throws(ManifestRefusal) -> TodayPlane {
        let moved = cluster.workloads.map { workload in
            var moved = workload
            moved.template = target.workloads[workload.id]?.template ?? workload.template
            return moved
        }
        return try TodayPlane(
            cluster, catalogue: catalogue, settings: settings, keys: keys, clock: clock, entropy: entropy, named: "side-by-side",
            workloads: moved)
    }

    private func today(_ workload: Workload, candidates: [KnownIdentity], plane: TodayPlane) async -> TodayAnswers {
        var answers = TodayAnswers()
        answers.candidates = candidates
        for _ in 0..<max(1, candidates.count) {
            let answer = await plane.ask(workload, .none, resource: settings.resource)
            answers.unnamed.append(answer)
            guard answer.quirks.contains("randomChoice") else { break }
        }
        for shape in Self.shapes(candidates).dropFirst() {
            answers.named.append(await plane.ask(workload, shape, resource: settings.resource))
        }
        let callers = HostTokenUse.all(of: workload.spec, in: workload.id.name.namespace, classes: cluster.secretProviders)
        if !callers.isEmpty { answers.onBehalf = await plane.askForHost(workload, .none, resource: settings.resource) }
        return answers
    }

    /// Without an id first, then by every id of every candidate.
    static func shapes(_ candidates: [KnownIdentity]) -> [RequestShape] {
        [.none]
            + candidates.flatMap { identity -> [RequestShape] in
                let clientID = RequestShape.clientID(identity.clientID)
                guard identity.category == .managed else { return [clientID] }
                return [clientID, .resourceID(identity.resourceID), .objectID(identity.objectID)]
            }
    }
}

/// What the node answers once NMI is gone: the same for every pod, so each question is asked once.
private struct GapMemory {
    let plane: TodayPlane
    let resource: String
    private var answers: [RequestShape: Observation] = [:]

    init(plane: TodayPlane, resource: String) {
        self.plane = plane
        self.resource = resource
    }

    mutating func answer(_ shape: RequestShape) async -> Observation {
        if let known = answers[shape] { return known }
        let answer = await plane.askNode(shape, resource: resource)
        answers[shape] = answer
        return answer
    }
}

import IdentityModel
import WireFormats

/// Recorded requests of one kind, made again in both worlds.
struct RecordedReplay: Sendable {
    let group: WorkloadUse.Group
    /// As NMI answers today.
    let today: Observation
    /// As the way answers that its client has in the target; nil where the workload does not move.
    var after: Observation?
    /// As the sidecar would answer; nil where the workload does not move.
    var sidecar: Observation?
    /// As the node answers pods that have no sidecar; nil for a token.
    var node: Observation?

    /// Whether its client exchanges the projected token by itself.
    ///
    /// What may be an Azure SDK counts as one; what is none, and what says nothing, goes on asking the metadata service.
    static func exchanges(_ client: RecordedClient?) -> Bool {
        switch client?.ability {
        case .exchanges, .untold: true
        case .tooOld, .metadataOnly, nil: false
        }
    }

    /// The recorded requests and both answers, as evidence.
    var evidence: [Evidence] { [group.evidence, today.evidence] + (after.map { [$0.evidence] } ?? []) }

    /// How people call the requests: `12 requests (client_id=…, https://vault.azure.net, by azsdk-go-azidentity 1.2.0)`.
    var label: String {
        let details = [group.first.shape?.description, group.first.resource, group.first.client.map { "by \($0)" }].compactMap { $0 }
        return "\(group.counted) (\(details.joined(separator: ", ")))"
    }
}

/// Makes recorded requests again.
struct Replaying {
    let today: TodayPlane
    let target: TargetPlane
    /// What is asked for where the record does not say.
    let resource: String

    /// The requests of one workload, each distinct one once.
    func replays(of use: WorkloadUse, by workload: Workload) async throws -> [RecordedReplay] {
        var replays: [RecordedReplay] = []
        for group in use.groups {
            switch group.first.route {
            case .token: replays.append(try await token(group, by: workload))
            case .hostToken:
                replays.append(
                    RecordedReplay(
                        group: group,
                        today: await today.askForHost(workload, group.first.shape ?? .none, resource: group.first.resource ?? resource)))
            case .other(let path): replays.append(try await other(group, path, by: workload))
            case .exchange: break
            }
        }
        return replays
    }

    private func token(_ group: WorkloadUse.Group, by workload: Workload) async throws -> RecordedReplay {
        let shape = group.first.shape ?? .none
        let resource = group.first.resource ?? resource
        var replay = RecordedReplay(group: group, today: await today.ask(workload, shape, resource: resource))
        guard target.target.workloads[workload.id]?.course == .migrates else { return replay }
        // A workload identity credential knows client ids only: asked otherwise, it takes that of its environment.
        let exchanged: RequestShape = if case .clientID = shape { shape } else { .none }
        let answers = try await target.answers(
            for: workload, shapes: exchanged == shape ? [shape] : [exchanged, shape], resource: resource)
        replay.sidecar = answers.sidecar.first { $0.shape == shape }
        replay.after =
            RecordedReplay.exchanges(group.first.client) ? answers.exchange.first { $0.shape == exchanged } : replay.sidecar
        return replay
    }

    private func other(_ group: WorkloadUse.Group, _ path: String, by workload: Workload) async throws -> RecordedReplay {
        let asked = "\(path)?api-version=2021-02-01"
        var replay = RecordedReplay(group: group, today: await today.ask(workload, path: asked))
        guard let planned = target.target.workloads[workload.id], planned.course == .migrates else { return replay }
        replay.node = await target.world.observe(
            target.world.metadata, path: .node, shape: .none, MetadataRequest.get(asked))
        let template = planned.template.setting(path: ["metadata", "annotations", TargetPlane.sidecarAnnotation], "true")
        if let pod = target.inject(template, workload).pod,
            let sidecar = try target.sidecar(of: InjectedPod(pod), planned.serviceAccount)
        {
            replay.sidecar = await target.world.observe(
                sidecar.service, path: .sidecar, shape: .none, MetadataRequest.get(asked))
        }
        replay.after = replay.sidecar ?? replay.node
        return replay
    }
}

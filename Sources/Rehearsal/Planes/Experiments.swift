import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import WireFormats
import WorkloadIdentity

/// What does not hang on the single workload, tried out once, with the first workload that gets a token by both ways.
struct Experiments: Sendable {
    /// The workload that asked.
    let workload: String
    /// Exchanges with a token of the old key and one of the new, after the cluster's keys were rotated.
    var rotation: [Observation] = []
    /// An exchange after the cluster was made anew, with another issuer.
    var otherIssuer: Observation?
    /// Exchanges right after a credential was made, and when it had reached every front end.
    var propagation: [Observation] = []
    /// An id that the workload has not: NMI, then the sidecar.
    var foreignID: [Observation] = []
    /// A request without the header `Metadata`: NMI, then the sidecar.
    var noHeader: [Observation] = []
    /// `/metadata/instance`: NMI, then the sidecar.
    var instance: [Observation] = []
    /// The sidecar with the authority throttling it once, and all the time.
    var throttled: [Observation] = []
    /// The sidecar with the authority out of reach.
    var disconnected: Observation?
}

/// Makes the experiments.
struct Experimenting {
    let cluster: ExportedCluster
    let catalogue: IdentityCatalogue
    let settings: RehearsalSettings
    let keys: RehearsalKeys
    let clock: WallClock
    let entropy: Entropy
    let today: TodayPlane
    let plane: TargetPlane

    private static let foreignID = "00000000-0000-4000-8000-000000000001"
    private static let otherIssuer = "https://oidc.understudy.internal/made-anew/"
    private static let instancePath = "/metadata/instance?api-version=2021-02-01"
    /// Longer than any propagation.
    private static let settledSeconds: Int64 = 300

    /// The experiments; nil when no workload gets a token by both ways.
    func made(with workloads: [RehearsedWorkload]) async throws -> Experiments? {
        guard let subject = workloads.first(where: { $0.firstPair != nil && $0.target.sidecarInjection.isInjected }),
            let admitted = subject.target.injection.pod, let withSidecar = subject.target.sidecarInjection.pod
        else { return nil }
        let pod = InjectedPod(admitted)
        var made = Experiments(workload: subject.name)
        made.rotation = try await rotation(subject, pod)
        made.otherIssuer = try await afterNewIssuer(subject, pod)
        made.propagation = try await propagation(subject, pod)
        guard let sidecar = try plane.sidecar(of: InjectedPod(withSidecar), subject.planned.serviceAccount) else { return made }
        let foreign = RequestShape.clientID(Self.foreignID)
        made.foreignID = [
            await today.ask(subject.workload, foreign, resource: settings.resource),
            await plane.ask(sidecar, foreign, resource: settings.resource),
        ]
        made.noHeader = [
            await today.askWithoutHeader(subject.workload, resource: settings.resource),
            await plane.ask(sidecar, .none, resource: settings.resource, sendsHeader: false),
        ]
        made.instance = [
            await today.ask(subject.workload, path: Self.instancePath),
            await plane.world.observe(sidecar.service, path: .sidecar, shape: .none, MetadataRequest.get(Self.instancePath)),
        ]
        made.throttled = try await throttled(subject, InjectedPod(withSidecar))
        made.disconnected = try await disconnected(subject, InjectedPod(withSidecar))
        return made
    }

    private func rotation(_ subject: RehearsedWorkload, _ pod: InjectedPod) async throws -> [Observation] {
        let before = try plane.projectedToken(pod, subject.planned.serviceAccount)
        try keys.cluster.rotate()
        let after = try plane.projectedToken(pod, subject.planned.serviceAccount)
        var answers: [Observation] = []
        for case let token? in [before, after] { answers.append(await exchange(plane, pod, token)) }
        return answers
    }

    private func afterNewIssuer(_ subject: RehearsedWorkload, _ pod: InjectedPod) async throws -> Observation? {
        var other = plane.target
        other.issuer = Self.otherIssuer
        let anew = try TargetPlane(
            other, of: cluster, catalogue: catalogue, settings: settings, keys: keys, clock: clock, entropy: entropy,
            named: "new-issuer")
        guard let token = try anew.projectedToken(pod, subject.planned.serviceAccount) else { return nil }
        return await exchange(anew, pod, token)
    }

    private func propagation(_ subject: RehearsedWorkload, _ pod: InjectedPod) async throws -> [Observation] {
        var without = plane.target
        // The ones without room stay out: taking some away must not make room for them.
        let accepted = without.credentials.accepted
        let own = accepted.filter { $0.subject == subject.subject }
        without.credentials = CredentialSet(accepted.filter { $0.subject != subject.subject })
        let later = Mutex(Int64(0))
        let clock = self.clock
        let moving = WallClock { clock.nanoseconds() + later.withLock { $0 } * 1_000_000_000 }
        let young = try TargetPlane(
            without, of: cluster, catalogue: catalogue, settings: settings, keys: keys, clock: moving, entropy: entropy,
            named: "young-credential", delaysPropagation: true)
        let made: JSONValue = ["apiVersion": "v1", "kind": "List", "items": .array(own.map(\.document))]
        try young.world.store.apply(made.bytes(), from: "the rehearsal")
        guard let token = try young.projectedToken(pod, subject.planned.serviceAccount) else { return [] }
        let early = await exchange(young, pod, token)
        later.withLock { $0 = Self.settledSeconds }
        return [early, await exchange(young, pod, token)]
    }

    private func throttled(_ subject: RehearsedWorkload, _ pod: InjectedPod) async throws -> [Observation] {
        var answers: [Observation] = []
        for refusals in [1, Int.max] {
            let left = Mutex(refusals)
            let world = plane.world
            let fetch: @Sendable (FetchRequest) async throws(FetchError) -> FetchResponse = { request throws(FetchError) in
                let refuses =
                    request.method == "POST"
                    && left.withLock { left in
                        guard left > 0 else { return false }
                        left -= 1
                        return true
                    }
                guard !refuses else {
                    return FetchResponse(status: 429, reason: "Too Many Requests", headers: [], body: [])
                }
                return try await world.fetch(request)
            }
            guard let sidecar = try plane.sidecar(of: pod, subject.planned.serviceAccount, fetch: fetch) else { return [] }
            answers.append(await plane.ask(sidecar, .none, resource: settings.resource))
        }
        return answers
    }

    private func disconnected(_ subject: RehearsedWorkload, _ pod: InjectedPod) async throws -> Observation? {
        let fetch: @Sendable (FetchRequest) async throws(FetchError) -> FetchResponse = { request throws(FetchError) in
            throw .couldNotConnect(url: request.url, reason: "the cluster is cut off")
        }
        guard let sidecar = try plane.sidecar(of: pod, subject.planned.serviceAccount, fetch: fetch) else { return nil }
        return await plane.ask(sidecar, .none, resource: settings.resource)
    }

    private func exchange(_ plane: TargetPlane, _ pod: InjectedPod, _ assertion: SecretBytes) async -> Observation {
        let environment = pod.environment ?? [:]
        return await plane.ask(
            .none, clientID: environment["AZURE_CLIENT_ID"] ?? "", environment: environment, assertion: assertion,
            resource: settings.resource)
    }
}

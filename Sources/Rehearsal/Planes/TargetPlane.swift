import HTTPFetching
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import Surroundings
import Synchronization
import WireFormats
import WorkloadIdentity

/// The target cluster: webhook, cluster issuer, sidecar and authority, and the node's metadata service without pods' identities.
struct TargetPlane: Sendable {
    let world: RehearsalWorld
    let target: TargetCluster
    let issuer: ClusterIssuer
    private let injection: PodInjection
    private let accounts: ServiceAccountDirectory

    static let sidecarAnnotation = "azure.workload.identity/inject-proxy-sidecar"
    private static let selectedLabel = "azure.workload.identity/use"
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    init(
        _ target: TargetCluster, of cluster: ExportedCluster, catalogue: IdentityCatalogue, settings: RehearsalSettings,
        keys: RehearsalKeys, clock: WallClock, entropy: Entropy, named name: String = "target", delaysPropagation: Bool = false
    ) throws(ManifestRefusal) {
        self.target = target
        let accounts = target.accounts
        let documents = Self.documents(
            target, of: cluster, catalogue: catalogue, node: RehearsedNode(cluster, catalogue: catalogue, settings: settings))
        let world = try RehearsalWorld(
            named: name, documents: documents, keys: keys, clock: clock, entropy: entropy, delaysPropagation: delaysPropagation)
        guard let issuer = world.clusterIssuers.all.first else {
            throw ManifestRefusal(problems: [
                ManifestProblem(
                    place: ManifestPlace(file: "the target world", document: 0), object: "Cluster rehearsed", path: "spec.issuer",
                    found: target.issuer, allowed: "an https URL without query and fragment")
            ])
        }
        self.world = world
        self.issuer = issuer
        injection = PodInjection(settings.webhook(tenantID: world.snapshot.node.tenant.tenantID))
        self.accounts = ServiceAccountDirectory { namespace, name in accounts[NamespacedName(namespace: namespace, name: name)] }
    }

    /// The world's objects.
    static func documents(
        _ target: TargetCluster, of cluster: ExportedCluster, catalogue: IdentityCatalogue, node: RehearsedNode
    ) -> [JSONValue] {
        var documents = cluster.items.filter { Self.stands($0.key.kind) }.map(\.document)
        documents += [Manifest.ours("Cluster", "rehearsed", ["issuer": .string(target.issuer), "emulated": true]), node.targetDocument]
        documents += node.identityDocuments + catalogue.documents
        documents += target.accounts.map { Manifest.serviceAccount($0.key, annotations: $0.value) }
        return documents + target.credentials.accepted.map(\.document)
    }

    private static func stands(_ kind: ObjectKind) -> Bool {
        switch kind {
        case .tenant, .managedIdentity, .application, .resourcePrincipal, .roleAssignment: true
        default: false
        }
    }

    /// Everything a workload can ask in the target.
    func answers(for workload: Workload, shapes: [RequestShape], resource: String) async throws -> TargetAnswers {
        var answers = TargetAnswers()
        guard let planned = target.workloads[workload.id] else { return answers }
        answers.injection = inject(planned.template, workload)
        answers.sidecarInjection = inject(
            planned.template.setting(path: ["metadata", "annotations", Self.sidecarAnnotation], "true"), workload)
        for shape in shapes where shape == .none || !answers.injection.isInjected {
            answers.node.append(
                await world.askMetadata(
                    world.metadata, path: .node, shape: shape, resource: resource, peer: PeerAddress(host: .ipv4(0x0A80_0000), port: 0)))
        }
        if let pod = answers.injection.pod {
            answers.exchange = try await exchange(InjectedPod(pod), planned.serviceAccount, shapes, resource: resource)
        }
        if let pod = answers.sidecarInjection.pod {
            answers.sidecar = try await sidecar(InjectedPod(pod), planned.serviceAccount, shapes, resource: resource)
        }
        return answers
    }

    // MARK: The webhook

    /// What the webhook makes of a template.
    func inject(_ template: JSONValue, _ workload: Workload) -> TargetAnswers.Injection {
        guard template["metadata"]?["labels"]?[Self.selectedLabel] == "true" else { return .notSelected }
        do throws(AdmissionDenial) {
            return .injected(
                try injection.mutated(
                    template, name: workload.nameForWebhook, namespace: workload.id.name.namespace, serviceAccounts: accounts))
        } catch {
            return .denied(error.message)
        }
    }

    // MARK: The kubelet

    /// The token that the kubelet would write for the pod; nil where the pod asks for none.
    func projectedToken(_ pod: InjectedPod, _ account: NamespacedName) throws -> SecretBytes? {
        guard let projection = pod.projection, let account = world.snapshot.serviceAccount(account) else { return nil }
        let request = try ServiceAccountTokenRequest(
            account: account, audiences: [projection.audience], expirationSeconds: projection.expirationSeconds)
        return try ServiceAccountToken(
            request, issuer: issuer, key: try world.clusterIssuers.keys.signing(), now: world.clock.now, entropy: world.entropy
        ).compact
    }

    // MARK: An SDK's credential

    private func exchange(
        _ pod: InjectedPod, _ account: NamespacedName, _ shapes: [RequestShape], resource: String
    ) async throws -> [Observation] {
        guard let environment = pod.environment, let assertion = try projectedToken(pod, account) else { return [] }
        var observations: [Observation] = []
        for shape in shapes {
            let clientID: String
            switch shape {
            case .none: clientID = environment["AZURE_CLIENT_ID"] ?? ""
            case .clientID(let id): clientID = id
            // The credential has no such selector: its users name client ids.
            case .resourceID, .objectID: continue
            }
            guard !clientID.isEmpty else {
                observations.append(
                    Observation(
                        id: world.nextID(), path: .exchange, shape: shape, unasked: "no client id: AZURE_CLIENT_ID is not set in the pod"))
                continue
            }
            observations.append(
                await ask(shape, clientID: clientID, environment: environment, assertion: assertion, resource: resource))
        }
        return observations
    }

    /// One request to the token endpoint.
    func ask(
        _ shape: RequestShape, clientID: String, environment: InjectedPod.Environment, assertion: SecretBytes, resource: String
    ) async -> Observation {
        let fields = [
            ("client_assertion", assertion.reveal { String(decoding: $0, as: UTF8.self) }), ("client_assertion_type", Self.assertionType),
            ("client_id", clientID), ("grant_type", "client_credentials"),
            ("scope", resource.hasSuffix("/.default") ? resource : "\(resource)/.default"),
        ]
        let target = "/\(environment["AZURE_TENANT_ID"] ?? "")/oauth2/v2.0/token"
        let request = HTTPRequest(
            method: "POST", target: target,
            headers: [("Host", RehearsalWorld.authorityHost), ("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(Percent.form(fields).utf8),
            peer: PeerAddress(host: .ipv4(0x0A80_0000), port: 0))
        let response = await world.answer(of: world.authority, to: request)
        return Observation(
            id: world.nextID(), path: .exchange, shape: shape, request: "POST \(target) client_id=\(clientID)", response: response,
            decision: world.latestDecision(), reader: world.reader, now: world.clock.now)
    }

    // MARK: The sidecar

    /// A sidecar as it runs in a pod, and what it has waited so far.
    struct Sidecar {
        let service: SidecarService
        let patience: Patience
    }

    /// Counts the milliseconds that somebody would have waited.
    final class Patience: Sendable {
        private let waited = Mutex(0)

        /// What was waited since this was last taken.
        func take() -> Int {
            waited.withLock { waited in
                defer { waited = 0 }
                return waited
            }
        }

        /// Counts a wait.
        func add(_ duration: Duration) { waited.withLock { $0 += Int(duration / .milliseconds(1)) } }
    }

    /// The sidecar of an injected pod; nil when it has none.
    ///
    /// - Parameter fetch: how it reaches others; nil for the ways of this world.
    func sidecar(of pod: InjectedPod, _ account: NamespacedName, fetch: Outbound.Fetch? = nil) throws -> Sidecar? {
        guard let environment = pod.sidecarEnvironment, let assertion = try projectedToken(pod, account) else { return nil }
        var settings = try SidecarSettings(environment: environment)
        settings.tokenSource = .memory { _ in assertion.reveal { $0 } }
        let world = self.world
        let patience = Patience()
        let way: Outbound.Fetch
        if let fetch { way = fetch } else { way = { request throws(FetchError) in try await world.fetch(request) } }
        // Its waits have chance in them, and a report is to say the same every time.
        let outbound = Outbound(fetch: way, clock: world.clock, entropy: .counting(), pause: { patience.add($0) })
        let service = SidecarService(
            settings: settings, outbound: outbound, logger: Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() })
        return Sidecar(service: service, patience: patience)
    }

    /// Asks a sidecar for a token, with or without the header that the metadata service wants.
    func ask(_ sidecar: Sidecar, _ shape: RequestShape, resource: String, sendsHeader: Bool = true) async -> Observation {
        _ = sidecar.patience.take()
        let request = MetadataRequest.token(shape, resource: resource, sendsHeader: sendsHeader)
        let response = await world.answer(of: sidecar.service, to: request)
        return Observation(
            id: world.nextID(), path: .sidecar, shape: shape, request: "GET \(request.target)", response: response,
            decision: world.latestDecision(), waitMilliseconds: sidecar.patience.take(), reader: world.reader, now: world.clock.now)
    }

    private func sidecar(
        _ pod: InjectedPod, _ account: NamespacedName, _ shapes: [RequestShape], resource: String
    ) async throws -> [Observation] {
        guard let sidecar = try sidecar(of: pod, account) else { return [] }
        var observations: [Observation] = []
        for shape in shapes { observations.append(await ask(sidecar, shape, resource: resource)) }
        return observations
    }
}

extension TargetAnswers.Injection {
    /// Whether the pod was injected.
    var isInjected: Bool { pod != nil }
}

extension Workload {
    /// What the webhook makes the volume's name from.
    var nameForWebhook: String {
        switch id.kind {
        case "Pod": id.name.name
        case "StatefulSet": "\(id.name.name)-0"
        default: "\(id.name.name)- (prefix)"
        }
    }
}

import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import WireFormats

/// The cluster as it is: NMI on the node, MIC beside it in standard mode, and the node's own metadata service behind.
struct TodayPlane: Sendable {
    let world: RehearsalWorld
    let mode: PodIdentityMode
    /// The node's identities other than pods', by the names they have in this world.
    let kubelet: KnownIdentity?
    private let addresses: [WorkloadID: UInt32]

    /// The first address of 10.128.0.0/9, where pods get theirs.
    private static let firstAddress: UInt32 = 0x0A80_0001

    /// Builds the world of a cluster: its identity objects as they stand, and one running pod for each workload.
    ///
    /// - Parameter workloads: stand in for the cluster's own, where their pods have changed.
    init(
        _ cluster: ExportedCluster, catalogue: IdentityCatalogue, settings: RehearsalSettings, keys: RehearsalKeys, clock: WallClock,
        entropy: Entropy, named name: String = "today", workloads: [Workload]? = nil
    ) throws(ManifestRefusal) {
        let node = RehearsedNode(cluster, catalogue: catalogue, settings: settings)
        mode = node.mode
        kubelet = node.kubelet
        var addresses: [WorkloadID: UInt32] = [:]
        var pods: [JSONValue] = []
        for (index, workload) in (workloads ?? cluster.workloads).enumerated() where !workload.isOnHostNetwork {
            let address = Self.firstAddress + UInt32(index)
            addresses[workload.id] = address
            pods.append(workload.runningPod(address: address, node: node.name))
        }
        self.addresses = addresses
        world = try RehearsalWorld(
            named: name, documents: Self.documents(of: cluster, catalogue: catalogue, node: node) + pods, keys: keys, clock: clock,
            entropy: entropy)
    }

    /// The world's objects but for pods.
    static func documents(of cluster: ExportedCluster, catalogue: IdentityCatalogue, node: RehearsedNode) -> [JSONValue] {
        cluster.items.filter { Self.stands($0.key.kind) }.map(\.document) + [node.document] + node.identityDocuments
            + catalogue.documents + StandInSecret.documents(for: cluster)
    }

    /// What the world takes as it stands; federated credentials have no part in it, and their limit is a finding and no refusal.
    private static func stands(_ kind: ObjectKind) -> Bool {
        switch kind {
        case .pod, .node, .federatedIdentityCredential, .cluster: false
        default: true
        }
    }

    /// Asks as one of the workload's pods does; a host-network pod's request never meets NMI.
    func ask(_ workload: Workload, _ shape: RequestShape, resource: String) async -> Observation {
        guard let address = addresses[workload.id] else { return await askNode(shape, resource: resource) }
        return await world.askMetadata(
            world.podIdentity, path: .nmi, shape: shape, resource: resource, peer: PeerAddress(host: .ipv4(address), port: 0))
    }

    /// Asks the node's metadata service itself: what is left once NMI is gone.
    func askNode(_ shape: RequestShape, resource: String) async -> Observation {
        await world.askMetadata(
            world.metadata, path: .node, shape: shape, resource: resource,
            peer: PeerAddress(host: .ipv4(Self.firstAddress - 1), port: 0))
    }

    /// Asks NMI something else than for a token.
    func ask(_ workload: Workload, path: String) async -> Observation {
        let host = addresses[workload.id].map { PeerAddress.Host.ipv4($0) } ?? .unknown
        return await world.observe(
            world.podIdentity, path: .nmi, shape: .none, MetadataRequest.get(path, peer: PeerAddress(host: host, port: 0)))
    }

    /// Asks NMI without the header that it wants.
    func askWithoutHeader(_ workload: Workload, resource: String) async -> Observation {
        let host = addresses[workload.id].map { PeerAddress.Host.ipv4($0) } ?? .unknown
        return await world.askMetadata(
            world.podIdentity, path: .nmi, shape: .none, resource: resource, peer: PeerAddress(host: host, port: 0), sendsHeader: false)
    }

    /// Asks NMI on the node in a pod's name.
    func askForHost(_ workload: Workload, _ shape: RequestShape, resource: String) async -> Observation {
        await world.askMetadata(
            world.podIdentity, path: .hostToken, shape: shape, resource: resource,
            peer: PeerAddress(host: .ipv4(0x7F00_0001), port: 0),
            headers: [("podns", workload.id.name.namespace), ("podname", workload.representative)])
    }
}

extension RehearsalWorld {
    /// One token request in the metadata service's form.
    func askMetadata(
        _ responder: any HTTPResponder, path: Observation.Path, shape: RequestShape, resource: String, peer: PeerAddress,
        headers: [(String, String)] = [], sendsHeader: Bool = true
    ) async -> Observation {
        let request = MetadataRequest.token(
            shape, resource: resource, route: path == .hostToken ? "/host/token" : MetadataRequest.tokenRoute, peer: peer,
            headers: headers, sendsHeader: sendsHeader)
        return await observe(responder, path: path, shape: shape, request)
    }

    /// Asks, and writes down what came of it.
    func observe(
        _ responder: any HTTPResponder, path: Observation.Path, shape: RequestShape, _ request: HTTPRequest
    ) async -> Observation {
        let response = await answer(of: responder, to: request)
        return Observation(
            id: nextID(), path: path, shape: shape, request: "\(request.method) \(request.target)", response: response,
            decision: latestDecision(), reader: reader, now: clock.now)
    }
}

extension Workload {
    /// The pod that asks for all of the workload's.
    var representative: String { pods.first ?? "\(id.name.name)-\(id.kind.lowercased())-0" }

    /// A pod of the workload, running at an address.
    func runningPod(address: UInt32, node: String) -> JSONValue {
        var metadata: [JSONMember] = [
            JSONMember("name", .string(representative)), JSONMember("namespace", .string(id.name.namespace)),
            JSONMember("labels", Manifest.strings(labels)),
            JSONMember("annotations", Manifest.strings(annotations.filter { $0.key != Pod.tokenDirectoryAnnotation })),
        ]
        if !replicaSet.isEmpty {
            metadata.append(JSONMember("ownerReferences", [["kind": "ReplicaSet", "name": .string(replicaSet)]]))
        }
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata),
            "spec": ["serviceAccountName": .string(serviceAccount.name), "nodeName": .string(node)],
            "status": ["podIP": .string(IPv4.text(address)), "phase": "Running"],
        ]
    }
}

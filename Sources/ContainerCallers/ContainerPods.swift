public import IdentityModel
public import WireFormats

/// Which pods running containers stand for: a pure function of the engine's list and the pods that manifests describe.
///
/// A container stands for a pod when it has the label `aadpodidbinding`, the labels a kubelet gives its containers, or the name of a pod
/// of a manifest. Containers that share one network are one pod, as in Kubernetes.
public struct ContainerPods: Sendable {
    /// The network whose addresses count where a container has several; nil for the first by name.
    public let network: String?
    /// The document of a manifest's pod; nil when there is none of that name.
    public let described: @Sendable (NamespacedName) -> JSONValue?

    static let podName = "io.kubernetes.pod.name"
    static let podNamespace = "io.kubernetes.pod.namespace"

    /// A mapping over what manifests describe.
    public init(network: String?, described: @escaping @Sendable (NamespacedName) -> JSONValue?) {
        self.network = network
        self.described = described
    }

    /// A `Pod` for each container that stands for one, ordered by namespace and name.
    public func pods(of containers: [RunningContainer]) -> [JSONValue] {
        var pods: [NamespacedName: JSONValue] = [:]
        for container in containers.sorted(by: { $0.id < $1.id }) where container.sharesNetworkOf == nil {
            guard let address = address(of: container) else { continue }
            let sharing = containers.filter { other in
                other.sharesNetworkOf.map { $0 == container.id || $0 == container.name } ?? false
            }
            // The owner of the network speaks first.
            let labels = sharing.sorted { $0.id < $1.id }.reduce(container.labels) { $0.merging($1.labels) { own, _ in own } }
            let id = NamespacedName(
                namespace: labels[Self.podNamespace] ?? "default", name: labels[Self.podName] ?? container.name)
            let known = described(id)
            guard known != nil || labels[Pod.bindingLabel] != nil || labels[Self.podName] != nil, pods[id] == nil else { continue }
            pods[id] = Self.document(id, labels: labels, address: address, known: known)
        }
        return pods.sorted { $0.key < $1.key }.map(\.value)
    }

    private func address(of container: RunningContainer) -> String? {
        if let network { return container.addresses[network] }
        return container.addresses.min { $0.key < $1.key }?.value
    }

    /// The manifest's pod with the container's address; its labels stand unless the container says otherwise, and all else of it does.
    private static func document(_ id: NamespacedName, labels: [String: String], address: String, known: JSONValue?) -> JSONValue {
        var all: [String: String] = [:]
        if case .object(let members)? = known?["metadata"]?["labels"] {
            for member in members { all[member.name] = member.value.text }
        }
        all.merge(labels) { _, own in own }
        var metadata = [
            JSONMember("name", .string(id.name)), JSONMember("namespace", .string(id.namespace)),
            JSONMember("labels", .object(all.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })),
        ]
        if case .object(let members)? = known?["metadata"] {
            metadata += members.filter { member in !metadata.contains { $0.name == member.name } }
        }
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": .object(metadata), "spec": known?["spec"] ?? .object([]),
            "status": ["phase": "Running", "podIP": .string(address)],
        ]
    }
}

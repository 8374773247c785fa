public import IdentityModel
import WireFormats

/// The name of a workload: what owns its pods.
public struct WorkloadID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The owner's kind: `Deployment`, `CronJob`, `Pod`, or a kind that only its pods tell of.
    public let kind: String
    /// Its namespace and name.
    public let name: NamespacedName

    /// Names a workload.
    public init(kind: String, name: NamespacedName) {
        self.kind = kind
        self.name = name
    }

    /// `Deployment prod/web`.
    public var description: String { "\(kind) \(name)" }

    /// By namespace, name and kind.
    public static func < (left: Self, right: Self) -> Bool { (left.name, left.kind) < (right.name, right.kind) }
}

/// Pods of one making: a controller with its template, or a pod that nothing controls.
struct Workload: Sendable {
    /// Its name.
    let id: WorkloadID
    /// Where it stands; a workload known by its pods alone stands where the first of them does.
    let reference: ManifestReference
    /// Labels of the controller itself, which no pod gets; empty for a pod.
    let ownLabels: [String: String]
    /// The pod or the pod template: an object with `metadata` and `spec`.
    var template: JSONValue
    /// Pods that run, by name, ordered.
    var pods: [String] = []
    /// The addresses of those pods, as far as they have some of their own.
    var addresses: [String] = []
    /// The ReplicaSet of one of its pods, or one of the name it would have; empty where no ReplicaSet is in between.
    var replicaSet = ""

    /// Labels of its pods.
    var labels: [String: String] { Self.texts(template["metadata"]?["labels"]) }
    /// Annotations of its pods.
    var annotations: [String: String] { Self.texts(template["metadata"]?["annotations"]) }
    /// The label by which bindings find its pods; nil when there is none.
    var bindingLabel: String? { labels[Pod.bindingLabel] }
    /// The service account of its pods.
    var serviceAccount: NamespacedName {
        let name = spec["serviceAccountName"]?.text ?? spec["serviceAccount"]?.text ?? ""
        return NamespacedName(namespace: id.name.namespace, name: name.isEmpty ? "default" : name)
    }
    /// Whether its pods share their node's address, and so bypass NMI.
    var isOnHostNetwork: Bool { spec["hostNetwork"] == true }
    /// Whether its pods end by themselves.
    var isJob: Bool { id.kind == "Job" || id.kind == "CronJob" }
    /// The pods' `spec`.
    var spec: JSONValue { template["spec"] ?? [:] }

    static func texts(_ value: JSONValue?) -> [String: String] {
        guard case .object(let members) = value else { return [:] }
        return Dictionary(members.compactMap { member in member.value.text.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
    }
}

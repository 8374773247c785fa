import ManifestReading

/// The kinds that make pods, and where in them the pod's template is.
struct WorkloadKind: Sendable {
    let kind: String
    let group: String
    /// The way to the template; empty for the pod itself.
    let path: [String]

    static let all = [
        WorkloadKind(kind: "Pod", group: "", path: []),
        WorkloadKind(kind: "ReplicationController", group: "", path: ["spec", "template"]),
        WorkloadKind(kind: "Deployment", group: "apps", path: ["spec", "template"]),
        WorkloadKind(kind: "ReplicaSet", group: "apps", path: ["spec", "template"]),
        WorkloadKind(kind: "DaemonSet", group: "apps", path: ["spec", "template"]),
        WorkloadKind(kind: "StatefulSet", group: "apps", path: ["spec", "template"]),
        WorkloadKind(kind: "Job", group: "batch", path: ["spec", "template"]),
        WorkloadKind(kind: "CronJob", group: "batch", path: ["spec", "jobTemplate", "spec", "template"]),
    ]

    /// The kind of a manifest's object; nil when it makes no pods.
    static func of(_ object: ManifestNode) -> WorkloadKind? {
        guard let kind = object["kind"]?.text, let apiVersion = object["apiVersion"]?.text else { return nil }
        let parts = apiVersion.split(separator: "/")
        let group = parts.count == 2 ? String(parts[0]) : ""
        return all.first { $0.kind == kind && $0.group == group }
    }

    /// The kind of that name.
    static func named(_ kind: String) -> WorkloadKind? { all.first { $0.kind == kind } }
}

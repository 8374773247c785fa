import IdentityModel
import WireFormats

/// Documents of a rehearsed world.
enum Manifest {
    /// An object of one of our own kinds.
    static func ours(_ kind: String, _ name: String, _ spec: JSONValue) -> JSONValue {
        [
            "apiVersion": .string(ObjectKind.Group.understudy.apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)],
            "spec": spec,
        ]
    }

    /// A service account.
    static func serviceAccount(_ id: NamespacedName, annotations: [String: String]) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": [
                "name": .string(id.name), "namespace": .string(id.namespace), "annotations": strings(annotations),
            ],
        ]
    }

    /// An object of texts, by name.
    static func strings(_ values: [String: String]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
    }
}

import IdentityModel
import WireFormats

extension AzureAssignedIdentity {
    /// The object as MIC writes it (source: nmi.md §4).
    func document(identity: JSONValue?, binding: JSONValue?) -> JSONValue {
        func reference(_ kind: ObjectKind, _ id: NamespacedName?) -> JSONValue {
            [
                "apiVersion": .string(kind.group.apiVersion), "kind": .string(kind.rawValue),
                "metadata": ["name": .string(id?.name ?? ""), "namespace": .string(id?.namespace ?? "")],
            ]
        }
        return [
            "apiVersion": .string(ObjectKind.Group.podIdentity.apiVersion), "kind": .string(ObjectKind.azureAssignedIdentity.rawValue),
            "metadata": [
                "name": .string(id.name), "namespace": .string(id.namespace), "labels": ["nodename": .string(nodeName)],
                "finalizers": .strings(["azureassignedidentity.finalizers.aadpodidentity.k8s.io"]),
            ],
            "spec": [
                "azureBindingRef": binding ?? reference(.azureIdentityBinding, self.binding?.id),
                "azureIdentityRef": identity ?? reference(.azureIdentity, self.identity?.id), "nodename": .string(nodeName),
                "pod": .string(pod.name), "podNamespace": .string(pod.namespace),
            ],
            "status": ["availableReplicas": .integer(1), "status": .string(state.rawValue)],
        ]
    }
}

import WireFormats

/// The webhook's decision on one review.
struct PodAdmission {
    let settings: WebhookSettings
    let serviceAccounts: ServiceAccountDirectory

    /// The JSON Patch for the object of a review; empty when there is nothing to change.
    func patch(for review: AdmissionReview) throws(AdmissionDenial) -> [JSONValue] {
        guard let sent = review.object else { throw AdmissionDenial("there is no content to decode") }
        try checkKind(sent)
        let pod = try typed(sent)
        // The pod of a controller has no namespace of its own yet.
        let metadata = pod["metadata"] ?? [:]
        let placed = review.namespace.isEmpty ? pod : pod.setting("metadata", metadata.setting("namespace", .string(review.namespace)))
        let name = metadata["name"]?.text ?? ""
        let mutated = try PodInjection(settings).mutated(
            placed, name: name.isEmpty ? "\(metadata["generateName"]?.text ?? "") (prefix)" : name, namespace: review.namespace,
            serviceAccounts: serviceAccounts)
        return JSONPatch.difference(from: sent, to: try typed(mutated))
    }

    private func typed(_ pod: JSONValue) throws(AdmissionDenial) -> JSONValue {
        do throws(DecodeFailure) {
            return try TypeTable.pod.roundTrip(pod, as: "Pod")
        } catch {
            throw AdmissionDenial(error.text)
        }
    }

    /// An object without `apiVersion` and `kind` is taken for a pod; one of another kind is refused.
    private func checkKind(_ object: JSONValue) throws(AdmissionDenial) {
        try KubernetesMeta.checkObject(object)
        let apiVersion = try KubernetesMeta.text(object, "apiVersion")
        let kind = try KubernetesMeta.text(object, "kind")
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count < 3 else { throw AdmissionDenial("unexpected GroupVersion string: \(apiVersion)") }
        let group = parts.count == 2 ? parts[0] : ""
        let version = parts.last.map { $0.isEmpty ? "v1" : $0 } ?? "v1"
        let named = kind.isEmpty ? "Pod" : kind
        guard group.isEmpty, version == "v1", named == "Pod" else {
            let shownVersion = group.isEmpty ? String(version) : "\(group)/\(version)"
            guard Self.isRegistered(named, group: group, version: version) else {
                throw AdmissionDenial(
                    "no kind \(GoText.quoted(named)) is registered for version \(GoText.quoted(shownVersion)) in scheme "
                        + "\"github.com/Azure/azure-workload-identity/cmd/webhook/main.go:48\"")
            }
            throw AdmissionDenial("unable to decode \(group)/\(version), Kind=\(named) into *v1.Pod")
        }
    }

    private static let coreKinds: Set<String> = [
        "Binding", "ComponentStatus", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node", "PersistentVolume",
        "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount",
    ]

    /// The original knows the kinds of Kubernetes itself, whose groups are one word or end in k8s.io.
    private static func isRegistered(_ kind: String, group: Substring, version: Substring) -> Bool {
        guard group.isEmpty else { return !group.contains(".") || group.hasSuffix(".k8s.io") }
        return version == "v1" && coreKinds.contains(kind.hasSuffix("List") ? String(kind.dropLast(4)) : kind)
    }
}

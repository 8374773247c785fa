import Control
import FoundationEssentials
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats
import WorkloadIdentity

/// What workloads are given, as an operation of the control listener.
enum WorkloadOperations {
    static func all(_ store: IdentityStore) -> [ControlOperation] {
        [
            ControlOperation(
                "GET", "/workloads",
                "Tells what the webhook gives pods: one, those of a service account, else all whose token is projected.",
                changes: false,
                parameters: [
                    .query("pod", .reference, "This pod."), .query("service-account", .reference, "A pod of this service account."),
                ],
                answers: [.document(.object([.required("workloads", .array(of: .object([], isOpen: true)))]), "The workloads.")]
            ) { request, _ in
                do {
                    let directory = FileManager.default.currentDirectoryPath
                    let workloads = try found(request, in: store.current).map { $0.document(workingDirectory: directory) }
                    return ControlWire.document(["workloads": .array(workloads)])
                } catch {
                    return ControlWire.problem(.badRequest, "\(error)")
                }
            }
        ]
    }

    private static func found(_ request: HTTPRequest, in snapshot: IdentitySnapshot) throws -> [WorkloadEnvironment] {
        let parameters = Percent.query(request.rawQuery ?? "", .lenient)
        func name(_ parameter: String) throws -> NamespacedName? {
            guard let text = parameters.first(where: { $0.name == parameter })?.value else { return nil }
            guard let name = NamespacedName(reference: text) else {
                throw OperationRefusal("\(parameter): found \"\(text)\"; allowed: NAMESPACE/NAME")
            }
            return name
        }
        if let id = try name("pod") {
            guard let pod = snapshot.pod(id) else { throw OperationRefusal("pod: found \"\(id)\"; allowed: a Pod of the manifests") }
            return [try WorkloadEnvironment(pod: pod, in: snapshot)]
        }
        if let id = try name("service-account") {
            return [
                try snapshot.firstPod(of: id).map { try WorkloadEnvironment(pod: $0, in: snapshot) }
                    ?? WorkloadEnvironment(account: id, in: snapshot)
            ]
        }
        return try snapshot.projectedPods.map { try WorkloadEnvironment(pod: $0, in: snapshot) }
    }
}

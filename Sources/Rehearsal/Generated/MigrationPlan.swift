import IdentityModel
import WireFormats

/// What the target adds to the cluster, as documents.
struct MigrationPlan {
    /// A credential to make, and the ARM id of the identity it is made on; nil for an application's.
    struct Credential {
        let credential: FederatedCredential
        let resourceID: String?
    }

    let rehearsed: RehearsedCluster
    /// Workloads that the target moves, ordered by name.
    private let moving: [RehearsedWorkload]
    /// Those of them that can be moved now: their credentials have room.
    let ready: [RehearsedWorkload]
    /// Credentials to be made, without those that Azure has no room for.
    let credentials: [Credential]

    init(_ rehearsed: RehearsedCluster) {
        self.rehearsed = rehearsed
        moving = rehearsed.workloads.filter { $0.planned.course == .migrates }
        ready = moving.filter { !$0.isBeyondLimit(rehearsed) }
        credentials = rehearsed.target.credentials.accepted.filter { $0.reference == nil }.map { credential in
            let identity = rehearsed.catalogue.identity(named: credential.identity.name)
            return Credential(credential: credential, resourceID: identity.flatMap { $0.resourceID.isEmpty ? nil : $0.resourceID })
        }
    }

    /// The service accounts to apply.
    var serviceAccounts: String { Self.documents(accountDocuments) }

    /// What the same rehearsal takes for its target; credentials beyond Azure's limit are in it, so that they are found again.
    var target: String {
        let identities = rehearsed.catalogue.documents.filter { $0["kind"] == "ManagedIdentity" }
        return Self.documents(
            identities + accountDocuments + rehearsed.target.credentials.map(\.document) + moving.compactMap(\.movedDocument))
    }

    /// One patch for each workload that can be moved.
    var patches: [GeneratedFile] {
        ready.map { workload in
            GeneratedFile(path: Self.patchPath(of: workload.workload.id), text: workload.patch.yaml)
        }
    }

    /// The pods that the webhook would admit, to be looked at.
    var injected: [GeneratedFile] {
        ready.compactMap { workload in
            workload.target.injection.pod.map { pod in
                GeneratedFile(path: "injected/\(Self.fileName(of: workload.workload.id))", text: pod.yaml)
            }
        }
    }

    /// Where the patch of a workload stands.
    static func patchPath(of id: WorkloadID) -> String { "patches/\(fileName(of: id))" }

    private static func fileName(of id: WorkloadID) -> String {
        "\(id.name.namespace).\(id.kind.lowercased()).\(id.name.name).yaml"
    }

    private var accountDocuments: [JSONValue] {
        rehearsed.target.changedAccounts.sorted().map {
            Manifest.serviceAccount($0, annotations: rehearsed.target.accounts[$0] ?? [:])
        }
    }

    private static func documents(_ documents: [JSONValue]) -> String { documents.map(\.yaml).joined(separator: "---\n") }
}

extension RehearsedWorkload {
    /// What of the pod template changes, as a strategic merge patch.
    var patch: JSONValue {
        let change: JSONValue = [
            "metadata": ["labels": Manifest.strings([TargetDerivation.useLabel: "true"])],
            "spec": ["serviceAccountName": .string(planned.serviceAccount.name)],
        ]
        return JSONValue.object([]).setting(path: WorkloadKind.named(workload.id.kind)?.path ?? [], change)
    }

    /// The controller with its template as it is to be; nil for a kind whose template nobody knows the place of.
    var movedDocument: JSONValue? {
        guard let kind = WorkloadKind.named(workload.id.kind) else { return nil }
        let id = workload.id
        let names: JSONValue = ["name": .string(id.name.name), "namespace": .string(id.name.namespace)]
        let head: JSONValue = [
            "apiVersion": .string(kind.group.isEmpty ? "v1" : "\(kind.group)/v1"), "kind": .string(id.kind), "metadata": names,
        ]
        guard !kind.path.isEmpty else {
            let metadata = planned.template["metadata"] ?? [:]
            return head.setting(
                "metadata", metadata.setting("name", .string(id.name.name)).setting("namespace", .string(id.name.namespace))
            )
            .setting("spec", planned.template["spec"] ?? [:])
        }
        return head.setting(path: kind.path, planned.template)
    }
}

import IdentityModel
import WireFormats

/// The order of the migration, with the way back from each step.
struct CutOver {
    /// One step: what happens, how, and how it is undone.
    private struct Step {
        let title: String
        let command: String
        let back: String
    }

    private let plan: MigrationPlan
    private let blockers: Int

    init(_ plan: MigrationPlan, blockers: Int) {
        self.plan = plan
        self.blockers = blockers
    }

    /// The steps, as Markdown.
    var text: String {
        "# Cut-over\n\nEach step leaves a cluster that works: pods that have not moved go on being answered by NMI.\n\n"
            + (beforehand + plan.ready.map(move) + afterwards).enumerated().map { number, step in
                "\(number + 1). **\(step.title)**\n   Do: \(step.command)\n   Back: \(step.back)\n"
            }.joined(separator: "\n")
    }

    private var beforehand: [Step] {
        let decisions = Step(
            title: "Decide what manual.md lists (\(blockers)), and rehearse again.",
            command: "`understudy rehearse CLUSTER --target target.yaml --target DECISIONS`; it ends with 0 when nothing blocks.",
            back: "Nothing has happened yet.")
        return (blockers > 0 ? [decisions] : []) + [
            Step(
                title: "Have the OIDC issuer and workload identity on the cluster.",
                command:
                    "`az aks update --enable-oidc-issuer --enable-workload-identity`; the issuer is to be `\(plan.rehearsed.target.issuer)`.",
                back: "Nothing uses it yet; the issuer cannot be switched off again, and need not be."),
            Step(
                title: "Make \(plan.credentials.count) federated credentials, some minutes before the first pod needs one.",
                command:
                    "`sh federated-credentials.sh`, or `az deployment sub create --location LOCATION --template-file federated-credentials.bicep`, or the Terraform file.",
                back: "Delete them; nothing uses them yet."),
            Step(
                title: "Apply the service accounts.", command: "`kubectl apply -f service-accounts.yaml`",
                back: "Take the annotation \(TargetDerivation.clientIDAnnotation) off again; pods that run do not notice."),
        ]
    }

    private func move(_ rehearsed: RehearsedWorkload) -> Step {
        let id = rehearsed.workload.id
        let file = MigrationPlan.patchPath(of: id)
        let object = "-n \(id.name.namespace) \(id.kind.lowercased()) \(id.name.name)"
        let patch = "`kubectl patch \(object) --patch-file \(file)`"
        let command =
            switch id.kind {
            case "Deployment", "StatefulSet", "DaemonSet":
                "\(patch), then `kubectl rollout status -n \(id.name.namespace) \(id.kind.lowercased())/\(id.name.name)`."
            case "CronJob": "\(patch); it counts from the next run on."
            case "ReplicaSet", "ReplicationController": "\(patch), then delete its pods: they are not made anew by themselves."
            // What makes pods once cannot be changed afterwards.
            case "Job", "Pod": "make the \(id.kind) anew with what `\(file)` says; it cannot be changed."
            default: "change its pod template as `\(file)` says, in the way of whatever makes a \(id.kind)."
            }
        let account = rehearsed.workload.serviceAccount.name
        return Step(
            title: "Move \(id).", command: "\(command) Keep its label \(Pod.bindingLabel) until it is seen to work.",
            back:
                "Take the label \(TargetDerivation.useLabel) off the template and set serviceAccountName back to `\(account)`: NMI still answers."
        )
    }

    private var afterwards: [Step] {
        [
            Step(
                title: "Take the label \(Pod.bindingLabel) off what has moved, and delete its bindings.",
                command: "`kubectl delete azureidentitybinding …`, then the identities nobody binds.",
                back: "Apply them again from the export."),
            Step(
                title: "Remove NMI, and MIC last.",
                command:
                    "MIC clears the finalizers of AzureAssignedIdentity objects: delete bindings first, wait until those objects are gone, then remove it and the CRDs.",
                back: "Install it again and apply the export."),
        ]
    }
}

import IdentityModel
import WireFormats

/// The order of the migration, with the way back from each step.
struct CutOver {
    private let plan: MigrationPlan

    init(_ plan: MigrationPlan) { self.plan = plan }

    /// The steps, as Markdown.
    var text: String {
        var steps = [
            (
                "Have the OIDC issuer and workload identity on the cluster.",
                "`az aks update --enable-oidc-issuer --enable-workload-identity`; the issuer is to be `\(plan.rehearsed.target.issuer)`.",
                "Nothing uses it yet; it cannot be switched off again, and need not be."
            ),
            (
                "Make \(plan.credentials.count) federated credentials, some minutes before the first pod needs one.",
                "`sh federated-credentials.sh`, or the Bicep or Terraform file beside it.",
                "Delete them; nothing uses them yet."
            ),
            (
                "Apply the service accounts.", "`kubectl apply -f service-accounts.yaml`",
                "Take the annotation off again; pods that run do not notice."
            ),
        ]
        for workload in plan.ready {
            let id = workload.workload.id
            let file = "patches/\(id.name.namespace).\(id.kind.lowercased()).\(id.name.name).yaml"
            let account = workload.workload.spec["serviceAccountName"]?.text ?? "default"
            let patch =
                id.kind == "Pod"
                ? "make the pod anew with what `\(file)` says"
                : "`kubectl -n \(id.name.namespace) patch \(id.kind.lowercased()) \(id.name.name) --patch-file \(file)`"
            steps.append(
                (
                    "Move \(id).",
                    "\(patch) Keep its label aadpodidbinding until it is seen to work.",
                    "Take the label azure.workload.identity/use off the template and set serviceAccountName back to `\(account)`: NMI still answers."
                ))
        }
        steps += [
            (
                "Take the label aadpodidbinding off what has moved, and delete its bindings.",
                "`kubectl delete azureidentitybinding …`, then the identities nobody binds.",
                "Apply them again from the export."
            ),
            (
                "Remove NMI, and MIC last.",
                "MIC clears the finalizers of AzureAssignedIdentity objects: delete bindings first, wait until those objects are gone, then remove it and the CRDs.",
                "Install it again and apply the export."
            ),
        ]
        return "# Cut-over\n\n"
            + steps.enumerated().map { number, step in
                "\(number + 1). **\(step.0)**\n   Do: \(step.1)\n   Back: \(step.2)\n"
            }.joined(separator: "\n")
    }
}

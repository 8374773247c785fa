import IdentityModel
import WireFormats

/// The target that manifests give: the cluster with their objects over its own.
struct GivenTarget {
    let cluster: ExportedCluster
    let given: ExportedCluster
    let catalogue: IdentityCatalogue
    let today: [WorkloadID: TodayAnswers]
    let issuer: String?

    /// The target cluster.
    var target: TargetCluster {
        var target = TargetCluster(issuer: issuer, isGiven: true)
        target.accounts = cluster.accountAnnotations.merging(given.accountAnnotations) { $1 }
        target.secretProviders = cluster.secretProviders.merging(given.secretProviders) { $1 }
        target.changedAccounts = Set(given.accountAnnotations.keys)
        target.standing = CredentialSet(cluster.federatedCredentials)
        let theirs = given.federatedCredentials
        let names = Set(theirs.map(\.name))
        target.credentials = CredentialSet(target.standing.filter { !names.contains($0.name) } + theirs)
        let templates = Dictionary(given.workloads.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for workload in cluster.workloads {
            let becomes = templates[workload.id] ?? workload
            let reached = today[workload.id]?.reached(in: catalogue) ?? []
            let managed = reached.filter { $0.category == .managed }
            let isLabelled = becomes.labels[TargetDerivation.useLabel] == "true"
            target.workloads[workload.id] = TargetWorkload(
                course: isLabelled
                    ? .migrates : TargetDerivation.special(workload, today[workload.id], reached: reached, managed: managed) ?? .stays,
                template: becomes.template, serviceAccount: becomes.serviceAccount, identities: managed)
        }
        return target
    }
}

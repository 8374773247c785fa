/// A file of the migration, made for people to review and apply.
public struct GeneratedFile: Hashable, Sendable {
    /// Its path within the directory that was asked for.
    public let path: String
    /// Its content.
    public let text: String

    /// Every file for what was rehearsed.
    static func all(of rehearsed: RehearsedCluster, report: RehearsalReport) -> [GeneratedFile] {
        let plan = MigrationPlan(rehearsed)
        let credentials = CredentialFiles(plan)
        return [
            GeneratedFile(path: "target.yaml", text: plan.target),
            GeneratedFile(path: "service-accounts.yaml", text: plan.serviceAccounts),
            GeneratedFile(path: "federated-credentials.sh", text: credentials.commands),
            GeneratedFile(path: "federated-credentials.bicep", text: credentials.bicep),
            GeneratedFile(path: CredentialFiles.bicepModule, text: CredentialFiles.bicepModuleText),
            GeneratedFile(path: "federated-credentials.tf", text: credentials.terraform),
            GeneratedFile(path: "cut-over.md", text: CutOver(plan, blockers: report.count(.blocker)).text),
            GeneratedFile(path: "manual.md", text: ManualWork(report).text),
        ] + plan.patches + plan.injected
    }
}

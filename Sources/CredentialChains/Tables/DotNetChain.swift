extension ChainTable {
    /// Azure.Identity for .NET.
    static let net = ChainTable(
        client: "Azure.Identity for .NET", version: "1.20.0", section: "§6",
        trust: ChainTrust(variables: ["SSL_CERT_FILE"], readsSystemStore: true),
        remarks: ["Read in its source, not run."], selection: SelectionRule(),
        rules: [
            // Discovery that fails is fatal only when it answers invalid_instance: it is not waited for here (§5.2).
            Rule(name: "EnvironmentCredential", group: .prod, kind: .variables(AuthorityRules()), section: "§5.2, §6"),
            Rule(name: "WorkloadIdentityCredential", group: .prod, kind: .federation(AuthorityRules()), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(AuthorityRules.federationVariables, .federation),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], .serviceFabric),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["MSI_ENDPOINT", "MSI_SECRET"], .azureML),
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init([], .metadataService),
                        ],
                        findsArcByFile: true, override: .replacesPath,
                        look: .withQuery(skippedByOverride: false, wantsRealAddress: true), serviceFabricVersion: "2020-05-01",
                        // MSAL's refusals are wrapped as unavailable in a chain; Service Fabric's is not MSAL's.
                        unnamed2017: .defaultOnly, refusals: [.cloudShell: .skips, .arc: .skips, .serviceFabric: .breaks],
                        endings: .passing)), section: "§2.3"),
            Rule(name: "VisualStudioCredential", group: .dev, kind: .elsewhere("on Windows only"), section: "§6"),
            Rule(name: "VisualStudioCodeCredential", group: .dev, kind: .elsewhere("nobody is signed in to an editor here"), section: "§6"),
            Rule(name: "AzureCliCredential", group: .dev, kind: .tool(["az"]), section: "§6"),
            Rule(name: "AzurePowerShellCredential", group: .dev, kind: .tool(["pwsh", "powershell"]), section: "§6"),
            Rule(name: "AzureDeveloperCliCredential", group: .dev, kind: .tool(["azd"]), section: "§6"),
            Rule(name: "BrokerCredential", group: .dev, kind: .elsewhere("there is no broker here"), section: "§6"),
        ])
}

extension ChainTable {
    /// azidentity for Go.
    static let go = ChainTable(
        client: "azidentity for Go", version: "1.14.0", section: "§6",
        trust: ChainTrust(variables: ["SSL_CERT_FILE"], readsSystemStore: true),
        remarks: ["AZURE_POD_IDENTITY_AUTHORITY_HOST is never read: 169.254.169.254 itself must lead here."],
        selection: SelectionRule(groupsAreExact: true, refusesEmpty: true),
        rules: [
            Rule(name: "EnvironmentCredential", group: .prod, kind: .variables(goAuthority), section: "§5.2, §6"),
            Rule(name: "WorkloadIdentityCredential", group: .prod, kind: .federation(goAuthority), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], .serviceFabric),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["MSI_ENDPOINT", "MSI_SECRET"], .azureML),
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init([], .metadataService),
                        ],
                        findsArcByFile: true, override: .ignored, look: .bare(skippedByOverride: false), refusesEmptyClientID: true,
                        // What cannot be constructed is put in the chain as unavailable. Service Fabric: as its MSAL has it.
                        unnamed2017: .defaultOrEmpty, refusals: [.cloudShell: .skips, .serviceFabric: .skips],
                        endings: ChainEndings(named400: .stop, forbidden: .stop, exhausted: .stop))), section: "§2.2"),
            Rule(name: "AzureCLICredential", group: .dev, kind: .tool(["az"]), section: "§6"),
            Rule(name: "AzureDeveloperCLICredential", group: .dev, kind: .tool(["azd"]), section: "§6"),
            Rule(name: "AzurePowerShellCredential", group: .dev, kind: .tool(["pwsh"]), section: "§6"),
        ])

    private static let goAuthority = AuthorityRules(
        beforeKnown: [.instanceDiscovery, .openID], beforeOther: [.instanceDiscovery, .openID])
}

extension ChainTable {
    /// @azure/identity for JavaScript.
    static let js = ChainTable(
        client: "@azure/identity for JavaScript", version: "4.x", section: "§6", trust: ChainTrust(variables: ["NODE_EXTRA_CA_CERTS"]),
        remarks: ["Its managed identities were run with msal-node 2.15, the rest is read in its source."], selection: SelectionRule(),
        rules: [
            Rule(name: "EnvironmentCredential", group: .prod, kind: .variables(javaScriptAuthority), section: "§5.2, §6"),
            Rule(name: "WorkloadIdentityCredential", group: .prod, kind: .federation(javaScriptAuthority), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(AuthorityRules.federationVariables, .federation),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], .serviceFabric),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            // Newer releases take these two for Azure ML; where in the order is not known.
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init([], .metadataService),
                        ],
                        override: .lowerCased, look: .bare(skippedByOverride: true), arcVersion: "2019-11-01",
                        refusals: [.cloudShell: .skips, .arc: .skips, .serviceFabric: .skips], federation: javaScriptAuthority,
                        endings: .passing)), section: "§2.4"),
            Rule(name: "VisualStudioCodeCredential", group: .dev, kind: .elsewhere("nobody is signed in to an editor here"), section: "§6"),
            Rule(name: "AzureCliCredential", group: .dev, kind: .tool(["az"]), section: "§6"),
            Rule(name: "AzurePowerShellCredential", group: .dev, kind: .tool(["pwsh", "powershell"]), section: "§6"),
            Rule(name: "AzureDeveloperCliCredential", group: .dev, kind: .tool(["azd"]), section: "§6"),
            Rule(name: "BrokerCredential", group: .dev, kind: .elsewhere("there is no broker here"), section: "§6"),
        ])

    private static let javaScriptAuthority = AuthorityRules(beforeOther: [.instanceDiscovery, .openID])
}

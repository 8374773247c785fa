extension ChainTable {
    /// azure-identity for Java.
    static let java = ChainTable(
        client: "azure-identity for Java", version: "main", section: "§6",
        trust: ChainTrust(option: ("JAVA_TOOL_OPTIONS", "javax.net.ssl.trustStore")),
        remarks: [
            "Read in its source, not run.", "It trusts the JVM's own store: -Djavax.net.ssl.trustStore in JAVA_TOOL_OPTIONS.",
        ],
        selection: SelectionRule(),
        rules: [
            Rule(
                name: "EnvironmentCredential", group: .prod, kind: .variables(AuthorityRules(beforeOther: [.instanceDiscovery])),
                section: "§5.2, §6"),
            // A refusal of 400 counts as unavailable (§5.4).
            Rule(
                name: "WorkloadIdentityCredential", group: .prod,
                kind: .federation(
                    AuthorityRules(endings: ChainEndings(forbidden: .stop, exhausted: .stop, broken: .stop, silent: .stop))), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], .serviceFabric),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init([], .metadataService),
                        ],
                        override: .doubleSlash, look: .connection, refusals: [.cloudShell: .breaks],
                        endings: ChainEndings(unnamed400: .stop, named400: .stop, forbidden: .stop, exhausted: .stop))), section: "§2.5"),
            Rule(name: "IntelliJCredential", group: .dev, kind: .elsewhere("nobody is signed in to an editor here"), section: "§6"),
            Rule(name: "VisualStudioCodeCredential", group: .dev, kind: .elsewhere("nobody is signed in to an editor here"), section: "§6"),
            Rule(name: "AzureCliCredential", group: .dev, kind: .tool(["az"]), section: "§6"),
            Rule(name: "AzurePowerShellCredential", group: .dev, kind: .tool(["pwsh", "powershell"]), section: "§6"),
            Rule(name: "AzureDeveloperCliCredential", group: .dev, kind: .tool(["azd"]), section: "§6"),
            Rule(name: "BrokerCredential", group: .dev, kind: .elsewhere("there is no broker here"), section: "§6"),
        ])
}

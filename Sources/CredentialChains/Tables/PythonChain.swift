extension ChainTable {
    /// azure-identity for Python, the synchronous classes.
    static let python = ChainTable(
        client: "azure-identity for Python", version: "1.27.0", section: "§6",
        trust: ChainTrust(variables: ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]),
        remarks: ["The asynchronous classes take SSL_CERT_FILE, and stop the chain at 401, 403 and 5xx of IMDS."],
        selection: SelectionRule(),
        rules: [
            Rule(
                name: "EnvironmentCredential", group: .prod,
                kind: .variables(
                    AuthorityRules(beforeKnown: [.openID], beforeOther: [.instanceDiscovery, .openID], takesEmpty: true)),
                section: "§5.2, §6"),
            Rule(name: "WorkloadIdentityCredential", group: .prod, kind: .federation(AuthorityRules()), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], .serviceFabric),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init(["IDENTITY_ENDPOINT"], .none("no endpoint is found, and IMDS is not tried")),
                            .init(["MSI_ENDPOINT", "MSI_SECRET"], .azureML),
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"], .federation),
                            .init([], .metadataService),
                        ],
                        findsArcByFile: true, override: .origin, look: .withQuery(skippedByOverride: true, wantsRealAddress: false),
                        // Cloud Shell's refusal is for those who ask without a chain: Tests/Conformance/chains.py.
                        refusals: [.serviceFabric: .breaks],
                        endings: ChainEndings(broken: .stop),
                        // Nobody at an endpoint that variables name, and plain text from there, are errors and no absence: the same.
                        otherEndings: ChainEndings(broken: .stop, unreadable: .stop, silent: .stop))), section: "§2.1"),
            Rule(name: "SharedTokenCacheCredential", group: .dev, kind: .elsewhere("on Windows only"), section: "§6"),
            Rule(name: "VisualStudioCodeCredential", group: .dev, kind: .elsewhere("nobody is signed in to an editor here"), section: "§6"),
            Rule(name: "AzureCliCredential", group: .dev, kind: .tool(["az"]), section: "§6"),
            Rule(name: "AzurePowerShellCredential", group: .dev, kind: .tool(["pwsh"]), section: "§6"),
            Rule(name: "AzureDeveloperCliCredential", group: .dev, kind: .tool(["azd"]), section: "§6"),
            Rule(name: "BrokerCredential", group: .dev, kind: .elsewhere("there is no broker here"), section: "§6"),
        ])
}

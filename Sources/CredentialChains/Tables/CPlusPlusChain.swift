extension ChainTable {
    /// azure-identity for C++.
    static let cpp = ChainTable(
        client: "azure-identity for C++", version: "1.13.3", section: "§6", trust: ChainTrust(readsSystemStore: true),
        remarks: ["It trusts the system's store only: SSL_CERT_FILE and CURL_CA_BUNDLE are not read."], selection: SelectionRule(),
        rules: [
            Rule(
                name: "EnvironmentCredential", group: .prod, kind: .variables(AuthorityRules(endings: .passing)), section: "§5.2, §6"),
            Rule(name: "WorkloadIdentityCredential", group: .prod, kind: .federation(AuthorityRules(endings: .passing)), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["MSI_ENDPOINT", "MSI_SECRET"], .appService2017),
                            .init(["MSI_ENDPOINT"], .cloudShell),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init([], .metadataService),
                        ],
                        // What it calls a probe is the request itself, once (§2.7).
                        override: .replacesPath, look: .none, arcVersion: "2019-11-01", readsClientID: false, endings: .passing)),
                section: "§2.7"),
            Rule(name: "AzureCliCredential", group: .dev, kind: .tool(["az"]), section: "§6"),
        ])
}

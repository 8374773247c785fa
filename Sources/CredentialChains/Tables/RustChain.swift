extension ChainTable {
    /// azure_identity for Rust, which has no chain: what an application may ask for by name.
    static let rust = ChainTable(
        client: "azure_identity for Rust", version: "1.0.0", section: "§6",
        trust: ChainTrust(variables: ["SSL_CERT_FILE"], readsSystemStore: true),
        remarks: [
            "It has no DefaultAzureCredential: an application picks one of these, and nothing follows it.",
            "object_store and reqsign have orders of their own.", "Read in its source, not run.",
            "Nobody has tried what it trusts: SSL_CERT_FILE and the system's store are what object_store reads.",
        ],
        selection: nil,
        rules: [
            Rule(
                name: "WorkloadIdentityCredential", group: .prod, kind: .federation(AuthorityRules(endings: .passing)), section: "§5"),
            Rule(
                name: "ManagedIdentityCredential", group: .prod,
                kind: .managedIdentity(
                    ManagedIdentityRules(
                        detections: [
                            .init(
                                ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"],
                                .none("Service Fabric is an error to this client")),
                            .init(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], .appService),
                            .init(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], .arc),
                            .init(["MSI_ENDPOINT"], .none("Cloud Shell and Azure ML are an error to this client")),
                            .init([], .metadataService),
                        ],
                        findsArcByFile: true, override: .ignored, look: .none, metadataVersion: "2019-08-01", arcVersion: "2021-02-01",
                        readsClientID: false, endings: .passing)), section: "§2.6"),
        ])
}

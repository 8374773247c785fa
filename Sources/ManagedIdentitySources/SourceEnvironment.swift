/// What a workload's environment holds where it runs at a source: what its SDK tells the source by, and finds it with.
public struct SourceEnvironment: Sendable {
    /// One variable.
    public struct Variable: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The variables, in the order of the documentation.
    public let variables: [Variable]

    /// Variables that must not be set beside them, for then an SDK takes the place for another (source: sdk-clients.md §2).
    public var absent: [String] {
        let present = Set(variables.map(\.name))
        return Self.deciding.filter { !present.contains($0) }
    }

    /// What SDKs tell sources by.
    private static let deciding = [
        "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET",
    ]

    /// The environment at a source.
    ///
    /// - Parameters:
    ///   - base: the source's URL without a path.
    ///   - secret: what callers have to send; empty where the source has no secret.
    ///   - thumbprint: SHA-1 of the certificate in hexadecimal, where the source has one.
    ///   - onlyIdentity: the client id of the only identity, where that is no system-assigned one.
    public init(_ source: ManagedIdentitySource, base: String, secret: String, thumbprint: String = "", onlyIdentity: String? = nil) {
        let endpoint = base + source.path
        let pairs: [(String, String?)] =
            switch source {
            // The second two are aliases of the first (source: "How to use managed identities for App Service").
            case .appService:
                [("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", secret), ("MSI_ENDPOINT", endpoint), ("MSI_SECRET", secret)]
            case .arc: [("IDENTITY_ENDPOINT", endpoint), ("IMDS_ENDPOINT", base)]
            case .serviceFabric:
                [
                    ("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", secret), ("IDENTITY_SERVER_THUMBPRINT", thumbprint),
                    ("IDENTITY_API_VERSION", "2020-05-01"),
                ]
            case .cloudShell: [("MSI_ENDPOINT", endpoint)]
            // Go and .NET take the client id from there (source: sdk-clients.md §2.2, §2.3).
            case .azureML: [("MSI_ENDPOINT", endpoint), ("MSI_SECRET", secret), ("DEFAULT_IDENTITY_CLIENT_ID", onlyIdentity)]
            }
        variables = pairs.compactMap { pair in pair.1.map { Variable(name: pair.0, value: $0) } }
    }
}

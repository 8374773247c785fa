/// What the sidecar proxy is told by its environment, which the webhook writes into the pod (source: workload-identity.md §1.4, §2.1).
public struct SidecarSettings: Sendable {
    /// Which release is played.
    public let release: WebhookVersion
    /// The tenant whose authority is asked; never taken from a request, never empty.
    public let tenantID: String
    /// The identity of requests that name none; empty when there is none.
    public let clientID: String
    /// The projected token's file; nil when the variable is not set at all.
    public let tokenFile: String?
    /// `https://host/`; empty stands for the public cloud.
    public let authorityHost: String
    /// A PEM file with the only authorities to trust when asking the authority; nil trusts the system's.
    public var authorityCAFile: String?
    /// Where requests that are not for tokens go: `http://host:port`, without a path.
    public var metadataUpstream = "http://\(Self.metadataAddress)"

    /// How the token's file is read.
    public var tokenSource = ProjectedTokenSource.file

    /// The metadata service as the original knows it; its words for failures name this address wherever ``metadataUpstream`` points.
    static let metadataAddress = "169.254.169.254:80"

    /// Reads the variables of the original.
    public init(environment: [String: String], release: WebhookVersion = .newest) throws(SidecarSetupError) {
        self.release = release
        guard let tenant = environment["AZURE_TENANT_ID"], !tenant.isEmpty else { throw .tenantMissing }
        tenantID = tenant
        clientID = environment["AZURE_CLIENT_ID"] ?? ""
        tokenFile = environment["AZURE_FEDERATED_TOKEN_FILE"]
        authorityHost = environment["AZURE_AUTHORITY_HOST"] ?? ""
        guard !authorityHost.isEmpty || release.sidecar.knowsPublicCloud else { throw .authorityMissing }
    }
}

/// Why the sidecar cannot start.
public enum SidecarSetupError: Error, CustomStringConvertible {
    /// `AZURE_TENANT_ID` is unset or empty.
    case tenantMissing
    /// `AZURE_AUTHORITY_HOST` is unset or empty, and the release is one that needs it.
    case authorityMissing

    /// The original's words.
    public var description: String {
        "setup: failed to create proxy: \(self == .tenantMissing ? "AZURE_TENANT_ID" : "AZURE_AUTHORITY_HOST") not set"
    }
}

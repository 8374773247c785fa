public import WireFormats

/// How a webhook is set up: what its flags and its environment say.
public struct WebhookSettings: Sendable {
    /// The tenant of service accounts that name none.
    public var tenantID: String
    /// Which release is played.
    public var version = WebhookVersion.newest
    /// The authority's URL, with a slash at its end.
    public var authorityHost = "https://login.microsoftonline.com/"
    /// The audience of projected tokens.
    public var audience = Self.defaultAudience
    /// The webhook's log level, which the sidecar gets too.
    public var logLevel = "info"
    /// Whether the API server has native sidecars (1.32 and later).
    public var hasNativeSidecars = false
    /// The sidecar's image; nil is the release's own.
    public var proxyImage: String?
    /// The image of the init container that redirects; nil is the release's own.
    public var proxyInitImage: String?
    /// The custom token endpoint; nil when it is off.
    public var tokenEndpoint: CustomTokenEndpoint?

    /// What Entra wants as the audience of an assertion.
    public static let defaultAudience = "api://AzureADTokenExchange"

    /// Settings for a tenant, everything else as the original has it by default.
    public init(tenantID: String) { self.tenantID = tenantID }
}

/// The custom token endpoint: pods that ask for it exchange their tokens at a proxy in the cluster (AKS identity bindings).
public struct CustomTokenEndpoint: Sendable {
    /// How containers come to trust the endpoint.
    public enum Trust: Sendable {
        /// Nothing is injected.
        case none
        /// The CA, base64, in a variable.
        case data(String)
        /// A ConfigMap of this name, its key `ca.crt`.
        case configMap(String)
        /// A ClusterTrustBundle.
        case bundle(signerName: String, labelSelector: JSONValue?)
    }

    /// The pod's annotation that asks for it, whole.
    public let annotation: String
    /// The audience of its tokens.
    public let audience: String
    /// The endpoint's URL; empty injects none.
    public let proxy: String
    /// The server name to ask for; empty injects none.
    public let serverName: String
    /// How it is trusted.
    public let trust: Trust

    /// An endpoint from its parts.
    public init(annotation: String, audience: String, proxy: String, serverName: String, trust: Trust) {
        self.annotation = annotation
        self.audience = audience
        self.proxy = proxy
        self.serverName = serverName
        self.trust = trust
    }
}

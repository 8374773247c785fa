public import IdentityModel

/// What a `TokenRequest` asks of the API server, checked as the API server checks it (source: entra.md §5.1, workload-identity.md §7.1).
public struct ServiceAccountTokenRequest: Sendable {
    /// The pod a token is bound to, and the node it runs on.
    public struct BoundPod: Sendable {
        /// The pod.
        public let pod: Pod
        /// The node's name; nil while the pod is not scheduled.
        public let node: String?

        /// Binds to a pod.
        public init(_ pod: Pod, node: String?) {
            self.pod = pod
            self.node = node
        }
    }

    /// The account the token is about.
    public let account: ServiceAccount
    /// Whom it is for; empty for the API server itself.
    public let audiences: [String]
    /// The life that was asked for and is granted, in seconds.
    public let expirationSeconds: Int64
    /// The pod it is bound to.
    public let boundPod: BoundPod?
    /// What the API server would tell the client in a `Warning` header.
    public let warning: String?

    /// The life of a token that asks for none, in seconds.
    public static let defaultExpiration: Int64 = 3600
    private static let minimumExpiration: Int64 = 600
    private static let maximumExpiration: Int64 = 1 << 32
    /// AKS's `--service-account-max-token-expiration`: a day (source: workload-identity.md §7.1).
    private static let cap: Int64 = 86_400

    /// A request for a token, or the API server's refusal of it.
    public init(
        account: ServiceAccount, audiences: [String], expirationSeconds: Int64 = Self.defaultExpiration, boundPod: BoundPod? = nil
    ) throws(TokenRequestRefusal) {
        guard expirationSeconds >= Self.minimumExpiration else {
            throw .expiration(expirationSeconds, "may not specify a duration less than 10 minutes")
        }
        guard expirationSeconds <= Self.maximumExpiration else {
            throw .expiration(expirationSeconds, "may not specify a duration larger than 2^32 seconds")
        }
        if let pod = boundPod?.pod, pod.id.namespace != account.id.namespace || pod.serviceAccountName != account.id.name {
            throw .otherAccount(account.id.name)
        }
        self.account = account
        self.audiences = audiences
        self.boundPod = boundPod
        self.expirationSeconds = min(expirationSeconds, Self.cap)
        warning =
            expirationSeconds > Self.cap ? "requested expiration of \(expirationSeconds) seconds shortened to \(Self.cap) seconds" : nil
    }
}

/// A `TokenRequest` the API server does not grant, in its words.
public enum TokenRequestRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// 422: a life that is too short or too long, in seconds.
    case expiration(Int64, String)
    /// 400: the pod runs as somebody else than this service account.
    case otherAccount(String)

    /// The API server's message.
    public var description: String {
        switch self {
        case .expiration(let seconds, let reason): "spec.expirationSeconds: Invalid value: \(seconds): \(reason)"
        case .otherAccount(let name):
            "cannot bind token for serviceaccount \"\(name)\" to pod running with different serviceaccount name."
        }
    }
}

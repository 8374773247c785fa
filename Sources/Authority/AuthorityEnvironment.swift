public import Surroundings

/// What the authority knows of the world outside its room.
public struct AuthorityEnvironment: Sendable {
    /// `host:port` for URLs in documents when a request's `Host` cannot be used.
    public let ownHost: @Sendable () -> String
    /// Names and addresses of the listeners, and each further name of their certificate: what instance discovery knows.
    public let names: [String]
    /// Where applications' credentials are found.
    public let sources: CredentialSources
    /// How documents of other issuers are fetched.
    public let fetch: IssuerFetch
    /// Issuers of this process; nil when there is none.
    public let localIssuers: (any LocalIssuers)?
    /// Whether a new federated identity credential is refused until it would have reached every front end (`--timing real`).
    public let delaysPropagation: Bool
    /// What counts how often another issuer may be asked; nil for the service's own clock.
    public let systemClock: WallClock?

    /// Gathers what a server wires.
    public init(
        ownHost: @escaping @Sendable () -> String, names: [String], sources: CredentialSources, fetch: @escaping IssuerFetch,
        localIssuers: (any LocalIssuers)? = nil, delaysPropagation: Bool = false, systemClock: WallClock? = nil
    ) {
        self.ownHost = ownHost
        self.names = names
        self.sources = sources
        self.fetch = fetch
        self.localIssuers = localIssuers
        self.delaysPropagation = delaysPropagation
        self.systemClock = systemClock
    }
}

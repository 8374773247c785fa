/// Where the releases of the proxy differ (source: workload-identity.md, "Version forks that a client can see", §2.1, §2.5).
struct SidecarBehaviour: Hashable, Sendable {
    /// Whose words tell why there is no token.
    enum Words: Hashable, Sendable {
        /// MSAL, used bare, and pkg/errors around it.
        case msal
        /// azidentity, which has MSAL inside.
        case azidentity
    }

    /// Whether credentials, and with them tokens, endpoints and the assertion's file, are kept from one request to the next.
    let remembers: Bool
    /// How often the authority is asked before its answer, or its silence, counts.
    let attempts: Int
    /// Whether it starts without `AZURE_AUTHORITY_HOST`.
    let knowsPublicCloud: Bool
    let words: Words

    /// Up to 1.5: a new MSAL client for every request.
    static let forgetful = Self(remembers: false, attempts: 1, knowsPublicCloud: false, words: .msal)
    /// From 1.6 on: azidentity's credentials in a cache.
    static let caching = Self(remembers: true, attempts: 4, knowsPublicCloud: true, words: .azidentity)
}

extension WebhookVersion {
    /// What the proxy of this release does.
    var sidecar: SidecarBehaviour { self < WebhookVersion(6, 0) ? .forgetful : .caching }
}

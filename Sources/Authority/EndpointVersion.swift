/// Which of a tenant's two token endpoints was asked; the tokens' version is the resource's business (source: entra.md §2.1).
enum EndpointVersion: Sendable {
    /// `/oauth2/token`, which takes `resource` and answers numbers as strings.
    case v1
    /// `/oauth2/v2.0/token`, which takes `scope`.
    case v2
}

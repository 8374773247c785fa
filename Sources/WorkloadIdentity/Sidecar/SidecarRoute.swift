import HTTPServing

/// Where the sidecar's router sends a request: first match wins, every method is taken (source: workload-identity.md §2.2).
enum SidecarRoute: Equatable {
    /// The path is not canonical; 301 to the place given.
    case redirect(location: String)
    /// Prefix `/{metadata, any case}/identity/oauth2/token`.
    case token
    /// Prefix `/readyz`.
    case ready
    /// Everything else goes to the metadata service.
    case passThrough

    /// The route of a request; matching is on the decoded path, by prefix.
    static func route(_ request: HTTPRequest) -> SidecarRoute {
        if let location = GoPath.redirect(for: request) { return .redirect(location: location) }
        let path = GoPath.decoded(request)
        if path.utf8.starts(with: "/readyz".utf8) { return .ready }
        let word = path.utf8.dropFirst().prefix("metadata".utf8.count)
        let rest = path.utf8.dropFirst(1 + word.count)
        let isToken = word.elementsEqual("metadata".utf8) { $0 | 0x20 == $1 } && rest.starts(with: "/identity/oauth2/token".utf8)
        return isToken ? .token : .passThrough
    }
}

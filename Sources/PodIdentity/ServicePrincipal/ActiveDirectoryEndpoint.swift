/// Where adal asks for a tenant's tokens (source: nmi.md §2.3).
struct ActiveDirectoryEndpoint: Hashable {
    /// The whole URL, as error texts show it.
    let url: String
    /// The host, with a port where one is written; nil where the endpoint has no scheme, which Go's client refuses to call.
    let host: String?

    /// The token URL of `tenant`, resolved relative to `endpoint`.
    ///
    /// So a path loses its last segment unless it ends in a slash, and without a tenant it loses all of them.
    init(of tenant: String, relativeTo endpoint: String) {
        let base = endpoint.isEmpty ? "https://login.microsoftonline.com/" : endpoint
        var origin = ""
        var path = base[...]
        var host: String?
        if let scheme = base.firstRange(of: "://"), !base[..<scheme.lowerBound].contains("/") {
            let end = base[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? base.endIndex
            host = String(base[scheme.upperBound..<end])
            origin = String(base[..<end])
            path = base[end...].prefix { $0 != "?" && $0 != "#" }
        }
        var folder = tenant.isEmpty ? "/" : path[..<(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)]
        if !folder.hasPrefix("/") { folder = "/" + folder }
        self.host = host
        url = "\(origin)\(folder)\(tenant.isEmpty ? "" : "\(tenant)/")oauth2/token?api-version=1.0"
    }
}

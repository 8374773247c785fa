/// How somebody who is not on this host reaches one of its listeners.
enum OutsideURL {
    private static let own = ["http", "https"].flatMap { scheme in
        ["127.0.0.1", "localhost", "[::1]"].map { (scheme, "\(scheme)://\($0)") }
    }

    /// The URL with another host in the place of loopback; nil when it names no loopback.
    static func url(_ url: String, host: String) -> String? {
        for (scheme, origin) in own where url.hasPrefix(origin) {
            let rest = url.dropFirst(origin.count)
            if rest.isEmpty || rest.hasPrefix(":") || rest.hasPrefix("/") { return "\(scheme)://\(host)\(rest)" }
        }
        return nil
    }

    /// Whether only processes on this host, or in its network, reach it.
    static func isOwn(_ url: String) -> Bool { self.url(url, host: "") != nil }
}

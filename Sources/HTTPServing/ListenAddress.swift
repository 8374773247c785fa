import WireFormats

/// Where a listener binds: a host and a port.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets, or a name that resolves to one.
    public let host: String
    /// 0…65535; 0 asks the system for a free port.
    public let port: Int

    /// Wraps a host (without brackets) and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:2579`, `[::1]:0`, `localhost:80`; nil without a host, without a port or with a port beyond 65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits), port <= 65535
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") || host.contains("[") || host.contains("]") {
            return nil  // an IPv6 address needs brackets, or its last group would be taken for the port
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether only this host can reach it: `127.0.0.0/8`, `::1`, `localhost`.
    public var isLoopback: Bool {
        if let value = IPv4.parse(host) { return value >> 24 == 127 }
        return host == "::1" || host.lowercased() == "localhost"
    }

    /// `host:port`, an IPv6 host in brackets.
    public var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The same as ``text``.
    public var description: String { text }
}

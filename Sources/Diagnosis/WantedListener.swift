import WireFormats

/// An address on which `serve` is to listen, with the flag that says so.
public struct WantedListener: Hashable, Sendable {
    /// `--metadata` and so on.
    let flag: String
    /// An address or `localhost`.
    let host: String
    let port: Int

    /// Pairs a flag with its value.
    public init(flag: String, host: String, port: Int) {
        self.flag = flag
        self.host = host.lowercased() == "localhost" ? "127.0.0.1" : host
        self.port = port
    }

    /// What `serve --address` adds.
    static let instanceMetadata = Self(flag: "--address", host: "169.254.169.254", port: 80)

    var ipv4: UInt32? { IPv4.parse(host) }
    var isOnEveryAddress: Bool { host == "0.0.0.0" || host == "::" }
    var isLoopback: Bool { ipv4.map { $0 >> 24 == 127 } ?? (host == "::1") }
    /// `127.0.0.1:2579`.
    var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

import NIOCore
import WireFormats

/// Where the bytes of a connection came from: the remote end of the socket, never a header.
public struct PeerAddress: Hashable, Sendable {
    /// The remote address.
    public enum Host: Hashable, Sendable {
        /// An IPv4 address in host order: `10.244.8.11` is `0x0AF4_080B`. IPv4 mapped into IPv6 (`::ffff:a.b.c.d`) is this too.
        case ipv4(UInt32)
        /// An IPv6 address in its canonical text form (RFC 5952).
        case ipv6(text: String)
        /// Not an internet address.
        case unknown
    }

    /// The remote address.
    public let host: Host
    /// The remote port; 0 when there is none.
    public let port: Int

    /// Wraps an address and a port.
    public init(host: Host, port: Int) {
        self.host = host
        self.port = port
    }

    init(_ address: SocketAddress?) {
        port = address?.port ?? 0
        guard let text = address?.ipAddress else {
            host = .unknown
            return
        }
        // A socket bound to `::` sees IPv4 callers as mapped addresses; for us they are the same caller.
        if let value = IPv4.parse(text.hasPrefix("::ffff:") ? text.dropFirst(7) : text[...]) {
            host = .ipv4(value)
        } else {
            host = .ipv6(text: text)
        }
    }

    /// The address as text, without the port: `10.244.8.11`, `fe80::1`; `unknown` when there is none.
    public var text: String {
        switch host {
        case .ipv4(let value): IPv4.text(value)
        case .ipv6(let text): text
        case .unknown: "unknown"
        }
    }

    /// Whether the caller is exactly `127.0.0.1` (not the rest of `127.0.0.0/8`, not `::1`).
    public var isIPv4Loopback127_0_0_1: Bool { host == .ipv4(0x7F00_0001) }
}

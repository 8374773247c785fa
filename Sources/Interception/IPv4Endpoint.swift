import WireFormats

/// An IPv4 address and a port: where a rule sends a call, or what it looks for.
public struct IPv4Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// The address in host byte order: `127.0.0.1` is `0x7F00_0001`.
    public let address: UInt32
    /// 1…65535.
    public let port: UInt16

    /// Pairs an address with a port.
    public init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Where Azure's virtual machines find their metadata service: 169.254.169.254:80 (source: imds.md).
    public static let instanceMetadata = Self(address: 0xA9FE_A9FE, port: 80)

    /// The address in dotted form.
    public var host: String { IPv4.text(address) }

    /// `127.0.0.1:2579`.
    public var description: String { "\(host):\(port)" }

    /// Whether the address is one of `127.0.0.0/8`.
    public var isLoopback: Bool { address >> 24 == 127 }
}

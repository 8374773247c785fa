/// What the process may do, as `/proc` tells it.
public struct Privileges: Hashable, Sendable {
    /// What root is split into; the raw value is the bit (capabilities(7)).
    public enum Capability: Int, Sendable {
        case bindService = 10
        case administerNetwork = 12

        /// As capabilities(7) and container engines write it.
        var name: String {
            switch self {
            case .bindService: "CAP_NET_BIND_SERVICE"
            case .administerNetwork: "CAP_NET_ADMIN"
            }
        }
    }

    /// The mask of effective capabilities.
    let effective: UInt64
    /// The lowest port that needs no capability.
    let unprivilegedPortStart: Int

    /// Reads the texts of `/proc/self/status` and `/proc/sys/net/ipv4/ip_unprivileged_port_start`.
    ///
    /// What cannot be read counts as no capability, and as the kernel's default of 1024.
    public init(status: String?, unprivilegedPortStart text: String?) {
        let line = status?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        effective = line.flatMap { UInt64($0.dropFirst("CapEff:".count).filter { !$0.isWhitespace }, radix: 16) } ?? 0
        unprivilegedPortStart = text.flatMap { Int($0.filter { !$0.isWhitespace }) } ?? 1024
    }

    /// Whether the process has a capability.
    public func has(_ capability: Capability) -> Bool { effective >> UInt64(capability.rawValue) & 1 == 1 }

    /// Whether the process may listen on a port.
    func mayListen(on port: Int) -> Bool { port == 0 || port >= unprivilegedPortStart || has(.bindService) }
}

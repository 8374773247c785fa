/// A kernel setting that interception turns on.
public struct KernelSetting: Hashable, Sendable {
    /// Its path below `/proc/sys/net/ipv4`.
    let path: String
    /// Its value while interception is in place.
    let value: String

    /// Packets from other interfaces may be routed to 127.0.0.0/8.
    public static let routeLocalnet = Self(path: "conf/all/route_localnet", value: "1")
    /// Packets that are not for this namespace are forwarded.
    public static let forwarding = Self(path: "ip_forward", value: "1")

    /// As sysctl(8) writes it: `net.ipv4.ip_forward`.
    public var name: String { Self.name(ofPath: path) }

    /// The name of the setting at a path below `/proc/sys/net/ipv4`.
    static func name(ofPath path: String) -> String {
        // An interface's name may hold a dot, which sysctl(8) writes as a slash.
        "net.ipv4." + path.map { $0 == "/" ? "." : $0 == "." ? "/" : String($0) }.joined()
    }
}

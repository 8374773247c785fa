/// A kernel setting: its value, and whether the process may change it.
public struct ObservedSetting: Hashable, Sendable {
    let isOn: Bool
    let isWritable: Bool

    /// Wraps what was read; `value` is nil where the setting cannot be read.
    public init(value: String?, isWritable: Bool) {
        isOn = value?.filter { !$0.isWhitespace } == "1"
        self.isWritable = isWritable
    }
}

/// Whether the process may do what `serve` is to be asked for.
public enum PrivilegeCheck {
    /// What is asked of `serve`.
    public struct Wishes: Sendable {
        /// Where it is to listen, with what `--address` adds.
        public let listeners: [WantedListener]
        let intercepts: Bool
        let holdsAddress: Bool

        /// The listeners with their flags, and whether `--intercept` and `--address` are among the flags.
        public init(listeners: [WantedListener], intercepts: Bool, holdsAddress: Bool) {
            self.listeners = listeners + (holdsAddress ? [.instanceMetadata] : [])
            self.intercepts = intercepts
            self.holdsAddress = holdsAddress
        }
    }

    /// Judges privileges against wishes.
    ///
    /// - Parameter routeLocalnet: `net.ipv4.conf.all.route_localnet`, without which calls cannot be sent on to loopback.
    public static func findings(_ wishes: Wishes, privileges: Privileges, routeLocalnet: ObservedSetting) -> [Finding] {
        let low = wishes.listeners.filter { !privileges.mayListen(on: $0.port) }.map(lowPort)
        let forwarding = wishes.intercepts ? forwarding(wishes, routeLocalnet) : nil
        return [administering(wishes, privileges)] + low + [forwarding].compactMap(\.self)
    }

    private static func administering(_ wishes: Wishes, _ privileges: Privileges) -> Finding {
        guard !privileges.has(.administerNetwork) else {
            return Finding(
                .privilege, .good, "allowed to change addresses and rules: `serve --intercept` and `serve --address` can work here")
        }
        let flags = (wishes.intercepts ? ["--intercept"] : []) + (wishes.holdsAddress ? ["--address"] : [])
        let name = Privileges.Capability.administerNetwork.name
        return Finding(
            .privilege, flags.isEmpty ? .note : .problem,
            flags.isEmpty
                ? "no \(name), so 169.254.169.254 cannot be taken over from here by `serve --intercept` or `serve --address`"
                : "\(flags.joined(separator: " and ")): \(name) is missing",
            fix: "run as root, in a container with --cap-add NET_ADMIN, or under `unshare -Urn`")
    }

    private static func lowPort(_ listener: WantedListener) -> Finding {
        Finding(
            .privilege, .problem,
            "\(listener.flag) \(listener.place): port \(listener.port) needs \(Privileges.Capability.bindService.name), which is missing",
            fix: "--cap-add NET_BIND_SERVICE, `sysctl net.ipv4.ip_unprivileged_port_start=\(listener.port)`, or another port")
    }

    /// Nil when calls are not to be sent on to loopback.
    private static func forwarding(_ wishes: Wishes, _ routeLocalnet: ObservedSetting) -> Finding? {
        let setting = "net.ipv4.conf.all.route_localnet"
        guard let target = wishes.listeners.first(where: { $0.flag == "--metadata" }), target.isLoopback else { return nil }
        if routeLocalnet.isOn { return Finding(.privilege, .good, "\(setting) is on: calls can be sent on to \(target.place)") }
        if routeLocalnet.isWritable { return Finding(.privilege, .good, "\(setting) is off, and `serve --intercept` can turn it on") }
        return Finding(
            .privilege, .problem,
            "--intercept: calls are to be sent on to \(target.place), but \(setting) is off and cannot be changed from here",
            fix: "`sysctl \(setting)=1` on the host, or --metadata with an address of the network that callers are on")
    }
}

/// Why interception could not be looked at, put in place or taken away; each tells what to do about it.
public enum InterceptionError: Error, Hashable, CustomStringConvertible {
    /// None of the tools is installed.
    case missingTool(names: [String])
    /// A tool refused, in its own words.
    case toolFailed(tool: String, status: Int32, message: String)
    /// A tool did not end in time and was killed.
    case toolTimedOut(tool: String, seconds: Int)
    /// A tool could not be started.
    case toolNotStarted(path: String, reason: String)
    /// There is no such network namespace, or it cannot be entered.
    case namespace(name: String, reason: String, isForbidden: Bool)
    /// A kernel setting cannot be read or written.
    case setting(name: String, reason: String, isForbidden: Bool)
    /// What interception changed cannot be written down or read.
    case record(path: String, reason: String)
    /// Chains of the same name are there, and nothing says that they are ours.
    case foreignChains(names: [String])
    /// The system gave no thread, pipe or socket.
    case resources(call: String, reason: String)

    /// What happened and the next thing to try.
    public var description: String {
        switch self {
        case .missingTool(let names):
            "\(names.joined(separator: " or ")) is needed and not installed here; Debian: apt-get install "
                + (Self.packages[names.first ?? ""] ?? names.joined(separator: " "))
        case .toolFailed(let tool, let status, let message):
            "\(tool) ended with status \(status): \(message.isEmpty ? "no message" : message)"
                + (Self.isForbidden(message) ? "; \(Self.privilege)" : "")
        case .toolTimedOut(let tool, let seconds):
            "\(tool) did not end within \(seconds) s and was killed; is another program holding its lock (/run/xtables.lock)?"
        case .toolNotStarted(let path, let reason): "\(path) cannot be started: \(reason)"
        case .namespace(let name, let reason, let isForbidden):
            "network namespace \(name): \(reason); "
                + (isForbidden ? Self.privilege : "allowed: a name that `ip netns list` shows, or a path such as /proc/PID/ns/net")
        case .setting(let name, let reason, let isForbidden):
            "\(name) cannot be changed: \(reason); "
                + (isForbidden
                    ? "run as root, or set it from outside (docker run --sysctl \(name)=1)"
                    : "does this kernel have it?")
        case .record(let path, let reason):
            "\(path), where interception notes what to undo, \(reason); another place: --run-directory DIR"
        case .foreignChains(let names):
            "iptables has \(names.joined(separator: ", ")) already, and nothing says that it is ours: NMI or azwi-proxy-init may run here; "
                + "`understudy intercept remove` takes it away"
        case .resources(let call, let reason): "\(call): \(reason)"
        }
    }

    /// Debian's packages, where they are not called as the tool.
    private static let packages = ["nft": "nftables", "iptables-restore": "iptables", "iptables-save": "iptables", "ip": "iproute2"]

    private static let privilege =
        "run as root, or with the capability NET_ADMIN (in a container: --cap-add NET_ADMIN); --dry-run needs neither"

    /// Both tools and `ip` repeat the system's own words for EPERM and EACCES.
    private static func isForbidden(_ message: String) -> Bool {
        message.contains("Operation not permitted") || message.contains("Permission denied")
    }
}

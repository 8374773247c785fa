/// Which calls are redirected, and where to.
public enum Redirection: Hashable, Sendable {
    /// Calls that pass through this namespace, as NMI takes them: pods' calls on a node, whose own source address they keep.
    ///
    /// The namespace's own calls do not pass PREROUTING, so host-network callers are not meant (source: nmi.md §7).
    case forwarded(to: IPv4Endpoint)
    /// Calls that begin in this namespace: what NMI leaves alone.
    case own(to: IPv4Endpoint)
    /// Calls that begin in this namespace, as `azwi-proxy-init` takes them inside a pod: to a port on loopback, except the calls of
    /// the sidecar's own user, which would come back to it (source: workload-identity.md §2.7).
    case ownToSidecar(port: UInt16, exceptUser: UInt32)
}

/// What interception is to be: which address, which redirections, and what else the namespace needs for them.
///
/// A value that is rendered by a backend and undone from its ``InterceptionRecord``; nothing here touches the system.
public struct InterceptionPlan: Hashable, Sendable {
    /// What callers dial.
    public let metadata: IPv4Endpoint
    /// What is done with their calls; empty when the address alone is wanted.
    public let redirections: [Redirection]
    /// Whether the metadata address is put on loopback: a listener can then bind it, and the namespace's own callers have a route to it.
    public let holdsAddress: Bool

    /// Puts a plan together.
    public init(metadata: IPv4Endpoint = .instanceMetadata, redirections: [Redirection], holdsAddress: Bool = false) {
        self.metadata = metadata
        self.redirections = redirections
        self.holdsAddress = holdsAddress
    }

    /// Where forwarded calls go.
    private var forwardedTarget: IPv4Endpoint? {
        redirections.lazy.compactMap { if case .forwarded(let target) = $0 { target } else { nil } }.first
    }

    /// Whether forwarded calls end on loopback.
    ///
    /// The kernel then has to route packets from elsewhere to 127.0.0.0/8, which lets neighbours address everything that listens there; so
    /// a rule drops those that no redirection brought.
    public var guardsLoopback: Bool { forwardedTarget?.isLoopback ?? false }

    /// The kernel settings without which the redirected packets are dropped.
    ///
    /// NMI relies on the node for `route_localnet` (source: nmi.md §7); a developer's machine does not have it on.
    ///
    /// - Parameter isLocal: whether an address is one of this namespace's own.
    public func settings(isLocal: (UInt32) -> Bool) -> [KernelSetting] {
        guard let target = forwardedTarget else { return [] }
        if target.isLoopback { return [.routeLocalnet] }
        return isLocal(target.address) ? [] : [.forwarding]
    }

    /// What the plan does, a line for each part.
    public var lines: [String] { redirectionLines + (holdsAddress ? ["\(metadata.host) is an address of loopback"] : []) }

    /// What its rules do, a line each.
    var redirectionLines: [String] {
        redirections.map { redirection in
            switch redirection {
            case .forwarded(let target): "forwarded calls to \(metadata) go to \(target)"
            case .own(let target): "own calls to \(metadata) go to \(target)"
            case .ownToSidecar(let port, let user): "own calls to \(metadata) go to port \(port), except those of user \(user)"
            }
        }
    }
}

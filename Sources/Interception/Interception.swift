/// Whether interception is in place, and what it does.
public struct InterceptionStatus: Hashable, Sendable {
    /// Whether everything is as it was put there.
    public let isInPlace: Bool
    /// Whether it was put in place at some time and not removed since.
    public let isNoted: Bool
    /// What is redirected, and what is not as it was put there.
    public let lines: [String]
}

/// Interception in one network namespace: installed, looked at and removed by running the system's own tools.
///
/// What it changes is written down before it is changed, so that another process can undo it after this one was killed.
public struct Interception: Sendable {
    private let namespace: String?
    private let local: LocalInterception

    /// Interception in a namespace.
    ///
    /// - Parameters:
    ///   - namespace: what `ip netns list` calls it, or a path such as `/proc/1234/ns/net`; nil for the process's own.
    ///   - runDirectory: where it notes what to undo; should not outlive a restart of the machine.
    ///   - path: where tools are looked for, as `PATH` has it; the directories for administrators come in addition.
    ///   - toolSeconds: how long each run of a tool may take.
    public init(namespace: String?, runDirectory: String, path: String, toolSeconds: Int = 10) {
        self.namespace = namespace
        local = LocalInterception(
            tools: .live(path: path, timeLimitSeconds: toolSeconds), settings: .live, records: .live(directory: runDirectory),
            addresses: LocalAddresses.all)
    }

    /// Puts the plan in place; what is so already stays untouched.
    ///
    /// When a part fails, all of it is undone.
    ///
    /// - Parameter backend: nil for the one in use or, without one, nft if it is installed, else iptables.
    /// - Returns: what was changed, a line each; none when all was in place.
    public func install(_ plan: InterceptionPlan, backend: InterceptionBackend?) async throws(InterceptionError) -> [String] {
        try await NetworkNamespace.run(namespace) { [local] () throws(InterceptionError) in try local.install(plan, backend: backend) }
    }

    /// Puts everything back as it was, also what a process that was killed left behind.
    ///
    /// - Returns: what was changed, a line each; none when nothing was in place.
    public func remove() async throws(InterceptionError) -> [String] { try await remove(.noted) }

    /// The same, and takes away what carries our names even where nothing tells that it is ours.
    public func removeAllOfOurName() async throws(InterceptionError) -> [String] { try await remove(.named) }

    private func remove(_ extent: LocalInterception.Extent) async throws(InterceptionError) -> [String] {
        try await NetworkNamespace.run(namespace) { [local] () throws(InterceptionError) in try local.remove(extent) }
    }

    /// Looks whether everything is as it was put there.
    public func status() async throws(InterceptionError) -> InterceptionStatus {
        try await NetworkNamespace.run(namespace) { [local] () throws(InterceptionError) in try local.status() }
    }

    /// The backends whose tool is installed, the preferred first.
    public var backends: [InterceptionBackend] { InterceptionBackend.allCases.filter { local.tools.has($0.tool) } }

    /// What ``install(_:backend:)`` would do in a namespace where nothing is in place yet, as commands for a shell; needs no privilege and
    /// changes nothing.
    public func rehearsed(_ plan: InterceptionPlan, backend: InterceptionBackend?) -> String {
        let here = namespace == nil ? local.addresses() : []
        return InstallationScript(plan: plan, backend: backend ?? backends.first ?? .nft, isLocal: here.contains).text
    }
}

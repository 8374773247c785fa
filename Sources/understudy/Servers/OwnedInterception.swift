import HTTPServing
import Interception
import Logging
import WireFormats

/// What `serve` was asked to intercept; it owns that while it runs.
struct InterceptionSettings: Sendable {
    /// Whether calls are redirected to the listeners.
    let redirects: Bool
    /// Whether 169.254.169.254 is put on loopback and served there.
    let holdsAddress: Bool
    let backend: InterceptionBackend?
    let intervalSeconds: Int
    let runDirectory: String
}

/// The interception of a running server: its address before the listeners are bound, its rules after, nothing at the end.
struct OwnedInterception {
    private let settings: InterceptionSettings
    private let logger: Logger
    private let interception: Interception

    init(_ settings: InterceptionSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
        interception = Interception(
            namespace: nil, runDirectory: settings.runDirectory, path: ProcessEnvironment.variables["PATH"] ?? "")
    }

    /// Puts the address on loopback, where that was asked for, so that a listener can bind it.
    func prepare() async throws {
        guard settings.holdsAddress else { return }
        try await install(InterceptionPlan(redirections: [], holdsAddress: true))
    }

    /// Puts the rules in place, once the listeners are bound.
    ///
    /// Forwarded calls go to the first metadata listener, the host's own to the node's, if there is one: NMI left the host on the plain
    /// metadata service (source: nmi.md §1.4).
    ///
    /// - Returns: what keeps them in place and removes them at the end.
    func install(metadata: [ListenAddress], nodeMetadata: [ListenAddress]) async throws -> InterceptionKeeper {
        var redirections: [Redirection] = []
        if settings.redirects {
            guard let target = metadata.lazy.compactMap(IPv4Endpoint.init(reaching:)).first else {
                throw Console.failure("--intercept: no --metadata listener has an IPv4 address to redirect calls to")
            }
            redirections.append(.forwarded(to: target))
            if let own = nodeMetadata.lazy.compactMap(IPv4Endpoint.init(reaching:)).first { redirections.append(.own(to: own)) }
        }
        let plan = InterceptionPlan(redirections: redirections, holdsAddress: settings.holdsAddress)
        try await install(plan)
        let interval = settings.intervalSeconds
        return InterceptionKeeper(
            interception, plan: plan, backend: settings.backend, pause: { try await LiveSleep.orEnd(.seconds(interval)) }, logger: logger)
    }

    /// Puts everything back when the server did not come to run.
    func remove() async {
        do {
            _ = try await interception.remove()
        } catch {
            logger.error("interception is not removed; run `understudy intercept remove`", metadata: ["problem": "\(error)"])
        }
    }

    private func install(_ plan: InterceptionPlan) async throws {
        do {
            let changes = try await interception.install(plan, backend: settings.backend)
            for change in changes { logger.info("intercepting", metadata: ["change": "\(change)"]) }
        } catch {
            throw Console.failure("cannot intercept: \(error)")
        }
    }
}

extension IPv4Endpoint {
    /// Where a rule sends calls for a listener; nil for one without an IPv4 address.
    ///
    /// A listener on every address is reached at 127.0.0.1, as NMI's is (source: nmi.md §7).
    fileprivate init?(reaching address: ListenAddress) {
        let host = ["0.0.0.0": "127.0.0.1", "::": "127.0.0.1", "localhost": "127.0.0.1"][address.host] ?? address.host
        guard let value = IPv4.parse(host), let port = UInt16(exactly: address.port) else { return nil }
        self.init(address: value, port: port)
    }
}

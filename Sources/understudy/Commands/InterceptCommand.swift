public import ArgumentParser
public import Interception
import WireFormats

/// `intercept`: redirect calls to the metadata address, on this host or in one network namespace.
struct InterceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intercept",
        abstract: "Redirect 169.254.169.254:80 on this host or in a network namespace.",
        discussion: """
            As NMI did: calls that pass through (pods', containers') go to the metadata listener and keep their source address; the host's
            own calls only with --host-port. Needs root or the capability NET_ADMIN, and nft or iptables. Everything that is changed is
            noted, printed, and undone by `intercept remove`, also what a killed server left behind. `serve --intercept` does all of it
            for as long as it serves.
            """,
        subcommands: [Install.self, Remove.self, Status.self])
}

/// Which network namespace is meant.
struct NamespaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A network namespace: a name from `ip netns`, or a path (default: this one).", valueName: "name|path"))
    var netns: String?

    @Option(help: ArgumentHelp("Where it is noted what to undo (default: /run/understudy).", valueName: "dir"))
    var runDirectory: String?

    func interception() throws -> Interception { try Self.interception(namespace: netns, runDirectory: runDirectory) }

    /// Interception in the process's own network namespace, as the environment has it.
    static func here(toolSeconds: Int) throws -> Interception {
        try interception(namespace: nil, runDirectory: nil, toolSeconds: toolSeconds)
    }

    private static func interception(namespace: String?, runDirectory: String?, toolSeconds: Int = 10) throws -> Interception {
        Interception(
            namespace: namespace, runDirectory: try FlagTwin("run-directory").value(runDirectory) ?? InterceptionDefaults.runDirectory,
            path: ProcessEnvironment.variables["PATH"] ?? "", toolSeconds: toolSeconds)
    }
}

/// What the flags about interception mean when they are not given.
enum InterceptionDefaults {
    static let runDirectory = "/run/understudy"
    /// Where NMI, and so our metadata listener, accepts calls (source: nmi.md §1.1).
    static let nodePort: UInt16 = 2579
    /// Where the sidecar accepts calls, and the user it runs as (source: workload-identity.md §2.1).
    static let sidecarPort: UInt16 = 8000
    static let sidecarUser: UInt32 = 1501
    /// Seconds between two looks; NMI takes 60, but a developer does not want to wait that long.
    static let interval = 5
}

extension InterceptionBackend: ExpressibleByArgument {}

/// An IPv4 address on the command line.
struct IPv4Argument: ExpressibleByArgument {
    let value: UInt32

    init?(argument: String) {
        guard let value = IPv4.parse(argument) else { return nil }
        self.value = value
    }
}

/// Whose calls are meant.
enum InterceptionMode: String, CaseIterable, ExpressibleByArgument {
    /// Calls that pass through a node, as NMI takes them.
    case node
    /// Calls that begin inside a pod, as the workload-identity sidecar takes them.
    case pod
}

extension InterceptCommand {
    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Put the rules in place; what is in place already stays.")

        @OptionGroup var namespace: NamespaceOptions

        @Option(help: "nft or iptables (default: the one in use, else nft if it is installed).")
        var backend: InterceptionBackend?

        @Option(
            help: "node: calls that pass through, as NMI. pod: calls that begin here, as the workload-identity sidecar's init container.")
        var mode: InterceptionMode = .node

        @Option(help: ArgumentHelp("Port that redirected calls go to (default: 2579; 8000 with --mode pod).", valueName: "port"))
        var port: UInt16?

        @Option(help: ArgumentHelp("Address that redirected calls go to (default: 127.0.0.1).", valueName: "ipv4"))
        var target: IPv4Argument?

        @Option(
            help: ArgumentHelp(
                "Redirect the host's own calls too, to this port of the target: its --node-metadata.", valueName: "port"))
        var hostPort: UInt16?

        @Option(help: ArgumentHelp("With --mode pod, the user whose calls are left alone (default: 1501).", valueName: "uid"))
        var proxyUid: UInt32?

        @Option(help: ArgumentHelp("Address that callers dial (default: 169.254.169.254).", valueName: "ipv4"))
        var metadataAddress: IPv4Argument?

        @Option(help: ArgumentHelp("Port that callers dial (default: 80).", valueName: "port"))
        var metadataPort: UInt16?

        @Flag(help: "Put the metadata address on loopback, for own calls where no route leads to it.")
        var address = false

        @Flag(help: "Print the commands that would be run, change nothing; needs no privilege.")
        var dryRun = false

        func validate() throws { _ = try plan() }

        func run() async throws {
            let interception = try namespace.interception()
            guard !dryRun else { return Console.print(interception.rehearsed(try plan(), backend: backend)) }
            do {
                let changes = try await interception.install(try plan(), backend: backend)
                guard !changes.isEmpty else { return Console.print("already in place, nothing changed") }
                changes.forEach(Console.print)
                Console.print(
                    "note: connections that exist already keep their way until they close; conntrack -D -p tcp --orig-dst "
                        + "\(try plan().metadata.host) --dport \(try plan().metadata.port) ends them")
            } catch let error as InterceptionError {
                throw Console.failure("\(error)")
            }
        }

        private func plan() throws -> InterceptionPlan {
            let metadata = IPv4Endpoint(
                address: metadataAddress?.value ?? IPv4Endpoint.instanceMetadata.address,
                port: try Self.usable(metadataPort, "metadata-port") ?? IPv4Endpoint.instanceMetadata.port)
            let port = try Self.usable(port, "port")
            let hostPort = try Self.usable(hostPort, "host-port")
            switch mode {
            case .node:
                if proxyUid != nil { throw ValidationError("--proxy-uid is for --mode pod") }
                let target = target?.value ?? 0x7F00_0001
                let own = hostPort.map { [Redirection.own(to: IPv4Endpoint(address: target, port: $0))] } ?? []
                return InterceptionPlan(
                    metadata: metadata,
                    redirections: [.forwarded(to: IPv4Endpoint(address: target, port: port ?? InterceptionDefaults.nodePort))] + own,
                    holdsAddress: address)
            case .pod:
                if target != nil || hostPort != nil {
                    throw ValidationError("--target and --host-port are for --mode node; inside a pod calls go to --port on loopback")
                }
                return InterceptionPlan(
                    metadata: metadata,
                    redirections: [
                        .ownToSidecar(
                            port: port ?? InterceptionDefaults.sidecarPort, exceptUser: proxyUid ?? InterceptionDefaults.sidecarUser)
                    ],
                    holdsAddress: address)
            }
        }

        private static func usable(_ port: UInt16?, _ flag: String) throws -> UInt16? {
            guard port != 0 else { throw ValidationError("--\(flag): found 0; allowed: a port from 1 to 65535") }
            return port
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Put everything back as it was, also what a killed server left behind.",
            discussion: "Where it is not noted what was there before, what carries our names is taken away: NMI's chain aad-metadata too.")

        @OptionGroup var namespace: NamespaceOptions

        func run() async throws {
            do {
                let changes = try await namespace.interception().removeAllOfOurName()
                guard !changes.isEmpty else { return Console.print("nothing was in place") }
                changes.forEach(Console.print)
            } catch let error as InterceptionError {
                throw Console.failure("\(error)")
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Tell what is redirected; exit code 1 when nothing is, or not as it was put there.")

        @OptionGroup var namespace: NamespaceOptions

        func run() async throws {
            let status: InterceptionStatus
            do {
                status = try await namespace.interception().status()
            } catch let error as InterceptionError {
                throw Console.failure("\(error)")
            }
            status.lines.forEach(Console.print)
            if !status.isInPlace { throw ExitCode(1) }
        }
    }
}

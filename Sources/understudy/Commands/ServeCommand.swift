public import ArgumentParser
import HTTPServing
import Interception
public import Logging
import Surroundings

/// A listener's address on the command line: `HOST:PORT`, `[IPv6]:PORT`, or `none`.
enum ListenOption: ExpressibleByArgument, CustomStringConvertible {
    case off
    case address(ListenAddress)

    init?(argument: String) {
        if argument == "none" {
            self = .off
        } else if let address = ListenAddress(argument) {
            self = .address(address)
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .off: "none"
        case .address(let address): address.text
        }
    }
}

/// Whether the originals' waits are waited for.
enum TimingOption: String, CaseIterable, ExpressibleByArgument {
    case instant
    case real
}

/// How a log line is written.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the plane: metadata service or NMI, authority, control.",
        discussion: """
            Manifests are what `kubectl get azureidentity,azureidentitybinding,azurepodidentityexception,pod,sa -A -o yaml`
            prints, unchanged, and Understudy's own kinds (Node, Tenant, ManagedIdentity, …). Files are watched: a good change is
            served at once, a bad one is refused whole. Without a manifest there is one VM with a system-assigned identity.

            A pod with the annotation understudy.internal/token-directory has its projected token kept in that directory.

            When all listeners accept, one line says where. Nothing binds beyond loopback unless asked to.
            """)

    @Argument(help: ArgumentHelp("Manifest files or directories; - reads standard input.", valueName: "manifest"))
    var manifests: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where workloads ask for tokens, http (default: 127.0.0.1:2579). Repeatable; none switches it off.", valueName: "host:port"))
    var metadata: [ListenOption] = []

    @Option(
        help: ArgumentHelp(
            "What NMI has behind it at 169.254.169.254, http, in place of the emulated metadata service (default: none).",
            valueName: "host:port"))
    var metadataUpstream: UpstreamOption?

    @Option(help: ArgumentHelp("Where verifiers fetch documents and keys, https (default: 127.0.0.1:8443).", valueName: "host:port"))
    var authority: [ListenOption] = []

    @Option(help: ArgumentHelp("The node's own metadata service without NMI in front, http (default: none).", valueName: "host:port"))
    var nodeMetadata: [ListenOption] = []

    @Option(help: ArgumentHelp("Health, metrics, decisions, changes, http (default: 127.0.0.1:8181).", valueName: "host:port"))
    var control: [ListenOption] = []

    @Flag(
        help: """
            Redirect what passes through this host to 169.254.169.254:80 to --metadata, and the host's own calls to --node-metadata if there \
            is one, for as long as it serves. Needs root or NET_ADMIN.
            """)
    var intercept = false

    @Flag(
        help: "Put 169.254.169.254 on loopback and serve --metadata on its port 80 too, for as long as it serves. Needs root or NET_ADMIN.")
    var address = false

    @Option(help: "What --intercept uses: nft or iptables (default: nft if it is installed).")
    var interceptBackend: InterceptionBackend?

    @Option(help: ArgumentHelp("How often --intercept looks whether its rules are in place (default: 5).", valueName: "seconds"))
    var interceptInterval: Int?

    @Option(help: ArgumentHelp("Where --intercept and --address note what to undo (default: /run/understudy).", valueName: "dir"))
    var runDirectory: String?

    @Option(help: ArgumentHelp("One more name for the authority's certificate. Repeatable.", valueName: "name"))
    var authorityName: [String] = []

    @Option(
        help: ArgumentHelp("Keep keys and CA here, so that tokens and trust outlive a restart (default: memory only).", valueName: "dir"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "Where the CA's certificate is to lie, such as a volume shared with clients (default: the state directory).",
            valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("Which Node is served (default: the only one).", valueName: "name"))
    var nodeName: String?

    @Option(
        help: ArgumentHelp(
            "Serve this machine's instance document, as curl …/metadata/instance gave it on a real one, version by version.",
            valueName: "file"))
    var nodeDocument: String?

    @OptionGroup var sources: SourceOptions

    @Flag(help: "Limit requests as the real metadata service does: 5 a second; for identity 20 a second and 5 at a time.")
    var rateLimits = false

    @Option(
        help: ArgumentHelp(
            "Learn pods and their addresses from running containers too, by the API socket of Docker or podman (default: none).",
            valueName: "path"))
    var containerSocket: String?

    @Option(
        help: ArgumentHelp(
            "The network whose addresses count, for containers in several (default: the first by name).", valueName: "name"))
    var containerNetwork: String?

    @Option(help: ArgumentHelp("Let the next key sign every so often, such as 12h (default: only by keys rotate).", valueName: "duration"))
    var rotateKeys: DurationOption?

    @OptionGroup var clock: ClockOptions

    @Option(help: "Wait as the originals do (real), or only record the wait (instant, the default).")
    var timing: TimingOption?

    @Option(help: ArgumentHelp("How many decisions are kept (default: 4096).", valueName: "count"))
    var journal: Int?

    @Flag(help: "Add the header x-understudy-decision to answers; the real systems send no such header.")
    var decisionHeader = false

    @Option(help: "How the line that says where is printed: text (the default) or json.")
    var announce: OutputFormat?

    @Option(help: "trace, debug, info (the default), notice, warning, error or critical.")
    var logLevel: Logger.Level?

    @Option(help: "How log lines are written: text (the default) or json.")
    var logFormat: LogFormat?

    func validate() throws { _ = try settings() }

    func run() async throws { try await Server.run(try settings()) }

    /// Flags, their twins in the environment and the defaults, as one checked value.
    private func settings() throws -> ServeSettings {
        let interception = try interceptionSettings()
        let metadata = try addresses("metadata", metadata, default: ListenAddress(host: "127.0.0.1", port: 2579))
        let settings = ServeSettings(
            manifests: manifests,
            metadata: metadata + (interception?.holdsAddress == true ? [Self.instanceMetadata] : []),
            authority: try addresses("authority", authority, default: AuthorityAddress.usual),
            nodeMetadata: try addresses("node-metadata", nodeMetadata, default: nil),
            control: try addresses("control", control, default: ListenAddress(host: "127.0.0.1", port: 8181)),
            metadataUpstream: try FlagTwin("metadata-upstream").value(metadataUpstream)?.description,
            sources: try sources.settings(),
            interception: interception,
            authorityNames: try FlagTwin("authority-name").values(authorityName),
            stateDirectory: try FlagTwin("state").value(state),
            caFile: try FlagTwin("ca-file").value(caFile),
            nodeName: try FlagTwin("node-name").value(nodeName),
            nodeDocument: try FlagTwin("node-document").value(nodeDocument),
            limitsRate: try FlagTwin("rate-limits").isOn(rateLimits),
            containerSocket: try FlagTwin("container-socket").value(containerSocket),
            containerNetwork: try FlagTwin("container-network").value(containerNetwork),
            rotateKeysSeconds: try FlagTwin("rotate-keys").value(rotateKeys)?.seconds,
            clock: try clock.setting(),
            waitsForReal: try FlagTwin("timing").value(timing) == .real,
            journalCapacity: try FlagTwin("journal").value(journal) ?? 4096,
            marksAnswers: try FlagTwin("decision-header").isOn(decisionHeader),
            announcesJSON: try FlagTwin("announce").value(announce) == .json,
            logLevel: try FlagTwin("log-level").value(logLevel) ?? .info,
            logsJSON: try FlagTwin("log-format").value(logFormat) == .json)
        // Old keys stay published for 28 hours: more often, and the key set grows past what verifiers read.
        if let seconds = settings.rotateKeysSeconds, seconds < 900 {
            throw ValidationError("--rotate-keys: found \(seconds) s; allowed: 15m or more (keys rotate does it at once)")
        }
        guard (1...1_000_000).contains(settings.journalCapacity) else {
            throw ValidationError("--journal: found \(settings.journalCapacity); allowed: a number from 1 to 1000000")
        }
        guard
            !(settings.metadata + settings.authority + settings.nodeMetadata + settings.control).isEmpty
                || !settings.sources.listeners.isEmpty
        else {
            throw ValidationError("every listener is none: there is nothing to serve")
        }
        if interception?.redirects == true, settings.metadata.isEmpty {
            throw ValidationError("--intercept: --metadata is none, so there is nothing to redirect calls to")
        }
        return settings
    }

    private static let instanceMetadata = ListenAddress(
        host: IPv4Endpoint.instanceMetadata.host, port: Int(IPv4Endpoint.instanceMetadata.port))

    /// Nil when nothing is to be changed on this host.
    private func interceptionSettings() throws -> InterceptionSettings? {
        let redirects = try FlagTwin("intercept").isOn(intercept)
        let holdsAddress = try FlagTwin("address").isOn(address)
        let interval = try FlagTwin("intercept-interval").value(interceptInterval) ?? InterceptionDefaults.interval
        guard (1...3600).contains(interval) else {
            throw ValidationError("--intercept-interval: found \(interval); allowed: seconds from 1 to 3600")
        }
        guard redirects || holdsAddress else { return nil }
        return InterceptionSettings(
            redirects: redirects, holdsAddress: holdsAddress, backend: try FlagTwin("intercept-backend").value(interceptBackend),
            intervalSeconds: interval, runDirectory: try FlagTwin("run-directory").value(runDirectory) ?? InterceptionDefaults.runDirectory)
    }

    private func addresses(_ flag: String, _ given: [ListenOption], default fallback: ListenAddress?) throws -> [ListenAddress] {
        let options = try FlagTwin(flag).values(given)
        guard !options.isEmpty else { return [fallback].compactMap { $0 } }
        return options.compactMap { if case .address(let address) = $0 { address } else { nil } }
    }
}

/// What `serve` was asked to do, checked and complete.
struct ServeSettings: Sendable {
    let manifests: [String]
    let metadata: [ListenAddress]
    let authority: [ListenAddress]
    let nodeMetadata: [ListenAddress]
    let control: [ListenAddress]
    /// `http://host:port` of the metadata service behind NMI; nil for the emulated one.
    let metadataUpstream: String?
    let sources: SourceSettings
    /// What of this host is changed while the server runs; nil for nothing.
    let interception: InterceptionSettings?
    let authorityNames: [String]
    let stateDirectory: String?
    let caFile: String?
    let nodeName: String?
    let nodeDocument: String?
    let limitsRate: Bool
    let containerSocket: String?
    let containerNetwork: String?
    let rotateKeysSeconds: Int?
    /// How the emulated time stands at the start.
    let clock: AdjustableClock.Setting
    let waitsForReal: Bool
    let journalCapacity: Int
    let marksAnswers: Bool
    let announcesJSON: Bool
    let logLevel: Logger.Level
    let logsJSON: Bool
}

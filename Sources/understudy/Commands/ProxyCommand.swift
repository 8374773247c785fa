import ArgumentParser
import HTTPServing
import Logging
import WorkloadIdentity

/// Where requests that are not for tokens go, on the command line: `HOST:PORT` or `http://HOST:PORT`.
struct UpstreamOption: ExpressibleByArgument, CustomStringConvertible {
    let address: ListenAddress

    init?(argument: String) {
        let bare = argument.hasPrefix("http://") ? argument.dropFirst("http://".count) : argument[...]
        guard let address = ListenAddress(String(bare.hasSuffix("/") ? bare.dropLast() : bare)), address.port > 0 else { return nil }
        self.address = address
    }

    var description: String { "http://\(address.text)" }
}

/// How much is logged: our levels, and the original's two others, which the webhook hands on.
struct VerbosityOption: ExpressibleByArgument {
    let level: Logger.Level

    init?(argument: String) {
        switch argument {
        case "": level = .warning
        case "all": level = .trace
        default:
            guard let level = Logger.Level(rawValue: argument) else { return nil }
            self.level = level
        }
    }
}

/// `proxy`: the sidecar of workload identity, or the probe of one.
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "The workload identity sidecar: IMDS-shaped answers from a projected token file.",
        discussion: """
            It reads what the webhook writes into a pod: AZURE_TENANT_ID (must be set), AZURE_CLIENT_ID (for requests that name no
            client), AZURE_FEDERATED_TOKEN_FILE and AZURE_AUTHORITY_HOST (default: the public cloud). The token file is exchanged at
            the authority, Understudy's or any other; --authority-ca names whom to trust, else SSL_CERT_FILE, else the system does.

              AZURE_AUTHORITY_HOST=https://localhost:8443/ understudy proxy --authority-ca ca.crt

            Requests for other paths go to --metadata. With --probe nothing is served: exit code 0 when the sidecar at the same port
            is ready, 1 when it is not.
            """)

    @Option(help: ArgumentHelp("The port on localhost to serve, or to probe (default: 8000).", valueName: "port"))
    var proxyPort: Int?

    @Option(help: ArgumentHelp("Where to serve, http, in place of --proxy-port. Repeatable.", valueName: "host:port"))
    var listen: [ListenOption] = []

    @Option(
        help: ArgumentHelp("Where requests go that are not for tokens, http (default: 169.254.169.254:80).", valueName: "host:port"))
    var metadata: UpstreamOption?

    @Option(help: ArgumentHelp("The only authorities to trust when asking the authority, in PEM.", valueName: "file"))
    var authorityCA: String?

    @Option(help: ArgumentHelp("Faults of this sidecar from a manifest, sources: [sidecar] or none. Repeatable.", valueName: "file"))
    var faults: [String] = []

    @Flag(help: "Ask the sidecar whether it is ready, instead of being one.")
    var probe = false

    @Option(help: "Wait between attempts as the original does (real), or not at all (instant, the default).")
    var timing: TimingOption?

    @Option(
        help: ArgumentHelp(
            "Which release is played, 1.0 to 1.6 (default: 1.6): before 1.6 nothing is cached or tried again, and errors read otherwise.",
            valueName: "version"))
    var release: WebhookVersion?

    @Option(help: "How the line that says where is printed: text (the default) or json.")
    var announce: OutputFormat?

    @Option(help: "all, trace, debug, info (the default), notice, warning, error, critical, or nothing, as the webhook may hand it on.")
    var logLevel: VerbosityOption?

    @Option(help: "How log lines are written: text (the default) or json.")
    var logFormat: LogFormat?

    func validate() throws { _ = try addresses() }

    func run() async throws {
        let addresses = try addresses()
        let logger = ServerLog.logger(
            level: try FlagTwin("log-level").value(logLevel)?.level ?? .info, asJSON: try FlagTwin("log-format").value(logFormat) == .json)
        guard !probe else { return try await SidecarServer.probe(addresses[0]) }
        let variables = ProcessEnvironment.variables
        let played = try FlagTwin("release").value(release) ?? .newest
        var settings: SidecarSettings
        do throws(SidecarSetupError) {
            settings = try SidecarSettings(environment: variables, release: played)
        } catch {
            throw Console.failure("\(error)")
        }
        settings.authorityCAFile =
            try FlagTwin("authority-ca").value(authorityCA) ?? variables["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        if let upstream = try FlagTwin("metadata").value(metadata) { settings.metadataUpstream = upstream.description }
        try await SidecarServer(
            addresses: addresses, settings: settings, faults: try SidecarFaults(files: try FlagTwin("faults").values(faults)),
            waitsForReal: try FlagTwin("timing").value(timing) == .real,
            announcesJSON: try FlagTwin("announce").value(announce) == .json, logger: logger
        ).run()
    }

    /// Where to serve: `--listen`, else `--proxy-port` on localhost.
    private func addresses() throws -> [ListenAddress] {
        let listeners = try FlagTwin("listen").values(listen).compactMap { option -> ListenAddress? in
            if case .address(let address) = option { address } else { nil }
        }
        guard listeners.isEmpty else { return listeners }
        let port = try FlagTwin("proxy-port").value(proxyPort) ?? 8000
        guard (0...65535).contains(port) else {
            throw ValidationError("--proxy-port: found \(port); allowed: a number from 0 to 65535")
        }
        // The original resolves localhost, which in a pod is IPv4's.
        return [ListenAddress(host: "127.0.0.1", port: port)]
    }
}

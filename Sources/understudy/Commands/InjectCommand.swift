public import ArgumentParser
public import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import ManifestReading
import WireFormats
public import WorkloadIdentity

/// `inject`: what the mutating webhook of workload identity would do, to manifests or as that webhook.
struct InjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Do to pods what the workload identity webhook would do; --serve is that webhook.",
        discussion: """
            Pods labelled azure.workload.identity/use: "true", and the templates of Deployments, StatefulSets, DaemonSets, ReplicaSets,
            Jobs and CronJobs that make such pods, get their environment, their token volume and, where an annotation asks for it, the
            proxy. Service accounts are read from the same manifests; `default` need not be there. Only what is injected is changed, and
            documents that nothing is injected into are printed as they stand; of a document that changes, comments are lost.

            A denial is told with the object's name and the webhook's own text, nothing is printed, and the exit code is 1.

            With --serve the webhook answers AdmissionReviews over TLS at /mutate-v1-pod for the service accounts in the manifests,
            which are watched; --print-configuration prints what to register with an API server.

            What the original reads from its environment is read here too: AZURE_TENANT_ID, AZURE_ENVIRONMENT, PROXY_IMAGE,
            PROXY_INIT_IMAGE and AZURE_KUBERNETES_….
            """)

    /// How the injected manifests are printed.
    enum Output: String, CaseIterable, ExpressibleByArgument {
        case yaml
        case json
    }

    @Argument(help: ArgumentHelp("Manifest files or directories; - reads standard input.", valueName: "manifest"))
    var manifests: [String] = []

    @OptionGroup var webhook: WebhookOptions

    @Flag(help: "Print what would change, as a unified diff, instead of the manifests.")
    var diff = false

    @Option(name: .shortAndLong, help: "yaml (the default) or json.")
    var output: Output?

    @OptionGroup var serving: WebhookServingOptions

    func validate() throws {
        guard !manifests.isEmpty || serving.serve != nil else {
            throw ValidationError("there is nothing to inject into: name a manifest, - for standard input, or --serve HOST:PORT")
        }
        guard !diff || output == nil else { throw ValidationError("--diff and --output: one of the two is allowed, not both") }
        guard serving.serve == nil || (!diff && output == nil) else {
            throw ValidationError("--serve prints no manifests: --diff and --output are not allowed with it")
        }
        try serving.validate()
    }

    func run() async throws {
        let store = IdentityStore()
        if let address = serving.serve { return try await serve(at: address, store: store) }
        let files = try Server.loadManifests(manifests, into: store, logger: ServerLog.logger(level: .error, asJSON: false))
        let injection = ManifestInjection(
            settings: try webhook.settings(tenants: store.current.tenants), serviceAccounts: ServiceAccountDirectory(store))
        var texts: [ManifestRewriting] = []
        for file in files {
            do {
                texts.append(try ManifestRewriting(file.bytes, file: file.path))
            } catch {
                throw Console.failure("\(error)")
            }
        }
        let outcomes = texts.map { $0.documents.map(injection.injecting) }
        let denials = outcomes.flatMap { $0.flatMap(\.denials) }
        guard denials.isEmpty else {
            throw Console.failure(denials.map { "\($0.object): denied the request: \($0.denial)" }.joined(separator: "\nunderstudy: "))
        }
        if diff {
            Self.print(outcomes.flatMap { $0.flatMap(\.changes) }.map(\.unified).joined())
        } else if output == .json {
            Self.print(outcomes.flatMap { $0.map { $0.document.rendered(.pretty) + "\n" } }.joined())
        } else {
            Self.print(Self.joined(texts.map { text in text.yaml { injection.injecting(into: $0).document } }))
        }
    }

    /// The files as one text: between two there is always a separator.
    private static func joined(_ texts: [String]) -> String {
        texts.reduce(into: "") { out, text in out += out.isEmpty || text.isEmpty || text.hasPrefix("---") ? text : "---\n" + text }
    }

    /// The console ends the line.
    private static func print(_ text: String) {
        guard !text.isEmpty else { return }
        Console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }

    private func serve(at address: ListenAddress, store: IdentityStore) async throws {
        let logger = ServerLog.logger(level: .info, asJSON: try FlagTwin("log-format").value(serving.logFormat) == .json)
        let files = try Server.loadManifests(manifests, into: store, logger: logger)
        let settings = try webhook.settings(tenants: store.current.tenants)
        let reloader = try Server.startReloader(manifests, files: files, store: store, logger: logger)
        try await WebhookServer(
            address: address, health: serving.health, stateDirectory: try FlagTwin("state").value(serving.state), names: serving.name,
            announcement: serving.printConfiguration
                ? .configuration : try FlagTwin("announce").value(serving.announce) == .json ? .json : .text,
            webhook: AdmissionWebhook(settings: settings, serviceAccounts: ServiceAccountDirectory(store)), logger: logger
        ).run(besides: reloader)
    }
}

/// How the webhook is set up: the original's flags, and what it learns from its cluster.
struct WebhookOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which release is played, 1.0 to 1.6 (default: 1.6): paths, volume names, the sidecar's place and some denials differ.",
            valueName: "version"))
    var webhookVersion: WebhookVersion = .newest

    @Option(
        help: ArgumentHelp("Tenant of service accounts that name none (default: AZURE_TENANT_ID, else serve's tenant).", valueName: "id"))
    var tenant: String?

    @Option(
        help: ArgumentHelp("The authority's URL that pods are given (default: that of the cloud in AZURE_ENVIRONMENT).", valueName: "url"))
    var authorityHost: String?

    @Option(help: ArgumentHelp("Audience of projected tokens (default: \(WebhookSettings.defaultAudience)).", valueName: "audience"))
    var audience = ""

    @Option(
        help: ArgumentHelp(
            "The API server's version: from 1.32 on, releases 1.5 and later inject a native sidecar (default: an older one).",
            valueName: "version"))
    var kubernetesVersion: String?

    @Option(help: ArgumentHelp("Pods with the annotation azure.workload.identity/use-SUFFIX get the token endpoint.", valueName: "suffix"))
    var customTokenEndpointAnnotationSuffix = ""

    @Option(help: ArgumentHelp("Audience of their tokens.", valueName: "audience"))
    var customTokenEndpointAudience = ""

    @Option(help: ArgumentHelp("The sidecar's log level: info (the default), debug, trace, all or nothing.", valueName: "level"))
    var logLevel = "info"

    /// The settings; a tenant that nobody names is that of the manifests, as `serve` has it.
    func settings(tenants: [Tenant]) throws -> WebhookSettings {
        var environment = ProcessEnvironment.variables
        if let tenant = try FlagTwin("tenant").value(tenant) {
            environment["CONFIG_AZURE_TENANT_ID"] = tenant
        } else if environment["CONFIG_AZURE_TENANT_ID"] == nil, environment["AZURE_TENANT_ID"] == nil {
            environment["AZURE_TENANT_ID"] = tenants.first?.tenantID
        }
        var setup = WebhookSetup(environment: environment)
        setup.version = webhookVersion
        setup.audience = audience
        setup.kubernetesVersion = try FlagTwin("kubernetes-version").value(kubernetesVersion)
        setup.endpointSuffix = customTokenEndpointAnnotationSuffix
        setup.endpointAudience = customTokenEndpointAudience
        setup.logLevel = logLevel
        let host = try FlagTwin("authority-host").value(authorityHost)
        do throws(WebhookSetupError) {
            var settings = try setup.settings()
            if let host { settings.authorityHost = host.hasSuffix("/") ? host : host + "/" }
            return settings
        } catch {
            throw ValidationError(error.description)
        }
    }
}

/// Where `inject --serve` listens and what it presents.
struct WebhookServingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Answer AdmissionReviews here, https, at \(AdmissionWebhook.path).", valueName: "host:port"))
    var serve: ListenAddress?

    @Option(help: ArgumentHelp("Answer /healthz and /readyz here, http (default: none).", valueName: "host:port"))
    var health: ListenAddress?

    @Option(help: ArgumentHelp("One more name for the webhook's certificate. Repeatable.", valueName: "name"))
    var name: [String] = []

    @Option(help: ArgumentHelp("Use the CA kept here, which a server may share (default: one in memory).", valueName: "dir"))
    var state: String?

    @Flag(help: "Print the MutatingWebhookConfiguration to register, with the CA, instead of the line that says where.")
    var printConfiguration = false

    @Option(help: "How the line that says where is printed: text (the default) or json.")
    var announce: OutputFormat?

    @Option(help: "How log lines are written: text (the default) or json.")
    var logFormat: LogFormat?

    func validate() throws {
        guard serve == nil else { return }
        for (flag, isGiven) in [
            ("health", health != nil), ("name", !name.isEmpty), ("state", state != nil), ("print-configuration", printConfiguration),
            ("announce", announce != nil), ("log-format", logFormat != nil),
        ] where isGiven {
            throw ValidationError("--\(flag) is about the webhook: it is allowed only with --serve HOST:PORT")
        }
    }
}

extension WebhookVersion: ExpressibleByArgument {
    /// Reads `1.6` or `v1.5.1`.
    public init?(argument: String) { self.init(argument) }
}

extension ListenAddress: ExpressibleByArgument {
    /// Reads `127.0.0.1:9443`, `[::1]:0`.
    public init?(argument: String) { self.init(argument) }
}

extension ServiceAccountDirectory {
    /// The service accounts of a store, as they are at each moment.
    init(_ store: IdentityStore) {
        self.init { namespace, name in
            let key = ObjectKey(kind: .serviceAccount, namespace: namespace, name: name)
            guard case .serviceAccount(let account)? = store.current.object(key)?.object else { return nil }
            return account.annotations
        }
    }
}

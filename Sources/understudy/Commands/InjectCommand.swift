import ArgumentParser
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import ManifestReading
import WireFormats
import WorkloadIdentity

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

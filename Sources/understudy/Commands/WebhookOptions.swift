public import ArgumentParser
public import HTTPServing
import IdentityModel
public import WorkloadIdentity

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

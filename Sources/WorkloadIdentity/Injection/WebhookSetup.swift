import WireFormats

/// Why a webhook cannot be set up; the text is the original's.
public struct WebhookSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text.
    public let description: String

    init(_ text: String) { description = text }
}

/// The original's flags and environment, from which its settings are made (source: workload-identity.md §1.1).
public struct WebhookSetup: Sendable {
    /// `--audience`; empty is the default one.
    public var audience = ""
    /// `--log-level`: empty, `info`, `debug`, `trace` or `all`.
    public var logLevel = "info"
    /// `--custom-token-endpoint-annotation-suffix`.
    public var endpointSuffix = ""
    /// `--custom-token-endpoint-audience`.
    public var endpointAudience = ""
    /// Which release is played.
    public var version = WebhookVersion.newest
    /// The API server's version, as its `/version` has it; nil is one without native sidecars.
    public var kubernetesVersion: String?
    /// The process environment.
    public var environment: [String: String]

    /// A set-up by environment alone; set what flags say.
    public init(environment: [String: String]) { self.environment = environment }

    /// The settings, or the original's first complaint.
    public func settings() throws(WebhookSetupError) -> WebhookSettings {
        guard Self.logLevels.contains(logLevel) else {
            throw WebhookSetupError(
                "invalid --log-level set: invalid log level, valid choices are the empty string, info, debug, trace and all")
        }
        guard let tenantID = variable("AZURE_TENANT_ID") else { throw WebhookSetupError("required key AZURE_TENANT_ID missing value") }
        guard !tenantID.isEmpty else { throw WebhookSetupError("AZURE_TENANT_ID is required") }
        var settings = WebhookSettings(tenantID: tenantID)
        settings.version = version
        settings.logLevel = logLevel
        settings.proxyImage = given("PROXY_IMAGE")
        settings.proxyInitImage = given("PROXY_INIT_IMAGE")
        let trust = try trust()
        if !audience.isEmpty { settings.audience = audience }
        settings.tokenEndpoint = try tokenEndpoint(trust)
        settings.hasNativeSidecars = try hasNativeSidecars()
        settings.authorityHost = try authorityHost()
        return settings
    }

    private static let logLevels = ["", "info", "debug", "trace", "all"]

    /// The original looks for a prefixed spelling first.
    private func variable(_ name: String) -> String? { environment["CONFIG_\(name)"] ?? environment[name] }

    private func given(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: The cloud

    private static let authorityHosts = [
        "AZUREPUBLICCLOUD": "https://login.microsoftonline.com/", "AZURECLOUD": "https://login.microsoftonline.com/",
        "AZUREUSGOVERNMENTCLOUD": "https://login.microsoftonline.us/", "AZUREUSGOVERNMENT": "https://login.microsoftonline.us/",
        "AZURECHINACLOUD": "https://login.chinacloudapi.cn/", "AZUREGERMANCLOUD": "https://login.microsoftonline.de/",
    ]

    private func authorityHost() throws(WebhookSetupError) -> String {
        let cloud = (given("AZURE_ENVIRONMENT") ?? "AzurePublicCloud").uppercased()
        guard let host = Self.authorityHosts[cloud] else {
            throw WebhookSetupError(
                "failed to get AAD endpoint: autorest/azure: There is no cloud environment matching the name \(GoText.quoted(cloud))")
        }
        return host
    }

    // MARK: The API server

    /// Sidecars are native from 1.32 on; what comes behind the three numbers does not count.
    private func hasNativeSidecars() throws(WebhookSetupError) -> Bool {
        guard let text = kubernetesVersion else { return false }
        let numbers = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(separator: ".", maxSplits: 2)
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else {
            throw WebhookSetupError("failed to check kubernetes version: could not parse \(GoText.quoted(text)) as version")
        }
        return (major, minor) >= (1, 32)
    }

    // MARK: The custom token endpoint

    private static let signerKey = "AZURE_KUBERNETES_CA_CTB_SIGNER_NAME"
    private static let selectorKey = "AZURE_KUBERNETES_CA_CTB_LABEL_SELECTOR"

    private func trust() throws(WebhookSetupError) -> CustomTokenEndpoint.Trust {
        let selector = given(Self.selectorKey)
        var found: [CustomTokenEndpoint.Trust] = []
        if let data = given("AZURE_KUBERNETES_CA_DATA") { found.append(.data(data)) }
        if let name = given("AZURE_KUBERNETES_CA_CONFIGMAP_NAME") { found.append(.configMap(name)) }
        if let signer = given(Self.signerKey) {
            found.append(.bundle(signerName: signer, labelSelector: try selector.map(labelSelector)))
        }
        guard found.count <= 1 else {
            throw WebhookSetupError(
                "only one of AZURE_KUBERNETES_CA_DATA, AZURE_KUBERNETES_CA_CONFIGMAP_NAME or \(Self.signerKey) can be set")
        }
        guard selector == nil || given(Self.signerKey) != nil else {
            throw WebhookSetupError("\(Self.signerKey) needs to be set when \(Self.selectorKey) is set")
        }
        return found.first ?? .none
    }

    private func labelSelector(_ text: String) throws(WebhookSetupError) -> JSONValue {
        do {
            return try TypeTable.pod.roundTrip(try JSONValue(parsing: Array(text.utf8)), as: "LabelSelector")
        } catch {
            throw WebhookSetupError("\(Self.selectorKey): found \(GoText.quoted(text)); allowed: a label selector as JSON")
        }
    }

    private func tokenEndpoint(_ trust: CustomTokenEndpoint.Trust) throws(WebhookSetupError) -> CustomTokenEndpoint? {
        guard !endpointSuffix.isEmpty || !endpointAudience.isEmpty else { return nil }
        guard !endpointSuffix.isEmpty else {
            throw WebhookSetupError("custom token endpoint annotation suffix cannot be empty when audience is set")
        }
        guard !endpointAudience.isEmpty else {
            throw WebhookSetupError("custom token endpoint audience cannot be empty when annotation suffix is set")
        }
        guard endpointAudience.lowercased() != WebhookSettings.defaultAudience.lowercased() else {
            throw WebhookSetupError(
                "custom token endpoint audience cannot be equal to default audience \(GoText.quoted(WebhookSettings.defaultAudience))")
        }
        let annotation = "azure.workload.identity/use-\(endpointSuffix)"
        if let reason = QualifiedName.complaint(annotation.lowercased()) {
            throw WebhookSetupError("custom token endpoint annotation key \(GoText.quoted(annotation)) is not valid: \(reason)")
        }
        return CustomTokenEndpoint(
            annotation: annotation, audience: endpointAudience, proxy: given("AZURE_KUBERNETES_TOKEN_PROXY") ?? "",
            serverName: given("AZURE_KUBERNETES_SNI_NAME") ?? "", trust: trust)
    }
}

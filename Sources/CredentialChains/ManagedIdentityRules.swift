import WireFormats

/// How an SDK finds out what gives managed identities here, and how it asks that (source: sdk-clients.md §2, §3, §4).
struct ManagedIdentityRules: Sendable {
    /// What may be there.
    enum Source: Sendable {
        /// The metadata service.
        case metadataService
        /// App Service, with the api-version and the header its secret goes in.
        case appService
        /// The first protocol of App Service, which Azure ML speaks, too.
        case appService2017
        case azureML
        case cloudShell
        case arc
        case serviceFabric
        /// The token service, by a federated credential.
        case federation
        /// Nothing that the SDK can use; why.
        case none(String)
    }

    /// The first whose variables are all set is taken.
    struct Detection: Sendable {
        let variables: [String]
        let source: Source

        init(_ variables: [String], _ source: Source) {
            self.variables = variables
            self.source = source
        }
    }

    /// What becomes of `AZURE_POD_IDENTITY_AUTHORITY_HOST`.
    enum Override: Sendable {
        /// It is not read: 169.254.169.254 and nothing else.
        case ignored
        /// Slashes at its end go, the path is added.
        case origin
        /// Its own path goes, the path is added.
        case replacesPath
        /// As `origin`, in lower case, with a slash at the end.
        case lowerCased
        /// Two slashes begin the path.
        case doubleSlash
    }

    /// How it looks whether the metadata service is there, in a chain.
    enum Look: Sendable {
        case none
        /// The token request without its header.
        case withQuery(skippedByOverride: Bool, wantsRealAddress: Bool)
        /// The path alone.
        case bare(skippedByOverride: Bool)
        case connection
    }

    let detections: [Detection]
    /// Whether a file tells of Azure Arc where no variable does.
    var findsArcByFile = false
    let override: Override
    let look: Look
    var metadataVersion = "2018-02-01"
    var arcVersion = "2020-06-01"
    var serviceFabricVersion = "2019-07-01-preview"
    /// Whether the machine asks on behalf of `AZURE_CLIENT_ID`.
    var readsClientID = true
    /// Whether `AZURE_CLIENT_ID` that is set but empty ends the chain.
    var refusesEmptyClientID = false
    /// How it exchanges a token where it does so by itself.
    var federation = AuthorityRules()
    let endings: ChainEndings
    /// How the chain goes on after the other sources; nil where nothing else is known of them.
    var otherEndings: ChainEndings?

    private static let overrideVariable = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
    private static let realAddress = "http://169.254.169.254"
    private static let path = "/metadata/identity/oauth2/token"
    private static let agentFile = "/opt/azcmagent/bin/himds"
    private static let agentURL = "http://localhost:40342/metadata/identity/oauth2/token"

    /// What the link would do.
    ///
    /// - Parameter isAlone: whether the user picked it by name, and so there is no chain to go on with.
    func plan(in environment: ChainEnvironment, resource: String, isAlone: Bool) -> ChainLink.Plan {
        if refusesEmptyClientID, environment.isEmpty("AZURE_CLIENT_ID") {
            return .broken("AZURE_CLIENT_ID is set but empty, which this client takes for an identity without a name")
        }
        let found = detections.first { $0.variables.allSatisfy { environment[$0] != nil } }
        let isByFile = findsArcByFile && environment.has(file: Self.agentFile)
        if case .metadataService? = found?.source, isByFile { return arc(in: environment, resource, because: [Self.agentFile]) }
        guard let found else { return .skipped("no source is found") }
        let because = found.variables
        switch found.source {
        case .none(let reason): return .skipped("\(because.joined(separator: " and ")): \(reason)")
        case .federation: return federation.federationPlan(in: environment, resource: resource)
        case .metadataService: return metadataService(in: environment, resource, isAlone: isAlone)
        case .arc: return arc(in: environment, resource, because: because)
        case .appService:
            return question(
                "App Service 2019-08-01", because: because, environment,
                ChainRequest(
                    "GET",
                    Self.url(
                        environment["IDENTITY_ENDPOINT"], [("api-version", "2019-08-01"), ("resource", resource)] + selector(environment)),
                    headers: [("X-IDENTITY-HEADER", .secret(variable: "IDENTITY_HEADER"))]))
        case .appService2017:
            return question(
                "App Service 2017-09-01", because: because, environment, version2017(environment, resource, name: "AZURE_CLIENT_ID"))
        case .azureML:
            return question(
                "Azure ML", because: because, environment, version2017(environment, resource, name: "DEFAULT_IDENTITY_CLIENT_ID"))
        case .cloudShell:
            return question(
                "Cloud Shell", because: because, environment,
                ChainRequest(
                    "POST", environment["MSI_ENDPOINT"] ?? "", headers: [("Metadata", .plain("true"))],
                    form: [("resource", .plain(resource))]))
        case .serviceFabric:
            return question(
                "Service Fabric", because: because, environment,
                ChainRequest(
                    "GET", Self.url(environment["IDENTITY_ENDPOINT"], [("api-version", serviceFabricVersion), ("resource", resource)]),
                    headers: [("Secret", .secret(variable: "IDENTITY_HEADER"))]))
        }
    }

    // MARK: The metadata service

    private func metadataService(in environment: ChainEnvironment, _ resource: String, isAlone: Bool) -> ChainLink.Plan {
        let given = environment[Self.overrideVariable]
        let base: String
        if case .ignored = override { base = Self.realAddress + Self.path } else { base = overridden(given) }
        let isOverridden = given != nil && base != Self.realAddress + Self.path
        let url = Self.url(base, [("api-version", metadataVersion), ("resource", resource)] + selector(environment))
        var remarks: [String] = []
        if case .ignored = override, given != nil { remarks.append("\(Self.overrideVariable) is set, and this client never reads it") }
        let probe: ChainQuestion.Probe
        switch look {
        case _ where isAlone, .none: probe = .none
        case .withQuery(let isSkipped, let wantsRealAddress):
            probe =
                isSkipped && isOverridden
                ? .none : .request(ChainRequest("GET", url), needsToken: wantsRealAddress && isOverridden)
        case .bare(let isSkipped): probe = isSkipped && isOverridden ? .none : .request(ChainRequest("GET", base), needsToken: false)
        case .connection: probe = .connection
        }
        return .asks(
            ChainQuestion(
                source: "IMDS", because: isOverridden ? [Self.overrideVariable] : [], before: [], probe: probe,
                request: ChainRequest("GET", url, headers: [("Metadata", .plain("true"))]), endings: endings, remarks: remarks))
    }

    private func overridden(_ given: String?) -> String {
        guard let given else { return Self.realAddress + Self.path }
        let trimmed = String(given.reversed().drop { $0 == "/" }.reversed())
        switch override {
        case .ignored: return Self.realAddress + Self.path
        case .origin: return trimmed + Self.path
        case .replacesPath: return Self.origin(of: trimmed) + Self.path
        case .lowerCased: return (given + Self.path + "/").lowercased()
        case .doubleSlash: return given + "/" + Self.path
        }
    }

    private static func origin(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return String(url[..<scheme.upperBound]) + rest.prefix { $0 != "/" }
    }

    // MARK: The others

    private func arc(in environment: ChainEnvironment, _ resource: String, because: [String]) -> ChainLink.Plan {
        let endpoint = environment["IDENTITY_ENDPOINT"] ?? Self.agentURL
        return question(
            "Azure Arc", because: because, environment,
            ChainRequest(
                "GET", Self.url(endpoint, [("api-version", arcVersion), ("resource", resource)] + selector(environment)),
                headers: [("Metadata", .plain("true"))]))
    }

    private func version2017(_ environment: ChainEnvironment, _ resource: String, name: String) -> ChainRequest {
        let identity = environment["AZURE_CLIENT_ID"].flatMap { readsClientID ? $0 : nil } ?? environment[name]
        return ChainRequest(
            "GET",
            Self.url(
                environment["MSI_ENDPOINT"],
                [("api-version", "2017-09-01"), ("resource", resource)] + (identity.map { [("clientid", $0)] } ?? [])),
            headers: [("secret", .secret(variable: "MSI_SECRET"))])
    }

    private func question(
        _ source: String, because: [String], _ environment: ChainEnvironment, _ request: ChainRequest
    ) -> ChainLink.Plan {
        .asks(
            ChainQuestion(
                source: source, because: because, before: [], probe: .none, request: request, endings: otherEndings ?? endings, remarks: [])
        )
    }

    private func selector(_ environment: ChainEnvironment) -> [(String, String)] {
        guard readsClientID, let identity = environment["AZURE_CLIENT_ID"] else { return [] }
        return [("client_id", identity)]
    }

    private static func url(_ endpoint: String?, _ parameters: [(String, String)]) -> String {
        let endpoint = endpoint ?? ""
        let query = parameters.map { "\($0.0)=\(Percent.encodeQuery($0.1))" }.joined(separator: "&")
        return "\(endpoint)\(endpoint.contains("?") ? "&" : "?")\(query)"
    }
}

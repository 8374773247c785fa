import WireFormats

/// How an SDK finds out what gives managed identities here, and how it asks that (source: sdk-clients.md §2, §3, §4).
struct ManagedIdentityRules: Sendable {
    /// What may be there.
    enum Source: Hashable, Sendable {
        /// The metadata service.
        case metadataService
        /// App Service, with the api-version and the header its secret goes in.
        case appService
        /// The first protocol of App Service, with the name of who speaks it.
        case version2017(String)
        case cloudShell
        case arc
        case serviceFabric
        /// The token service, by a federated credential.
        case federation
        /// Nothing that the SDK can use; why.
        case none(String)

        static let appService2017 = version2017("App Service 2017-09-01")
        static let azureML = version2017("Azure ML")
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

    /// Whom the protocol of 2017 is asked about when `AZURE_CLIENT_ID` names nobody.
    enum Unnamed2017: Sendable {
        /// Nobody: the parameter is left out.
        case nobody
        /// `DEFAULT_IDENTITY_CLIENT_ID`; the parameter is empty without it.
        case defaultOrEmpty
        /// `DEFAULT_IDENTITY_CLIENT_ID`; without it nobody is asked.
        case defaultOnly
    }

    /// What becomes of the link when an identity is named at a source that has but one, and nobody is asked.
    enum Refusal: Sendable {
        case skips
        case breaks
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
    /// Whether `AZURE_CLIENT_ID` that is set but empty takes the link out of the chain.
    var refusesEmptyClientID = false
    var unnamed2017 = Unnamed2017.nobody
    /// Where `AZURE_CLIENT_ID` must not be set.
    var refusals: [Source: Refusal] = [:]
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
            return .skipped("AZURE_CLIENT_ID is set but empty, which this client takes for an identity without a name")
        }
        guard let (source, because) = found(in: environment) else { return .skipped("no source is found") }
        if let refusal = refusals[source], identity(in: environment) != nil {
            let reason =
                "\(because.joined(separator: " and ")): this source has one identity, and AZURE_CLIENT_ID names one, so nobody is asked"
            switch refusal {
            case .skips: return .skipped(reason)
            case .breaks: return .broken(reason)
            }
        }
        switch source {
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
        case .version2017(let name): return version2017(name, in: environment, resource, because: because)
        case .cloudShell:
            return question(
                "Cloud Shell", because: because, environment,
                ChainRequest(
                    "POST", environment["MSI_ENDPOINT"] ?? "", headers: [("Metadata", .plain("true"))],
                    form: ([("resource", resource)] + selector(environment)).map { ($0.0, .plain($0.1)) }))
        case .serviceFabric:
            return question(
                "Service Fabric", because: because, environment,
                ChainRequest(
                    "GET", Self.url(environment["IDENTITY_ENDPOINT"], [("api-version", serviceFabricVersion), ("resource", resource)]),
                    headers: [("Secret", .secret(variable: "IDENTITY_HEADER"))]))
        }
    }

    /// What is there, and what tells so.
    private func found(in environment: ChainEnvironment) -> (source: Source, because: [String])? {
        guard let found = detections.first(where: { $0.variables.allSatisfy { environment[$0] != nil } }) else { return nil }
        if found.source == .metadataService, findsArcByFile, environment.has(file: Self.agentFile) { return (.arc, [Self.agentFile]) }
        return (found.source, found.variables)
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

    private func version2017(
        _ name: String, in environment: ChainEnvironment, _ resource: String, because: [String]
    ) -> ChainLink.Plan {
        let standard = environment["DEFAULT_IDENTITY_CLIENT_ID"]
        let asked: String?
        switch (identity(in: environment), unnamed2017) {
        case (let named?, _): asked = named
        case (nil, .nobody): asked = nil
        case (nil, .defaultOrEmpty): asked = standard ?? ""
        case (nil, .defaultOnly):
            guard let standard else {
                return .skipped("\(because.joined(separator: " and ")): DEFAULT_IDENTITY_CLIENT_ID is not set, and so nobody is asked")
            }
            asked = standard
        }
        return question(
            name, because: because, environment,
            ChainRequest(
                "GET",
                Self.url(
                    environment["MSI_ENDPOINT"],
                    [("api-version", "2017-09-01"), ("resource", resource)] + (asked.map { [("clientid", $0)] } ?? [])),
                headers: [("secret", .secret(variable: "MSI_SECRET"))]))
    }

    private func question(
        _ source: String, because: [String], _ environment: ChainEnvironment, _ request: ChainRequest
    ) -> ChainLink.Plan {
        .asks(
            ChainQuestion(
                source: source, because: because, before: [], probe: .none, request: request, endings: otherEndings ?? endings, remarks: [])
        )
    }

    /// Whom the client asks for by name.
    private func identity(in environment: ChainEnvironment) -> String? { readsClientID ? environment["AZURE_CLIENT_ID"] : nil }

    private func selector(_ environment: ChainEnvironment) -> [(String, String)] {
        identity(in: environment).map { [("client_id", $0)] } ?? []
    }

    private static func url(_ endpoint: String?, _ parameters: [(String, String)]) -> String {
        let endpoint = endpoint ?? ""
        let query = parameters.map { "\($0.0)=\(Percent.encodeQuery($0.1))" }.joined(separator: "&")
        return "\(endpoint)\(endpoint.contains("?") ? "&" : "?")\(query)"
    }
}

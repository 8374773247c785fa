import WireFormats

/// How an SDK gets a token from the token service: what it must have, what it asks first, what it makes of a refusal (source:
/// sdk-clients.md §5, §6).
struct AuthorityRules: Sendable {
    /// A document that is fetched before the token request.
    enum Step: Sendable {
        /// Whether the authority's host is one, which login.microsoftonline.com is asked.
        case instanceDiscovery
        /// The tenant's OpenID configuration.
        case openID
    }

    /// What is fetched first when the authority is one of Microsoft's.
    var beforeKnown: [Step] = []
    /// What is fetched first when it is any other.
    var beforeOther: [Step] = []
    /// Whether a variable that is set but empty counts as set.
    var takesEmpty = false
    var endings = ChainEndings.stopping

    private static let publicHost = "login.microsoftonline.com"
    /// Hosts that need no discovery (source: sdk-clients.md §5.2).
    private static let knownHosts: Set<String> = [
        "login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net", "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn", "login.microsoftonline.de", "login-us.microsoftonline.com", "login.microsoftonline.us",
        "login.usgovcloudapi.net", "login.sovcloud-identity.fr", "login.sovcloud-identity.de", "login.sovcloud-identity.sg",
    ]
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// A secret, else a certificate, else a password: the first that is whole counts.
    func secretPlan(in environment: ChainEnvironment, resource: String) -> ChainLink.Plan {
        func isSet(_ name: String) -> Bool { environment[name] != nil || takesEmpty && environment.isEmpty(name) }
        let ways: [(variable: String, others: [String])] = [
            ("AZURE_CLIENT_SECRET", ["AZURE_TENANT_ID"]), ("AZURE_CLIENT_CERTIFICATE_PATH", ["AZURE_TENANT_ID"]),
            ("AZURE_PASSWORD", ["AZURE_USERNAME"]),
        ]
        let client = "AZURE_CLIENT_ID"
        guard isSet(client), let way = ways.first(where: { isSet($0.variable) && $0.others.allSatisfy(isSet) }) else {
            let names = "\(client), AZURE_TENANT_ID and one of AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH"
            let given = ([client, "AZURE_TENANT_ID"] + ways.map(\.variable)).filter { isSet($0) }
            return .skipped("\(names) are needed; set: \(given.isEmpty ? "none" : given.joined(separator: ", "))")
        }
        let proof: [(String, ChainRequest.Value)] =
            switch way.variable {
            case "AZURE_CLIENT_SECRET": [("client_secret", .secret(variable: way.variable))]
            case "AZURE_PASSWORD":
                [("username", .plain(environment["AZURE_USERNAME"] ?? "")), ("password", .secret(variable: way.variable))]
            default:
                [
                    ("client_assertion_type", .plain(Self.assertionType)),
                    ("client_assertion", .made("an assertion signed by \(environment[way.variable] ?? "")")),
                ]
            }
        return plan(
            in: environment, "token service", because: [client] + way.others + [way.variable],
            grant: way.variable == "AZURE_PASSWORD" ? "password" : "client_credentials", proof: proof, resource: resource)
    }

    /// A token in a file, exchanged.
    func federationPlan(in environment: ChainEnvironment, resource: String) -> ChainLink.Plan {
        let needed = Self.federationVariables
        let missing = needed.filter { environment[$0] == nil }
        guard missing.isEmpty, let file = environment["AZURE_FEDERATED_TOKEN_FILE"] else {
            return .skipped("\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") not set")
        }
        return plan(
            in: environment, "token service, by a federated credential", because: needed, grant: "client_credentials",
            proof: [("client_assertion_type", .plain(Self.assertionType)), ("client_assertion", .file(file))], resource: resource)
    }

    static let federationVariables = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"]

    private func plan(
        in environment: ChainEnvironment, _ source: String, because: [String], grant: String, proof: [(String, ChainRequest.Value)],
        resource: String
    ) -> ChainLink.Plan {
        let authority = environment["AZURE_AUTHORITY_HOST"] ?? "https://\(Self.publicHost)"
        guard authority.hasPrefix("https://") else {
            return .broken("AZURE_AUTHORITY_HOST: found \"\(authority)\"; allowed: a URL that begins with https://")
        }
        let base = authority.hasSuffix("/") ? String(authority.dropLast()) : authority
        let tenant = environment["AZURE_TENANT_ID"] ?? "organizations"
        let host = base.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        let steps = Self.knownHosts.contains(host.lowercased()) ? beforeKnown : beforeOther
        let before = steps.map { step in
            switch step {
            case .instanceDiscovery:
                let endpoint = Percent.encodeQuery("\(base)/\(tenant)/oauth2/v2.0/authorize")
                return ChainRequest(
                    "GET",
                    "https://\(Self.publicHost)/common/discovery/instance?api-version=1.1&authorization_endpoint=\(endpoint)")
            case .openID: return ChainRequest("GET", "\(base)/\(tenant)/v2.0/.well-known/openid-configuration")
            }
        }
        let form: [(String, ChainRequest.Value)] =
            [
                ("grant_type", .plain(grant)), ("client_id", .plain(environment["AZURE_CLIENT_ID"] ?? "")),
                ("scope", .plain("\(resource)/.default")),
            ] + proof
        return .asks(
            ChainQuestion(
                source: source, because: because + (environment["AZURE_AUTHORITY_HOST"] == nil ? [] : ["AZURE_AUTHORITY_HOST"]),
                before: before, probe: .none, request: ChainRequest("POST", "\(base)/\(tenant)/oauth2/v2.0/token", form: form),
                endings: endings, remarks: []))
    }
}

import CredentialChains
import Testing

private let vault = "https://vault.azure.net"
private let here = "http://127.0.0.1:2579"
private let imds = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"

private func environment(_ variables: [String: String], files: Set<String> = []) -> ChainEnvironment {
    ChainEnvironment(variables: variables) { files.contains($0) }
}

private func links(_ language: ChainLanguage, _ variables: [String: String], files: Set<String> = []) -> [ChainLink] {
    language.table.links(in: environment(variables, files: files), resource: vault)
}

private func managedIdentity(_ language: ChainLanguage, _ variables: [String: String], files: Set<String> = []) -> ChainLink.Plan? {
    links(language, variables, files: files).first { $0.name == "ManagedIdentityCredential" }?.plan
}

private func question(_ plan: ChainLink.Plan?) throws -> ChainQuestion {
    guard case .asks(let question)? = plan else { throw NoQuestion(plan: plan) }
    return question
}

private struct NoQuestion: Error {
    let plan: ChainLink.Plan?
}

@Suite struct ChainTests {
    @Test(
        "each chain has the links of its SDK, in its order",
        arguments: [
            (ChainLanguage.python, 9, "EnvironmentCredential", "BrokerCredential"),
            (.go, 6, "EnvironmentCredential", "AzurePowerShellCredential"), (.net, 9, "EnvironmentCredential", "BrokerCredential"),
            (.js, 8, "EnvironmentCredential", "BrokerCredential"), (.java, 9, "EnvironmentCredential", "BrokerCredential"),
            (.rust, 2, "WorkloadIdentityCredential", "ManagedIdentityCredential"), (.cpp, 4, "EnvironmentCredential", "AzureCliCredential"),
        ])
    func order(language: ChainLanguage, count: Int, first: String, last: String) {
        let links = links(language, [:])
        #expect(links.count == count && links.first?.name == first && links.last?.name == last)
        #expect(links.allSatisfy { $0.section.hasPrefix("§") })
    }

    @Test(
        "the override of the metadata service becomes the URL that the SDK makes of it",
        arguments: [
            (ChainLanguage.python, "\(here)//", "\(here)\(imds)"), (.net, "\(here)/some/path", "\(here)\(imds)"),
            (.cpp, "\(here)/some/path", "\(here)\(imds)"),
            (.js, "HTTP://Localhost:2579", "http://localhost:2579" + imds.replacing("token?", "token/?")),
            (.js, "\(here)/", "\(here)/" + imds.replacing("token?", "token/?")), (.java, here, "\(here)/\(imds)"),
            (.go, here, "http://169.254.169.254\(imds)"),
            (.rust, here, "http://169.254.169.254" + imds.replacing("2018-02-01", "2019-08-01")),
        ])
    func overrides(language: ChainLanguage, host: String, url: String) throws {
        let asked = try question(managedIdentity(language, ["AZURE_POD_IDENTITY_AUTHORITY_HOST": host]))
        #expect(asked.request.url == url)
        #expect(asked.request.headers.map(\.name) == ["Metadata"])
    }

    @Test(
        "variables lead to the source that the SDK takes them for",
        arguments: [
            (ChainLanguage.python, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], "App Service 2019-08-01"),
            (.python, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], "Service Fabric"),
            (.python, ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], "Azure Arc"), (.python, ["MSI_ENDPOINT", "MSI_SECRET"], "Azure ML"),
            (.python, ["MSI_ENDPOINT"], "Cloud Shell"), (.go, ["IDENTITY_ENDPOINT"], "IMDS"),
            (.go, ["MSI_ENDPOINT", "MSI_SECRET"], "Azure ML"),
            (.go, ["MSI_ENDPOINT", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], "Cloud Shell"),
            (.python, ["MSI_ENDPOINT", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT"], "Azure Arc"),
            (.net, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], "App Service 2019-08-01"),
            (.js, ["MSI_ENDPOINT", "MSI_SECRET"], "Cloud Shell"),
            (.java, ["MSI_ENDPOINT", "MSI_SECRET"], "Cloud Shell"), (.cpp, ["MSI_ENDPOINT", "MSI_SECRET"], "App Service 2017-09-01"),
            (.cpp, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], "App Service 2019-08-01"),
            (.rust, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], "App Service 2019-08-01"), (.cpp, [], "IMDS"),
        ] as [(ChainLanguage, [String], String)])
    func sources(language: ChainLanguage, variables: [String], source: String) throws {
        let plan = managedIdentity(language, Dictionary(uniqueKeysWithValues: variables.map { ($0, "\(here)/x") }))
        #expect(try question(plan).source == source)
    }

    @Test(
        "what an SDK has no way with is skipped, and why is said",
        arguments: [
            (ChainLanguage.python, ["IDENTITY_ENDPOINT"], "IMDS is not tried"),
            (.rust, ["MSI_ENDPOINT"], "an error to this client"),
            (.rust, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"], "Service Fabric"),
        ])
    func unusable(language: ChainLanguage, variables: [String], told: String) {
        let plan = managedIdentity(language, Dictionary(uniqueKeysWithValues: variables.map { ($0, "\(here)/x") }))
        guard case .skipped(let reason)? = plan else {
            Issue.record("\(String(describing: plan))")
            return
        }
        #expect(reason.contains(told))
    }

    @Test(
        "the agent's file turns some to Azure Arc, where no variable says otherwise",
        arguments: [
            (ChainLanguage.python, "Azure Arc"), (.go, "Azure Arc"), (.net, "Azure Arc"), (.rust, "Azure Arc"), (.js, "IMDS"),
            (.cpp, "IMDS"),
        ])
    func agentFile(language: ChainLanguage, source: String) throws {
        let asked = try question(managedIdentity(language, [:], files: ["/opt/azcmagent/bin/himds"]))
        #expect(asked.source == source)
        #expect(asked.request.url.hasPrefix("http://localhost:40342/") == (source == "Azure Arc"))
    }

    @Test(
        "who looks before asking looks as its SDK does: Go bare, Python with the query, Java by connecting, and not where it is redirected")
    func probes() throws {
        func probe(_ language: ChainLanguage, _ variables: [String: String]) throws -> String {
            switch try question(managedIdentity(language, variables)).probe {
            case .none: "none"
            case .connection: "connection"
            case .request(let request, let needsToken): "\(request.headers.count) \(request.url.contains("?")) \(needsToken)"
            }
        }
        let redirected = ["AZURE_POD_IDENTITY_AUTHORITY_HOST": here]
        #expect(try probe(.go, redirected) == "0 false false")
        #expect(try probe(.python, [:]) == "0 true false" && probe(.python, redirected) == "none")
        #expect(try probe(.js, [:]) == "0 false false" && probe(.js, redirected) == "none")
        #expect(try probe(.net, [:]) == "0 true false" && probe(.net, redirected) == "0 true true")
        #expect(try probe(.java, [:]) == "connection" && probe(.cpp, [:]) == "none")
        #expect(try probe(.go, ["AZURE_TOKEN_CREDENTIALS": "managedidentitycredential"]) == "none")
    }

    @Test(
        "AZURE_TOKEN_CREDENTIALS picks links as the SDK reads it",
        arguments: [
            (ChainLanguage.python, "prod", 3), (.python, "PROD", 3), (.go, "prod", 3), (.go, "dev", 3), (.cpp, " Prod ", 3),
            (.cpp, "dev", 1),
            (.go, "azureclicredential", 1), (.python, "AzureCliCredential", 1), (.python, "", 9), (.go, "Prod", 0), (.go, "", 0),
            (.python, "nothing", 0),
        ])
    func selection(language: ChainLanguage, value: String, left: Int) {
        let links = links(language, ["AZURE_TOKEN_CREDENTIALS": value])
        let taken = links.filter { link in
            switch link.plan {
            case .skipped(let reason): !reason.contains("AZURE_TOKEN_CREDENTIALS")
            case .broken: false
            default: true
            }
        }
        #expect(taken.count == left)
        if left == 0 { #expect(links.count == 1) }
    }

    @Test("an empty client id takes managed identity out of Go's chain, and names nobody to the others")
    func emptyClientID() throws {
        guard case .skipped? = managedIdentity(.go, ["AZURE_CLIENT_ID": ""]) else {
            Issue.record("Go asks, or ends the chain")
            return
        }
        #expect(try !question(managedIdentity(.python, ["AZURE_CLIENT_ID": ""])).request.url.contains("client_id"))
        #expect(try question(managedIdentity(.python, ["AZURE_CLIENT_ID": "c"])).request.url.hasSuffix("&client_id=c"))
        #expect(try !question(managedIdentity(.cpp, ["AZURE_CLIENT_ID": "c"])).request.url.contains("client_id"))
    }

    @Test(
        "the protocol of 2017 names whom the SDK names, by the variable that it reads",
        arguments: [
            (ChainLanguage.python, [:], nil), (.python, ["DEFAULT_IDENTITY_CLIENT_ID": "d"], nil), (.python, ["AZURE_CLIENT_ID": "c"], "c"),
            (.cpp, ["AZURE_CLIENT_ID": "c"], nil), (.cpp, ["DEFAULT_IDENTITY_CLIENT_ID": "d"], nil), (.go, [:], ""),
            (.go, ["DEFAULT_IDENTITY_CLIENT_ID": "d"], "d"), (.go, ["DEFAULT_IDENTITY_CLIENT_ID": "d", "AZURE_CLIENT_ID": "c"], "c"),
            (.net, ["DEFAULT_IDENTITY_CLIENT_ID": "d"], "d"), (.net, ["AZURE_CLIENT_ID": "c"], "c"),
        ] as [(ChainLanguage, [String: String], String?)])
    func version2017(language: ChainLanguage, variables: [String: String], named: String?) throws {
        let place = ["MSI_ENDPOINT": here, "MSI_SECRET": "s"]
        let url = try question(managedIdentity(language, place.merging(variables) { $1 })).request.url
        let known = "\(here)?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net"
        #expect(url == known + (named.map { "&clientid=\($0)" } ?? ""))
    }

    @Test("without a default identity .NET asks Azure ML nothing")
    func noDefault() {
        guard case .skipped(let reason)? = managedIdentity(.net, ["MSI_ENDPOINT": here, "MSI_SECRET": "s"]) else {
            Issue.record("it is asked")
            return
        }
        #expect(reason.contains("DEFAULT_IDENTITY_CLIENT_ID"))
    }

    private static let shell = ["MSI_ENDPOINT"]
    private static let arc = ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]
    private static let fabric = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"]

    @Test(
        "who names an identity where there is but one is refused by the SDK itself, and the chain goes on or ends",
        arguments: [
            (ChainLanguage.python, fabric, true), (.go, shell, false), (.go, fabric, false), (.net, shell, false), (.net, arc, false),
            (.net, fabric, true), (.js, shell, false), (.js, arc, false), (.js, fabric, false), (.java, shell, true),
        ])
    func refusedNames(language: ChainLanguage, variables: [String], ends: Bool) throws {
        var environment = Dictionary(uniqueKeysWithValues: variables.map { ($0, here) })
        _ = try question(managedIdentity(language, environment))
        environment["AZURE_CLIENT_ID"] = "c"
        switch managedIdentity(language, environment) {
        case .skipped(let reason)?: #expect(!ends && reason.contains("AZURE_CLIENT_ID"))
        case .broken(let reason)?: #expect(ends && reason.contains("AZURE_CLIENT_ID"))
        default: Issue.record("it asks")
        }
    }

    @Test("the agent's file refuses .NET a name as the variables do")
    func refusedByFile() {
        guard case .skipped? = managedIdentity(.net, ["AZURE_CLIENT_ID": "c"], files: ["/opt/azcmagent/bin/himds"]) else {
            Issue.record("it asks")
            return
        }
    }

    @Test("who is not refused sends the name along: Python to Cloud Shell, Go to Azure Arc, and C++ reads none")
    func sentNames() throws {
        func asked(_ language: ChainLanguage, _ variables: [String]) throws -> ChainRequest {
            let environment = Dictionary(uniqueKeysWithValues: variables.map { ($0, here) }).merging(["AZURE_CLIENT_ID": "c"]) { $1 }
            return try question(managedIdentity(language, environment)).request
        }
        #expect(try asked(.python, Self.shell).form.map(\.name) == ["resource", "client_id"])
        #expect(try asked(.cpp, Self.shell).form.map(\.name) == ["resource"])
        #expect(try asked(.go, Self.arc).url.hasSuffix("&client_id=c"))
    }

    @Test("a federated token is exchanged at the authority, after the documents that the SDK fetches first")
    func federation() throws {
        let variables = [
            "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": "/token",
            "AZURE_AUTHORITY_HOST": "https://a.test:1/",
        ]
        func asked(_ language: ChainLanguage) throws -> ChainQuestion {
            try question(links(language, variables).first { $0.name == "WorkloadIdentityCredential" }?.plan)
        }
        let go = try asked(.go)
        #expect(go.request.url == "https://a.test:1/t/oauth2/v2.0/token")
        #expect(
            go.before.map(\.url) == [
                "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint="
                    + "https%3A%2F%2Fa.test%3A1%2Ft%2Foauth2%2Fv2.0%2Fauthorize",
                "https://a.test:1/t/v2.0/.well-known/openid-configuration",
            ])
        #expect(try asked(.python).before.isEmpty && asked(.cpp).before.isEmpty && asked(.js).before.count == 2)
        #expect(go.request.form.map(\.name) == ["grant_type", "client_id", "scope", "client_assertion_type", "client_assertion"])
        guard case .file("/token")? = go.request.form.last?.value else {
            Issue.record("the assertion is not the file's")
            return
        }
        // A bare ManagedIdentityCredential in a mutated pod never touches IMDS.
        #expect(try question(managedIdentity(.python, variables)).source.contains("federated"))
        #expect(try question(managedIdentity(.go, variables)).source == "IMDS")
    }

    @Test("an authority without TLS ends the chain")
    func insecure() {
        let links = links(
            .python,
            [
                "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": "http://a.test",
            ])
        guard case .broken(let reason)? = links.first?.plan else {
            Issue.record("it goes on")
            return
        }
        #expect(reason.contains("http://a.test"))
    }

    @Test("a secret is named by its variable and never held")
    func secrets() throws {
        let plan = links(.js, ["AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "hunter2"]).first?.plan
        #expect(!"\(try question(plan))".contains("hunter2"))
    }

    @Test(
        "refusals end the chain, or do not, as the facts have it",
        arguments: [
            (ChainLanguage.python, 400, "", true, false), (.go, 400, "", true, true), (.go, 400, "", false, false),
            (.java, 400, "", false, true), (.net, 400, "", true, false), (.js, 503, "", false, false), (.go, 403, "", false, true),
            (.go, 403, "… unreachable …", false, false), (.python, 403, "", false, false), (.python, 200, "{}", false, true),
            (.go, 200, "{}", false, false), (.go, 429, "", false, true), (.cpp, 400, "", false, false), (.java, 503, "", false, true),
        ])
    func endings(language: ChainLanguage, status: Int, body: String, namesIdentity: Bool, stops: Bool) throws {
        let endings = try question(managedIdentity(language, [:])).endings
        let ending = endings.ending(status: status, body: body, namesIdentity: namesIdentity)
        #expect((ending == .stop) == stops)
        #expect(endings.ending(status: nil, body: "", namesIdentity: false) == .next)
    }

    @Test("nobody at an endpoint that variables name ends Python's chain, and so does plain text; nobody at IMDS does not")
    func silence() throws {
        let named = try question(managedIdentity(.python, ["IDENTITY_ENDPOINT": here, "IDENTITY_HEADER": "x"]))
        #expect(named.endings.ending(status: nil, body: "", namesIdentity: false) == .stop)
        #expect(named.endings.ending(status: 400, body: "no JSON", namesIdentity: false) == .stop)
        #expect(named.endings.ending(status: 400, body: "{}", namesIdentity: false) == .next)
        let real = try question(managedIdentity(.python, [:]))
        #expect(real.endings.ending(status: nil, body: "", namesIdentity: false) == .next)
        #expect(real.endings.ending(status: 400, body: "no JSON", namesIdentity: false) == .next)
    }

    @Test(
        "trust is looked for where the client looks",
        arguments: [
            (ChainLanguage.python, "REQUESTS_CA_BUNDLE", true), (.python, "SSL_CERT_FILE", false), (.go, "SSL_CERT_FILE", true),
            (.go, "REQUESTS_CA_BUNDLE", false), (.js, "NODE_EXTRA_CA_CERTS", true), (.cpp, "SSL_CERT_FILE", false),
        ])
    func trust(language: ChainLanguage, variable: String, accepts: Bool) {
        let trust = language.table.trust
        func read(_ path: String) -> String? { path == "/ca" ? "public\n-----\nAB\nCD\n-----\n" : nil }
        #expect(trust.accepts("-----\nABCD\n-----", in: environment([variable: "/ca"]), read: read) == accepts)
        #expect(!trust.accepts("-----\nOTHER\n-----", in: environment([variable: "/ca"]), read: read))
        let store: (String) -> String? = { $0 == "/etc/ssl/certs/ca-certificates.crt" ? "ABCD" : nil }
        #expect(trust.accepts("ABCD", in: environment([:]), read: store) == [.go, .cpp].contains(language))
    }
}

extension String {
    fileprivate func replacing(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + self[range.upperBound...]
    }
}

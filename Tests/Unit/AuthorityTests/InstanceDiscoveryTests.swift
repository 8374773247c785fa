import HTTPServing
import Testing
import WireFormats

@Suite struct InstanceDiscoveryTests {
    private func ask(_ query: String, path: String = "/common/discovery/instance") async throws -> HTTPResponse {
        await (try Harness()).send("GET", "\(path)?\(query)")
    }

    @Test("version 1.1 tells where the tenant's document is, its own version, and the networks in order")
    func metadata() async throws {
        let url = "https%3A%2F%2Flogin.microsoftonline.com%2F\(tenant)%2Foauth2%2Fv2.0%2Fauthorize"
        let document = try await ask("api-version=1.1&authorization_endpoint=\(url)").document
        #expect(document.names == ["tenant_discovery_endpoint", "api-version", "metadata"])
        #expect(
            document["tenant_discovery_endpoint"]
                == .string("https://login.microsoftonline.com/\(tenant)/v2.0/.well-known/openid-configuration"))
        #expect(document["api-version"] == "1.1")
        let networks = document["metadata"]?.elements ?? []
        #expect(
            networks.first == [
                "preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
                "aliases": ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
            ])
        #expect(
            networks.map { $0["preferred_network"]?.text } == [
                "login.microsoftonline.com", "login.partner.microsoftonline.cn", "login.microsoftonline.de", "login.microsoftonline.us",
                "login-us.microsoftonline.com",
            ])
    }

    @Test(
        "the document follows host, port and tenant of what was asked, and its version the path",
        arguments: [
            ("authorization_endpoint=https://localhost:8443/t/oauth2/v2.0/authorize", "https://localhost:8443/t/v2.0"),
            ("authorization_endpoint=https://LOGIN.local/common/oauth2/v2.0/authorize", "https://login.local/common/v2.0"),
            ("authorization_endpoint=https://login.windows.net/t/oauth2/authorize", "https://login.windows.net/t"),
            ("authorization_endpoint=https://login.microsoftonline.us/contoso.example", "https://login.microsoftonline.us/contoso.example"),
            ("authorization_endpoint=https%3A%2F%2F%5B%3A%3A1%5D%3A9%2Ft%2F", "https://[::1]:9/t"),
            ("issuer=https://sts.windows.net/t/", "https://sts.windows.net/t"),
            ("issuer=https://login.microsoftonline.com/t/oauth2/v2.0/authorize", "https://login.microsoftonline.com/t"),
        ])
    func endpoints(query: String, base: String) async throws {
        let document = try await ask("api-version=1.0&\(query)").document
        #expect(document == ["tenant_discovery_endpoint": .string("\(base)/.well-known/openid-configuration")])
    }

    @Test(
        "what is not an authority, or not a question, is refused word for word",
        arguments: [
            (
                "api-version=1.1&authorization_endpoint=https://evil.example/t/oauth2/v2.0/authorize", "invalid_instance", 50_049,
                "Unknown or invalid instance.", true
            ),
            (
                "api-version=9.9&authorization_endpoint=https://localhost/t", "invalid_request", 500_501,
                "Invalid value for 'api-version'.",
                false
            ),
            ("authorization_endpoint=https://localhost/t", "invalid_request", 500_501, "Invalid value for 'api-version'.", false),
            ("api-version=1.1", "invalid_request", 500_502, "Expected exactly one of 'issuer' and 'authorization_endpoint'.", false),
            (
                "api-version=1.1&issuer=https://localhost/t&authorization_endpoint=https://localhost/t", "invalid_request", 500_502,
                "Expected exactly one of 'issuer' and 'authorization_endpoint'.", false
            ),
            (
                "api-version=1.1&authorization_endpoint=http://localhost/t", "invalid_request", 50_050,
                "The request is malformed: invalid format for 'authorization_endpoint' value.", false
            ),
            ("api-version=1.1&issuer=/t", "invalid_request", 50_050, "The request is malformed: invalid format for 'issuer' value.", false),
            (
                "api-version=1.1&authorization_endpoint=https://localhost", "invalid_request", 50_050,
                "The request is malformed: invalid format for 'authorization_endpoint' value.", false
            ),
            (
                "api-version=1.1&authorization_endpoint=https://user@localhost/t", "invalid_request", 50_050,
                "The request is malformed: invalid format for 'authorization_endpoint' value.", false
            ),
        ] as [(String, String, Int, String, Bool)])
    func refusals(query: String, error: String, code: Int, message: String, hasPage: Bool) async throws {
        let harness = try Harness()
        let response = await harness.send("GET", "/common/discovery/instance?\(query)")
        let body = response.document
        #expect(response.status.code == 400)
        #expect(body["error"] == .string(error) && body["error_codes"] == [.integer(code)] && (body["error_uri"] != nil) == hasPage)
        #expect(body["error_description"]?.text?.hasPrefix("AADSTS\(code): \(message) Trace ID: ") == true)
        #expect(harness.decision["check"] == "instance" && harness.decision["outcome"] == "rejected")
    }

    @Test("under a tenant there is no instance discovery", arguments: ["organizations", tenant])
    func elsewhere(segment: String) async throws {
        let query = "api-version=1.1&authorization_endpoint=https://localhost/t"
        #expect(try await ask(query, path: "/\(segment)/discovery/instance").status.code == 404)
    }

    @Test("every URL a discovery document names on our host answers", arguments: [tenant, "common", "consumers"])
    func named(segment: String) async throws {
        let harness = try Harness()
        for path in ["/\(segment)/v2.0/.well-known/openid-configuration", "/\(segment)/.well-known/openid-configuration"] {
            let document = await harness.send("GET", path).document
            let urls = document.names.compactMap { document[$0]?.text }.filter { $0.hasPrefix("https://login.microsoftonline.com/") }
                .filter { !$0.contains("{tenantid}") && $0 != document["issuer"]?.text }
            #expect(urls.count >= 6)
            for url in urls {
                let target = String(url.dropFirst("https://login.microsoftonline.com".count))
                for method in ["GET", "POST"] where !target.contains("/discovery/") || method == "GET" {
                    let answer = await harness.send(method, target)
                    #expect(answer.status.code != 404 && answer.status.code < 500, "\(method) \(target)")
                }
            }
        }
    }

    @Test("the endpoints for people quote nothing as markup")
    func markup() async throws {
        let harness = try Harness()
        let response = await harness.send("GET", "/%3Cscript%3E/oauth2/v2.0/authorize?client_id=x")
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status.code == 200 && text.contains("AADSTS90002") && !text.contains("<script>"))
        #expect(harness.decision["check"] == "tenant")
    }

    @Test(
        "a document follows the cloud of its tenant, or of the host that was asked",
        arguments: [
            ("login.microsoftonline.us", "common", "https://login.microsoftonline.us/{tenantid}/v2.0", "microsoftonline.us"),
            (
                "login.partner.microsoftonline.cn", "common", "https://login.partner.microsoftonline.cn/{tenantid}/v2.0",
                "partner.microsoftonline.cn"
            ),
            ("localhost:8443", "common", "https://login.microsoftonline.com/{tenantid}/v2.0", "microsoftonline.com"),
            (
                "localhost:8443", "gov.example", "https://login.microsoftonline.us/99999999-2222-4333-8444-555555555555/v2.0",
                "microsoftonline.us"
            ),
        ])
    func clouds(host: String, segment: String, issuer: String, cloud: String) async throws {
        let government = ours(
            "Tenant", "gov",
            "{tenantID: 99999999-2222-4333-8444-555555555555, domains: [gov.example], cloud: AzureUSGovernmentCloud}")
        let harness = try Harness(government)
        let document = await harness.send("GET", "/\(segment)/v2.0/.well-known/openid-configuration", headers: [("Host", host)]).document
        #expect(document["issuer"] == .string(issuer) && document["cloud_instance_name"] == .string(cloud))
        let keys = await harness.send("GET", "/\(segment)/discovery/v2.0/keys", headers: [("Host", host)]).document
        #expect(keys["keys"]?.elements?.first?["issuer"] == .string(issuer))
    }
}

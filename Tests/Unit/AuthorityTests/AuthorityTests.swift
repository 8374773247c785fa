import Authority
import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import Surroundings
import Testing
import TokenIssuance
import WireFormats

@Suite struct AuthorityTests {
    private func answer(_ target: String, method: String = "GET", headers: [(String, String)] = [("Host", "Login.Example:8443")])
        async throws
        -> HTTPResponse
    { await (try Harness()).send(method, target, headers: headers) }

    private func document(_ target: String, headers: [(String, String)] = [("Host", "Login.Example:8443")]) async throws -> JSONValue {
        let response = try await answer(target, headers: headers)
        #expect(response.status.code == 200)
        return try JSONValue(parsing: response.body)
    }

    @Test("the v2 document has its members in the order of the captures")
    func v2() async throws {
        #expect(
            try await document("/\(tenant)/v2.0/.well-known/openid-configuration").names == [
                "token_endpoint", "token_endpoint_auth_methods_supported", "jwks_uri", "response_modes_supported",
                "subject_types_supported",
                "id_token_signing_alg_values_supported", "response_types_supported", "scopes_supported", "issuer",
                "request_uri_parameter_supported", "userinfo_endpoint", "authorization_endpoint", "device_authorization_endpoint",
                "http_logout_supported", "frontchannel_logout_supported", "end_session_endpoint", "claims_supported", "kerberos_endpoint",
                "tenant_region_scope", "cloud_instance_name", "cloud_graph_host_name", "msgraph_host", "rbac_url",
            ])
    }

    @Test("the v1 document has its members in the order of the captures")
    func v1() async throws {
        #expect(
            try await document("/\(tenant)/.well-known/openid-configuration").names == [
                "token_endpoint", "token_endpoint_auth_methods_supported", "jwks_uri", "response_modes_supported",
                "subject_types_supported",
                "id_token_signing_alg_values_supported", "response_types_supported", "scopes_supported", "issuer",
                "microsoft_multi_refresh_token", "authorization_endpoint", "device_authorization_endpoint", "http_logout_supported",
                "frontchannel_logout_supported", "end_session_endpoint", "claims_supported", "check_session_iframe", "userinfo_endpoint",
                "kerberos_endpoint", "tenant_region_scope", "cloud_instance_name", "cloud_graph_host_name", "msgraph_host", "rbac_url",
            ])
    }

    @Test(
        "a tenant asked for by id or domain is told by its GUID; common keeps the placeholder",
        arguments: [
            (tenant, tenant, tenant, "WW"), (tenant.uppercased(), tenant, tenant, "WW"), ("contoso.example", tenant, tenant, "WW"),
            ("CONTOSO.example", tenant, tenant, "WW"), ("common", "common", "{tenantid}", nil), ("Common", "common", "{tenantid}", nil),
            ("organizations", "organizations", "{tenantid}", nil),
        ] as [(String, String, String, String?)])
    func tenants(segment: String, path: String, issuer: String, region: String?) async throws {
        let v2 = try await document("/\(segment)/v2.0/.well-known/openid-configuration")
        #expect(v2["issuer"] == .string("https://login.microsoftonline.com/\(issuer)/v2.0"))
        #expect(v2["token_endpoint"] == .string("https://login.example:8443/\(path)/oauth2/v2.0/token"))
        #expect(v2["jwks_uri"] == .string("https://login.example:8443/\(path)/discovery/v2.0/keys"))
        #expect(v2["tenant_region_scope"] == (region.map { .string($0) } ?? .null))
        let v1 = try await document("/\(segment)/.well-known/openid-configuration")
        #expect(v1["issuer"] == .string("https://sts.windows.net/\(issuer)/"))
        #expect(v1["token_endpoint"] == .string("https://login.example:8443/\(path)/oauth2/token"))
        #expect(v1["jwks_uri"] == .string("https://login.example:8443/\(path)/discovery/keys"))
    }

    @Test(
        "URLs follow the Host header, and a hostile one is ignored",
        arguments: [
            ("login.microsoftonline.com", "login.microsoftonline.com"), ("LOCALHOST:9443", "localhost:9443"), ("[::1]:9443", "[::1]:9443"),
            ("", "127.0.0.1:9443"), ("evil/path", "127.0.0.1:9443"), ("a\"b", "127.0.0.1:9443"), ("user@evil", "127.0.0.1:9443"),
            ("evil?x", "127.0.0.1:9443"), ("evil#x", "127.0.0.1:9443"), ("a b", "127.0.0.1:9443"), ("é.example", "127.0.0.1:9443"),
            ("a\\b", "127.0.0.1:9443"), ("<script>", "127.0.0.1:9443"), ("%65vil", "127.0.0.1:9443"),
        ])
    func hosts(sent: String, told: String) async throws {
        let headers = [("Host", sent)]
        for target in ["/common/v2.0/.well-known/openid-configuration", "/common/.well-known/openid-configuration"] {
            let found = try await document(target, headers: headers)
            #expect(found["token_endpoint"]?.text?.hasPrefix("https://\(told)/common/oauth2/") == true)
            #expect(found["jwks_uri"]?.text?.hasPrefix("https://\(told)/common/discovery/") == true)
        }
        let error = try await JSONValue(parsing: answer("/nope/.well-known/openid-configuration", headers: headers).body)
        #expect(error["error_uri"] == .string("https://\(told)/error?code=90002"))
    }

    @Test(
        "a failure on a bad day leads back to the host that was asked, too",
        arguments: [("Login.Example:8443", "login.example:8443"), ("", "127.0.0.1:9443"), ("evil/path", "127.0.0.1:9443")])
    func outage(sent: String, told: String) throws {
        let request = HTTPRequest(
            method: "POST", target: "/t/oauth2/token", headers: [("Host", sent)], body: [],
            peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        let answer = try Harness().service.outage(status: 503, retryAfter: nil, for: request)
        #expect(answer.document["error_uri"]?.text?.hasPrefix("https://\(told)/error?code=") == true)
    }

    @Test("without a Host header the listener's own name is told")
    func noHost() async throws {
        #expect(
            try await document("/common/.well-known/openid-configuration", headers: [])["token_endpoint"]
                == "https://127.0.0.1:9443/common/oauth2/token")
    }

    @Test("doubled slashes before the tenant are taken as one")
    func slashes() async throws { #expect(try await answer("//\(tenant)/v2.0/.well-known/openid-configuration").status.code == 200) }

    @Test(
        "an unknown tenant is invalid_tenant, 90002, with the caller's correlation id",
        arguments: [
            "/nope/v2.0/.well-known/openid-configuration", "/nope/.well-known/openid-configuration", "/nope/discovery/keys",
            "/nope/discovery/v2.0/keys",
        ])
    func unknownTenant(target: String) async throws {
        let correlation = "99999999-2222-4333-8444-555555555555"
        let response = try await answer(target, headers: [("Host", "h"), ("client-request-id", correlation)])
        #expect(response.status.code == 400)
        let body = try JSONValue(parsing: response.body)
        #expect(body.names == ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"])
        #expect(body["error"] == "invalid_tenant" && body["error_codes"] == [90002])
        #expect(body["error_description"]?.text?.hasPrefix("AADSTS90002: Tenant 'nope' not found. ") == true)
        #expect(body["correlation_id"] == .string(correlation))
        #expect(response.expandedHeaders.contains(.field("x-ms-request-id", body["trace_id"]?.text ?? "")))
        #expect(response.expandedHeaders.contains(.field("Cache-Control", "no-store, no-cache")))
    }

    @Test(
        "a key set has both published keys with exactly the public members",
        arguments: [(tenant, tenant), ("contoso.example", tenant), ("common", "{tenantid}")])
    func keys(segment: String, issuer: String) async throws {
        let published = try sharedKeys.get().published(at: start)
        func entry(_ key: TokenSigningKey) -> [JSONMember] {
            [
                JSONMember("kty", "RSA"), JSONMember("use", "sig"), JSONMember("kid", .string(key.keyID)),
                JSONMember("x5t", .string(key.keyID)),
                JSONMember("n", .string(Base64.encodeURL(key.key.publicKey.modulus))), JSONMember("e", "AQAB"),
                JSONMember("x5c", [.string(Base64.encode(key.certificate.der))]),
            ]
        }
        let more = [
            JSONMember("cloud_instance_name", "microsoftonline.com"),
            JSONMember("issuer", .string("https://login.microsoftonline.com/\(issuer)/v2.0")),
        ]
        #expect(published.count == 2)
        #expect(try await document("/\(segment)/discovery/keys") == ["keys": .array(published.map { .object(entry($0)) })])
        #expect(try await document("/\(segment)/discovery/v2.0/keys") == ["keys": .array(published.map { .object(entry($0) + more) })])
    }

    @Test("documents are cacheable, readable from any origin, and say that they are JSON")
    func headers() async throws {
        let headers = try await answer("/common/discovery/keys").expandedHeaders
        #expect(headers.first == .field("Cache-Control", "max-age=86400, private"))
        #expect(headers.contains(.field("Content-Type", "application/json; charset=utf-8")))
        #expect(headers.contains(.field("Access-Control-Allow-Origin", "*")))
    }

    @Test(
        "other paths and methods are not found",
        arguments: [
            ("GET", "/"), ("GET", "/\(tenant)"), ("GET", "/\(tenant)/discovery/v3.0/keys"),
            ("GET", "/a/b/.well-known/openid-configuration"),
        ])
    func unknownPath(method: String, target: String) async throws {
        let response = try await answer(target, method: method)
        #expect(response.status.code == 404 && response.body.isEmpty)
    }
}

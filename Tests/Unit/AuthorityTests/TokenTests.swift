import Decisions
import HTTPServing
import Surroundings
import Testing
import WireFormats

@Suite struct TokenTests {
    @Test("the v2 endpoint answers four members in order, numbers as numbers, one second short")
    func v2() async throws {
        let harness = try Harness()
        let response = await harness.token()
        #expect(response.status.code == 200)
        #expect(response.document.names == ["token_type", "expires_in", "ext_expires_in", "access_token"])
        #expect(response.document["token_type"] == "Bearer" && response.document["expires_in"] == 3599)
        #expect(response.document["ext_expires_in"] == 3599)
        let (header, claims) = try response.parts()
        #expect(header.names == ["typ", "alg", "x5t", "kid"])
        #expect(
            claims.names == [
                "aud", "iss", "iat", "nbf", "exp", "aio", "appid", "appidacr", "idp", "idtyp", "oid", "rh", "sub", "tid", "uti", "ver",
                "xms_idrel",
            ])
        #expect(claims["aud"] == "https://vault.azure.net" && claims["iss"] == .string("https://sts.windows.net/\(tenant)/"))
        #expect(claims["appid"] == .string(web) && claims["appidacr"] == "1" && claims["ver"] == "1.0")
        #expect(claims["oid"] == "aaaaaaaa-0000-4000-8000-000000000002" && claims["sub"] == claims["oid"])
        #expect(claims["iat"]?.integer == start.rawValue - 300 && claims["nbf"] == claims["iat"])
        #expect(claims["exp"]?.integer == start.rawValue + 3600)
        let decision = harness.decision
        #expect(decision["outcome"] == "issued" && decision["uti"] == claims["uti"] && decision["check"] == nil)
        #expect(decision["matched"] == ["Application web"] && decision["resource"] == "https://vault.azure.net")
    }

    @Test("the v1 endpoint answers numbers as strings and repeats the resource, slash and all")
    func v1() async throws {
        let response = await (try Harness()).token(
            ["scope": nil, "resource": "https://vault.azure.net/"], path: "/\(tenant)/oauth2/token?api-version=1.0")
        #expect(
            response.document.names == [
                "token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
            ])
        #expect(response.document["expires_in"] == "3599" && response.document["resource"] == "https://vault.azure.net/")
        #expect(response.document["expires_on"] == .string(String(start.rawValue + 3600)))
        #expect(response.document["not_before"] == .string(String(start.rawValue - 300)))
        #expect(try response.claims()["aud"] == "https://vault.azure.net/")
    }

    @Test("the v1 endpoint without a resource means Azure AD Graph")
    func v1Default() async throws {
        let response = await (try Harness()).token(["scope": nil], path: "/\(tenant)/oauth2/token")
        #expect(try response.claims()["aud"] == "00000002-0000-0000-c000-000000000000")
    }

    @Test("a default custom v2 API's token has exactly the fifteen claims of the capture, and roles when there are some")
    func customAPI() async throws {
        let (header, claims) = try await (try Harness()).token(["scope": "api://orders/.default"]).parts()
        #expect(header.names == ["typ", "alg", "kid"])
        #expect(
            Set(claims.names) == [
                "aio", "aud", "azp", "azpacr", "exp", "iat", "iss", "nbf", "oid", "rh", "roles", "sub", "tid", "uti", "ver", "xms_ftd",
            ])
        #expect(claims["aud"] == "dddddddd-0000-4000-8000-000000000001" && claims["azpacr"] == "1" && claims["roles"] == ["Read"])
        #expect(claims["iss"] == .string("https://login.microsoftonline.com/\(tenant)/v2.0"))
    }

    @Test(
        "any living secret of the application counts, wherever its value is kept",
        arguments: ["p@ss+w/rd&=", "later", "from the environment", "from a file"])
    func secrets(value: String) async throws {
        #expect(await (try Harness()).token(["client_secret": value]).status.code == 200)
    }

    @Test(
        "credentials may come by HTTP Basic, form-encoded as RFC 6749 says",
        arguments: ["\(web):p%40ss%2Bw%2Frd%26%3D", "\(web):p@ss%2bw/rd&="])
    func basic(pair: String) async throws {
        let header = ("Authorization", "Basic " + Base64.encode(Array(pair.utf8)))
        let response = await (try Harness()).token(["client_id": nil, "client_secret": nil], headers: [header])
        #expect(response.status.code == 200)
    }

    @Test("the tenant may be named by id in any case or by domain", arguments: [tenant, tenant.uppercased(), "Contoso.example"])
    func tenants(segment: String) async throws {
        let response = await (try Harness()).token(path: "/\(segment)/oauth2/v2.0/token")
        #expect(try response.claims()["tid"] == .string(tenant))
    }

    @Test(
        "what stands before /.default is the audience, letter by letter",
        arguments: [
            ("https://management.azure.com/.default", "https://management.azure.com"),
            ("https://management.azure.com//.default", "https://management.azure.com/"),
            ("https://management.core.windows.net//.default openid offline_access profile", "https://management.core.windows.net/"),
            ("cfa8b339-82a2-471a-a3c9-0fc0be7a4093/.default", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
            ("api://dddddddd-0000-4000-8000-000000000001/.default", "dddddddd-0000-4000-8000-000000000001"),
            ("https://vault.azure.net/.default https://vault.azure.net/.default", "https://vault.azure.net"),
        ])
    func audiences(scope: String, audience: String) async throws {
        #expect(try await (try Harness()).token(["scope": scope]).claims()["aud"] == .string(audience))
    }

    @Test("a client that can take a challenge gets a long token of Graph, with xms_cc and a time to refresh")
    func continuousEvaluation() async throws {
        let claims = #"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#
        let harness = try Harness()
        let response = await harness.token(["scope": "https://graph.microsoft.com/.default", "claims": claims])
        let lifetime = try #require(response.document["expires_in"]?.integer)
        #expect((71_999...100_800).contains(lifetime))
        #expect(response.document.names == ["token_type", "expires_in", "ext_expires_in", "refresh_in", "access_token"])
        #expect(try response.claims()["xms_cc"] == ["CP1"])
        let vault = await harness.token(["claims": claims])
        #expect(try vault.document["expires_in"] == 3599 && vault.claims()["xms_cc"] == nil)
        let silent = await harness.token(["scope": "https://graph.microsoft.com/.default"])
        #expect(try silent.document["expires_in"] == 3599 && silent.claims()["xms_cc"] == nil)
        #expect(try silent.claims()["wids"] == ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"])
    }

    @Test("MSAL's telemetry in query and form, and slashes doubled by a careless client, disturb nobody")
    func tolerance() async throws {
        let harness = try Harness()
        let extra: [String: String?] = [
            "x-client-current-telemetry": "5|771,2,,,|,", "x-ms-lib-capability": "retry-after, h429", "client_info": "1",
        ]
        let id = "99999999-2222-4333-8444-555555555555"
        #expect(await harness.token(extra, path: "//\(tenant)/oauth2/v2.0/token?client-request-id=\(id)").status.code == 200)
        let raw = "grant_type=client_credentials&client_id=\(web)&client_secret=later&scope=https://vault.azure.net/.default&t=5|771, |,%zz"
        let response = await harness.send(
            "POST", "/\(tenant)/oauth2/v2.0/token", headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(raw.utf8))
        #expect(response.status.code == 200)
    }

    @Test("answers carry the headers of the captures, and the client's id when it asks for it back")
    func headers() async throws {
        let id = "99999999-2222-4333-8444-555555555555"
        let asked = [("client-request-id", id), ("return-client-request-id", "true")]
        let headers = await (try Harness()).token(headers: asked).expandedHeaders
        for line in [
            HTTPResponse.HeaderLine.field("Cache-Control", "no-store, no-cache"), .field("Pragma", "no-cache"),
            .field("Content-Type", "application/json; charset=utf-8"), .field("Expires", "-1"),
            .field("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), .field("X-Content-Type-Options", "nosniff"),
            .field("P3P", #"CP="DSP CUR OTPi IND OTRi ONL FIN""#), .field("client-request-id", id), .date, .contentLength,
        ] {
            #expect(headers.contains(line))
        }
        let names = headers.compactMap { if case .field(let name, _) = $0 { name } else { nil } }
        #expect(names.filter { $0 == "Set-Cookie" }.count == 3)
        #expect(!names.contains("WWW-Authenticate") && !names.contains("Access-Control-Allow-Origin"))
    }
}

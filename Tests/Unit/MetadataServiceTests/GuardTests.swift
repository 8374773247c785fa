import Decisions
import HTTPServing
import MetadataService
import Testing
import WireFormats

@Suite struct GuardTests {
    static let noHeader = #"{"error":"invalid_request","error_description":"Required metadata header not specified"}"#
    static let versions =
        #"{"error":"Bad request. api-version is invalid or was not specified in the request. For more information refer to "#
        + #"aka.ms/azureimds","newest-versions":["2025-04-07","2024-07-17","2024-03-15"]}"#

    /// Each request breaks every rule from one on, so that the answer shows which comes first.
    @Test(
        "the guards of the token path stand in order: header, forwarding, method, repetition, version, resource, identity",
        arguments: [
            ("POST", [("X-Forwarded-For", "")], "api-version=1&api-version=1", 400, noHeader),
            (
                "POST", [("Metadata", "true"), ("X-Forwarded-For", "")], "api-version=1&api-version=1", 400,
                #"{"error":"invalid_request","error_description":"The X-Forwarded-For header is not allowed"}"#
            ),
            (
                "POST", [("Metadata", "true")], "api-version=1&api-version=1", 405,
                #"{"error":"method_not_allowed","error_description":"Method 'POST' is not allowed"}"#
            ),
            (
                "GET", [("Metadata", "true")], "api-version=1&api-version=1", 400,
                #"{"error":"invalid_request","error_description":"Query parameter 'api-version' is repeated"}"#
            ),
            ("GET", [("Metadata", "true")], "api-version=1", 400, versions), ("GET", [("Metadata", "true")], "", 400, versions),
            ("GET", [("Metadata", "true")], "api-version=2017-12-01", 400, versions),
            (
                "GET", [("Metadata", "true")], "api-version=2018-02-01&client_id=x", 400,
                #"{"error":"invalid_request","error_description":"Required query variable 'resource' is missing"}"#
            ),
            (
                "GET", [("Metadata", "true")], "api-version=2018-02-01&client_id=x&resource=", 400,
                #"{"error":"invalid_request","error_description":"Required query variable 'resource' is missing"}"#
            ),
            (
                "GET", [("Metadata", "true")], "api-version=2018-02-01&client_id=x&resource=api://nope", 400,
                #"{"error":"invalid_request","error_description":"Identity not found"}"#
            ),
        ])
    func order(method: String, headers: [(String, String)], query: String, status: Int, body: String) async throws {
        let answer = await (try Service()).answer("/metadata/identity/oauth2/token?\(query)", method: method, headers: headers)
        #expect(answer.status.code == status)
        #expect(answer.text == body)
        #expect(answer.field("Content-Type") == "application/json; charset=utf-8")
        #expect(answer.field("Server") == "IMDS/150.870.65.1854")
        #expect(answer.headers.last == .contentLength)
    }

    @Test("the captured bodies have their captured lengths")
    func lengths() async throws {
        #expect(Self.noHeader.utf8.count == 88)
        let service = try Service(ours("Node", "n"))
        #expect(await service.answer(tokenTarget).text.utf8.count == 68)
        #expect(await service.answer("/metadata/identity/oauth2/token?api-version=2018-02-01").text.utf8.count == 95)
    }

    @Test(
        "any casing of the header's value counts, nothing else does",
        arguments: [("true", 200), ("True", 200), ("TRUE", 200), (" true ", 200), ("false", 400), ("", 400), ("1", 400), ("truee", 400)])
    func headerValue(value: String, status: Int) async throws {
        #expect(await (try Service()).answer(tokenTarget, headers: [("metadata", value)]).status.code == status)
    }

    @Test(
        "clients' spellings of a path lead to the same place",
        arguments: [
            "/metadata/identity/oauth2/token", "/metadata/identity/oauth2/token/", "//metadata/identity/oauth2/token",
            "/METADATA/Identity/OAuth2/Token", "/metadata//identity/oauth2//token//", "/metadata/identity/oauth2/%74oken",
        ])
    func spellings(path: String) async throws {
        let answer = await (try Service()).answer("\(path)?api-version=2018-02-01&resource=https://vault.azure.net")
        #expect(answer.status.code == 200)
        #expect(answer.text.hasPrefix(#"{"access_token":"ey"#))
    }

    @Test(
        "an unknown path below identity is 404 even without the header; elsewhere the header comes first",
        arguments: [
            ("/metadata/identity", [(String, String)](), 404, #"{"error":"Not Found"}"#),
            ("/metadata/identity/getplatformmetadata?cred-api-version=2.0", [], 404, #"{"error":"Not Found"}"#),
            ("/metadata/identityx", [], 400, #"{ "error": "Bad request: . Required metadata header not specified" }"#),
            (
                "/metadata/instance?api-version=2021-02-01", [], 400,
                #"{ "error": "Bad request: . Required metadata header not specified" }"#
            ),
            ("/metadata/versions", [], 400, #"{ "error": "Bad request: . Required metadata header not specified" }"#),
            (
                "/metadata/nope", [("Metadata", "true"), ("X-Forwarded-For", "1.2.3.4")], 400,
                #"{ "error": "Bad request. The X-Forwarded-For header is not allowed" }"#
            ),
            ("/metadata/nope", [("Metadata", "true")], 400, versions),
            ("/metadata/nope?api-version=1", [("Metadata", "true")], 400, versions),
            ("/metadata/nope?api-version=2021-02-01", [("Metadata", "true")], 404, #"{ "error": "Not found" }"#),
            ("/metadata", [("Metadata", "true")], 400, versions),
        ])
    func unknown(target: String, headers: [(String, String)], status: Int, body: String) async throws {
        let answer = await (try Service()).answer(target, headers: headers)
        #expect(answer.status.code == status)
        #expect(answer.text == body)
    }

    @Test(
        "HEAD and paths outside the service meet the front end's 323 bytes of XML",
        arguments: [("HEAD", tokenTarget), ("HEAD", "/"), ("GET", "/"), ("GET", "/metadatax"), ("GET", "/favicon.ico"), ("POST", "/x")])
    func frontEnd(method: String, target: String) async throws {
        let answer = await (try Service()).answer(target, method: method)
        #expect(answer.status.code == 400)
        #expect(answer.body.count == 323)
        #expect(
            answer.headers == [
                .contentLength, .field("Content-Type", "text/xml; charset=utf-8"), .field("Server", "Microsoft-IIS/10.0"), .date,
            ])
    }

    @Test("the versions are listed oldest first, without one being named")
    func versionList() async throws {
        let answer = await (try Service()).answer("/metadata/versions")
        #expect(answer.status.code == 200)
        let listed = try #require(try JSONValue(parsing: answer.body)["apiVersions"]?.elements).compactMap(\.text)
        #expect(listed == listed.sorted() && Set(listed).count == listed.count)
        #expect(listed.first == "2017-03-01" && listed.last == "2025-04-07")
        for version in listed {
            let status = await (try Service()).answer("/metadata/identity/info?api-version=\(version)").status.code
            #expect(status == (version >= "2018-02-01" ? 200 : 400), "\(version)")
        }
    }

    @Test("the node's tenant is told")
    func info() async throws {
        let answer = await (try Service(ours("Tenant", "t", "{tenantID: 11111111-2222-4333-8444-555555555555}")))
            .answer("/metadata/identity/info?api-version=2018-02-01")
        #expect(answer.text == #"{"tenantId":"11111111-2222-4333-8444-555555555555"}"#)
    }

    @Test("each answer is a decision with its outcome and status")
    func decisions() async throws {
        let service = try Service()
        for target in [tokenTarget, tokenTarget + "&client_id=x", "/metadata/versions", "/metadata/nope", "/"] {
            _ = await service.answer(target)
        }
        let recorded = service.journal.decisions(DecisionQuery())
        #expect(
            recorded.map { "\($0.decision.outcome) \($0.status)" } == [
                "issued 200", "refused 400", "answered 200", "rejected 400", "rejected 400",
            ])
        #expect(recorded[0].decision.resource == "https://vault.azure.net" && recorded[0].decision.tokenIdentifier != nil)
        #expect(recorded[1].decision.selector == Decision.Selector(name: "client_id", value: "x"))
        #expect(recorded[1].document["reason"]?.text?.contains("has client_id x") == true)
    }
}

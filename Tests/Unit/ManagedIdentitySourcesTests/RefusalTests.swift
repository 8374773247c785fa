import HTTPServing
import ManagedIdentitySources
import Testing
import WireFormats

@Suite struct RefusalTests {
    /// A request that a source refuses, and the refusal.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let source: ManagedIdentitySource
        var method = "GET"
        let target: String
        var headers: [(String, String)] = []
        var body = ""
        let status: Int
        /// The body; `<guid>` stands for any.
        let says: String
        var testDescription: String { "\(source.rawValue): \(name)" }
    }

    private static let vault = "resource=https://vault.azure.net"
    private static let appService = [("X-IDENTITY-HEADER", Source.secret)]
    private static let fabric = [("Secret", Source.secret)]
    private static let metadata = [("Metadata", "true")]
    private static let token = "/metadata/identity/oauth2/token"

    static let cases: [Case] = [
        Case(
            name: "no header is 403 without a body", source: .appService, target: "/msi/token?api-version=2019-08-01&\(vault)",
            status: 403, says: ""),
        Case(
            name: "a wrong header is 403 without a body", source: .appService, target: "/msi/token?api-version=2019-08-01&\(vault)",
            headers: [("X-IDENTITY-HEADER", Source.secret + "x")], status: 403, says: ""),
        Case(
            name: "2017's header does not do for 2019", source: .appService, target: "/msi/token?api-version=2019-08-01&\(vault)",
            headers: [("secret", Source.secret)], status: 403, says: ""),
        Case(
            name: "2019's header does not do for 2017", source: .appService, target: "/msi/token?api-version=2017-09-01&\(vault)",
            headers: appService, status: 403, says: ""),
        Case(
            name: "an unknown version", source: .appService, target: "/msi/token?api-version=2018-02-01&resource=x",
            headers: appService + [("Host", "localhost:8081")], status: 400,
            says: """
                {"error":{"code":"UnsupportedApiVersion","message":"The HTTP resource that matches the request URI \
                'http://localhost:8081/msi/token?api-version=2018-02-01&resource=x' does not support the API version '2018-02-01'.",\
                "innerError":null}}
                """),
        Case(
            name: "no version", source: .appService, target: "/msi/token?\(vault)", headers: appService, status: 400,
            says:
                #"{"error":{"code":"ApiVersionUnspecified","message":"An API version is required, but was not specified.","innerError":null}}"#
        ),
        Case(
            name: "an unknown identity", source: .appService, target: "/msi/token?api-version=2019-08-01&\(vault)&client_id=\(stranger)",
            headers: appService, status: 400,
            says: #"{"statusCode":400,"message":"Unable to load the proper Managed Identity.","correlationId":"<guid>"}"#),
        Case(
            name: "two ways of naming", source: .appService,
            target: "/msi/token?api-version=2019-08-01&\(vault)&client_id=\(readerClientID)&object_id=\(readerObjectID)",
            headers: appService, status: 400,
            says: #"{"statusCode":400,"message":"Only one of client_id, object_id may be specified.","correlationId":"<guid>"}"#),
        Case(
            name: "a resource nobody registered", source: .appService,
            target: "/msi/token?api-version=2019-08-01&resource=https://nobody.example.net", headers: appService, status: 500,
            says: #"{"statusCode":500,"message":"An unexpected error occured while fetching the AAD Token.","correlationId":"<guid>"}"#),
        Case(name: "POST", source: .appService, method: "POST", target: "/msi/token", headers: appService, status: 405, says: ""),
        Case(name: "another path", source: .appService, target: "/", headers: appService, status: 404, says: ""),
        Case(
            name: "no Metadata", source: .arc, target: "\(token)?api-version=2020-06-01&\(vault)", status: 400,
            says: #"{"error":"invalid_request","error_description":"Required metadata header not specified"}"#),
        Case(
            name: "no version", source: .arc, target: "\(token)?\(vault)", headers: metadata, status: 400,
            says: """
                {"error":"invalid_request","error_description":"The api-version not specified. Supported are 2021-02-01 2020-06-01 \
                2019-11-01 2019-08-15"}
                """),
        Case(
            name: "an identity that is not the machine's is 404, before any challenge", source: .arc,
            target: "\(token)?api-version=2020-06-01&\(vault)&client_id=\(stranger)", headers: metadata, status: 404,
            says: #"{"error":"invalid_request","error_description":"Identity not found"}"#),
        Case(
            name: "no secret", source: .serviceFabric, target: "\(token)?api-version=2020-05-01&\(vault)", status: 400,
            says:
                #"{"error":{"correlationId":"<guid>","code":"SecretHeaderNotFound","message":"Secret is not found in the request headers."}}"#
        ),
        Case(
            name: "a wrong secret", source: .serviceFabric, target: "\(token)?api-version=2020-05-01&\(vault)",
            headers: [("Secret", "other")], status: 404,
            says: """
                {"error":{"correlationId":"<guid>","code":"ManagedIdentityNotFound",\
                "message":"Managed identity not found for the specified application host."}}
                """),
        Case(
            name: "no resource", source: .serviceFabric, target: "\(token)?api-version=2020-05-01", headers: fabric, status: 400,
            says: """
                {"error":{"correlationId":"<guid>","code":"ArgumentNullOrEmpty",\
                "message":"The parameter 'resource' should not be null or empty string."}}
                """),
        Case(
            name: "no version", source: .serviceFabric, target: "\(token)?\(vault)", headers: fabric, status: 400,
            says: """
                {"error":{"correlationId":"<guid>","code":"InvalidApiVersion","message":"The api-version '' is not supported. \
                Supported version is '2019-07-01-preview', '2020-05-01'."}}
                """),
        Case(
            name: "an audience outside the list", source: .cloudShell, method: "POST", target: "/oauth2/token", headers: metadata,
            body: "resource=https://azconfig.io/", status: 400,
            says:
                #"{"error":{"code":"AudienceNotSupported","message":"Audience https://azconfig.io/ is not a supported MSI token audience."}}"#
        ),
        Case(
            name: "no Metadata", source: .cloudShell, method: "POST", target: "/oauth2/token", body: vault, status: 400,
            says: #"{"error":{"code":"InvalidRequest","message":"Required metadata header not specified"}}"#),
        Case(
            name: "no secret", source: .azureML, target: "/msi/token?api-version=2017-09-01&\(vault)", status: 401,
            says: "Invalid secret token header: ."),
        Case(
            name: "an unknown identity", source: .azureML, target: "/MSI/auth/?api-version=2017-09-01&\(vault)&clientid=\(stranger)",
            headers: [("secret", Source.secret)], status: 400,
            says: "SSO failure: unable to retrieve a token. Error Token service understudy. Token not found"),
    ]

    @Test("each source refuses in its own words, and the journal never shows what a caller proved itself with", arguments: cases)
    func refusals(_ refusal: Case) async throws {
        let source = try Source(refusal.source)
        let response = await source.send(refusal.method, refusal.target, refusal.headers, refusal.body)
        #expect(response.status.code == refusal.status)
        #expect(matches(response.text, refusal.says), "\(response.text)")
        let decision = try #require(try source.lastDecision())
        #expect(["refused", "rejected"].contains(decision["outcome"]?.text))
        #expect(decision["status"] == .integer(refusal.status))
        #expect(!decision.rendered().contains(Source.secret))
    }

    @Test("App Service names the exchange in a header, and in the body by the same id")
    func correlation() async throws {
        let response = try await Source(.appService).ask("&client_id=\(stranger)")
        #expect(response.header("X-CORRELATION-ID") == response.document["correlationId"]?.text)
        #expect(response.header("Server") == "Kestrel" && response.framing == .chunked)
    }

    @Test(
        "paths are taken in any case and with a slash at the end, but not with more",
        arguments: [("/MSI/Token/", 200), ("/msi/token", 200), ("/msi/token/x", 404), ("//msi/token", 404)])
    func paths(_ path: String, _ status: Int) async throws {
        let headers = [("x-identity-header", Source.secret)]
        let response = try await Source(.appService).send("GET", "\(path)?api-version=2019-08-01&\(Self.vault)", headers)
        #expect(response.status.code == status)
    }

    @Test("Cloud Shell takes a query as well as a form, at both of its paths", arguments: ["/oauth2/token", token])
    func cloudShell(_ path: String) async throws {
        let response = try await Source(.cloudShell).send("GET", "\(path)?api-version=2018-02-01&\(Self.vault)", Self.metadata)
        #expect(response.status == .ok)
    }

    @Test(
        "on a bad day each source keeps its own form, and tells how long to wait",
        arguments: [
            (ManagedIdentitySource.appService, 429, #"{"statusCode":429,"message":"Too Many Requests","correlationId":"<guid>"}"#),
            (
                .appService, 503,
                #"{"statusCode":503,"message":"An unexpected error occured while fetching the AAD Token.","correlationId":"<guid>"}"#
            ),
            (.appService, 404, ""),
            (.arc, 404, #"{"error":"invalid_request","error_description":"Identity not found"}"#),
            (.arc, 500, #"{"error":"server_error","error_description":"Internal Server Error"}"#),
            (.serviceFabric, 429, #"{"error":{"correlationId":"<guid>","code":"TooManyRequests","message":"Too Many Requests."}}"#),
            (.serviceFabric, 500, #"{"error":{"correlationId":"<guid>","code":"InternalServerError","message":"An error occurred."}}"#),
            (.cloudShell, 503, #"{"error":{"code":"ServiceUnavailable","message":"Service Unavailable"}}"#),
            (.azureML, 500, "InternalError - Internal Server Error"),
        ])
    func outages(_ kind: ManagedIdentitySource, _ status: Int, _ says: String) throws {
        let response = try Source(kind).outage(status, retryAfter: 7)
        #expect(response.status.code == status && response.header("Retry-After") == "7")
        #expect(matches(response.text, says), "\(response.text)")
        #expect(try Source(kind).outage(status, retryAfter: nil).header("Retry-After") == nil)
    }

    /// `<guid>` stands for any.
    private func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "<guid>", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text == pattern }
        let middle = text.dropFirst(parts[0].count).dropLast(parts[1].count)
        return text.hasPrefix(parts[0]) && text.hasSuffix(parts[1]) && GUID(middle) != nil
    }
}

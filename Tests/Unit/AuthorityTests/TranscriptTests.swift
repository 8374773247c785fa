import Decisions
import HTTPServing
import Testing
import WireFormats

/// A request that is refused, and every word of the refusal.
struct Transcript: Sendable, CustomTestStringConvertible {
    /// What differs from what the application `web` would usually send.
    let changes: [String: String?]
    var path = "/\(tenant)/oauth2/v2.0/token"
    let status: Int
    let error: String
    let code: Int
    let message: String
    /// Whether `error_uri` is there.
    var hasPage = true
    let check: String

    var testDescription: String { "\(code) \(message.prefix(60))" }
}

@Suite struct TranscriptTests {
    private static let notFound =
        ". This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the"
        + " tenant."
    private static let tenantNotFound =
        "not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription"
        + " administrator, this may happen if there are no active subscriptions for the tenant."
    private static let wrongSecret =
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID,"
        + " for a secret added to app '\(web)'."
    private static let zero = "00000000-0000-0000-0000-000000000000"
    private static let unknown = "cccccccc-0000-4000-8000-000000000001"

    static let all: [Transcript] = [
        // Form
        Transcript(
            changes: ["grant_type": nil], status: 400, error: "invalid_request", code: 900_144,
            message: "The request body must contain the following parameter: 'grant_type'.", check: "form"),
        Transcript(
            changes: ["grant_type": "no_such_grant"], status: 400, error: "unsupported_grant_type", code: 70_003,
            message: "The app requested an unsupported grant type 'no_such_grant'.", hasPage: false, check: "grant"),
        Transcript(
            changes: ["client_secret": nil, "client_id": nil], path: "/not a domain/oauth2/v2.0/token", status: 401,
            error: "invalid_client", code: 7_000_216,
            message: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
            check: "credential presence"),
        // As MSAL.NET asks with a bound certificate (imds.md §6); the text is of its own recordings.
        Transcript(
            changes: ["client_secret": nil, "token_type": "mtls_pop"], status: 400, error: "invalid_request", code: 392_200,
            message: "Client certificate is missing from the request.", check: "credential presence"),
        Transcript(
            changes: ["claims": "[]"], status: 400, error: "invalid_request", code: 90_013,
            message: "Invalid input received from the user.",
            check: "form"),
        // Tenant
        Transcript(
            changes: [:], path: "/not%20a%20domain/oauth2/v2.0/token", status: 400, error: "invalid_request", code: 900_023,
            message: "Specified tenant identifier 'not a domain' is neither a valid DNS name, nor a valid external domain.", check: "tenant"
        ),
        Transcript(
            changes: [:], path: "/\(zero)/oauth2/v2.0/token", status: 400, error: "invalid_request", code: 900_021,
            message: "Requested tenant identifier '\(zero)' is not valid. Tenant identifiers may not be an empty GUID.", check: "tenant"),
        Transcript(
            changes: [:], path: "/nowhere.example/oauth2/token", status: 400, error: "invalid_request", code: 90_002,
            message: "Tenant 'nowhere.example' \(tenantNotFound)", check: "tenant"),
        Transcript(
            changes: [:], path: "/\(unknown)/oauth2/v2.0/token", status: 400, error: "invalid_request", code: 90_002,
            message: "Tenant '\(unknown)' \(tenantNotFound)", check: "tenant"),
        Transcript(
            changes: [:], path: "/common/oauth2/v2.0/token", status: 400, error: "invalid_request", code: 50_059,
            message: "No tenant-identifying information found in either the request or implied by any provided credentials.",
            check: "tenant"),
        Transcript(
            changes: [:], path: "/consumers/oauth2/v2.0/token", status: 400, error: "invalid_request", code: 9_001_023,
            message:
                "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
            check: "tenant"),
        // Client
        Transcript(
            changes: ["client_id": nil], status: 400, error: "invalid_request", code: 900_144,
            message: "The request body must contain the following parameter: 'client_id'.", check: "form"),
        Transcript(
            changes: ["client_id": zero], status: 400, error: "unauthorized_client", code: 700_038,
            message: "\(zero) is not a valid application identifier.", hasPage: false, check: "client"),
        Transcript(
            changes: ["client_id": unknown], status: 400, error: "unauthorized_client", code: 700_016,
            message:
                "Application with identifier '\(unknown)' was not found in the directory 'contoso'\(notFound) You may have sent your authentication request to the wrong tenant.",
            check: "client"),
        Transcript(
            changes: ["client_id": "aaaaaaaa-0000-4000-8000-000000000014", "client_secret": "s"], status: 400,
            error: "unauthorized_client", code: 700_016,
            message:
                "Application with identifier 'aaaaaaaa-0000-4000-8000-000000000014' was not found in the directory 'contoso'\(notFound) You may have sent your authentication request to the wrong tenant.",
            check: "client"),
        Transcript(
            changes: ["client_id": "aaaaaaaa-0000-4000-8000-000000000012"], status: 401, error: "invalid_client", code: 7_000_229,
            message:
                "The client application aaaaaaaa-0000-4000-8000-000000000012 is missing service principal in the tenant \(tenant). See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
            check: "client"),
        Transcript(
            changes: ["client_id": "aaaaaaaa-0000-4000-8000-000000000011"], status: 400, error: "unauthorized_client", code: 7_000_112,
            message: "Application 'aaaaaaaa-0000-4000-8000-000000000011'(off) is disabled.", check: "client"),
        Transcript(
            changes: ["client_id": "aaaaaaaa-0000-4000-8000-000000000013"], status: 401, error: "invalid_client", code: 700_025,
            message: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", check: "client"),
        // Secret
        Transcript(
            changes: ["client_secret": "wrong"], status: 401, error: "invalid_client", code: 7_000_215, message: wrongSecret,
            check: "client secret"),
        Transcript(
            changes: ["client_secret": "wrong", "scope": "nonsense"], status: 401, error: "invalid_client", code: 7_000_215,
            message: wrongSecret, check: "client secret"),
        Transcript(
            changes: ["client_secret": "expired"], status: 401, error: "invalid_client", code: 7_000_222,
            message:
                "The provided client secret keys for app '\(web)' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
            check: "client secret"),
        Transcript(
            changes: ["client_id": reader], status: 401, error: "invalid_client", code: 7_000_215,
            message: wrongSecret.replacing(web, with: reader), check: "client secret"),
        // Scope
        Transcript(
            changes: ["scope": nil], status: 400, error: "invalid_request", code: 900_144,
            message: "The request body must contain the following parameter: 'scope'.", check: "form"),
        Transcript(
            changes: ["resource": "https://vault.azure.net"], status: 400, error: "invalid_request", code: 901_002,
            message: "The 'resource' request parameter is not supported.", check: "scope"),
        Transcript(
            changes: ["scope": "/.default"], status: 400, error: "invalid_scope", code: 70_011,
            message:
                "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope /.default is not valid.",
            hasPage: false, check: "scope"),
        Transcript(
            changes: ["scope": "https://vault.azure.net"], status: 400, error: "invalid_scope", code: 1_002_012,
            message:
                "The provided value for scope https://vault.azure.net is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
            hasPage: false, check: "scope"),
        Transcript(
            changes: ["scope": "https://vault.azure.net/.default api://orders/.default"], status: 400, error: "invalid_scope",
            code: 700_022,
            message:
                "The provided value for the input parameter scope is not valid because it contains more than one resource. The scope https://vault.azure.net/.default api://orders/.default is not valid.",
            check: "scope"),
        // Resource
        Transcript(
            changes: ["scope": "api://not-registered/.default"], status: 400, error: "invalid_resource", code: 500_011,
            message:
                "The resource principal named api://not-registered was not found in the tenant named contoso\(notFound) You might have sent your authentication request to the wrong tenant.",
            check: "resource"),
        Transcript(
            changes: ["scope": "api://gone/.default"], status: 400, error: "invalid_resource", code: 500_014,
            message:
                "The service principal for resource 'api://gone' is disabled. This indicate that a subscription within the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.",
            check: "resource"),
        Transcript(
            changes: ["scope": "api://closed/.default"], status: 400, error: "invalid_grant", code: 501_051,
            message:
                "Application '\(web)'(web) is not assigned to a role for the application 'dddddddd-0000-4000-8000-000000000002'(closed).",
            check: "assignment"),
    ]

    @Test("a refusal has its code, status, text and headers, and a decision that names the check and no secret", arguments: all)
    func refusal(transcript: Transcript) async throws {
        let harness = try Harness()
        let response = await harness.token(transcript.changes, path: transcript.path)
        let body = response.document
        #expect(response.status.code == transcript.status)
        #expect(
            body.names == ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"]
                + (transcript.hasPage ? ["error_uri"] : []))
        let trace = try #require(body["trace_id"]?.text)
        let correlation = try #require(body["correlation_id"]?.text)
        #expect(GUID(trace) != nil && GUID(correlation) != nil)
        #expect(body["error"] == .string(transcript.error) && body["error_codes"] == [.integer(transcript.code)])
        #expect(
            body["error_description"]?.text
                == "AADSTS\(transcript.code): \(transcript.message) Trace ID: \(trace) Correlation ID: \(correlation) Timestamp: 2026-02-10 09:21:33Z"
        )
        if transcript.hasPage {
            #expect(body["error_uri"] == .string("https://login.microsoftonline.com/error?code=\(transcript.code)"))
        }
        #expect(response.expandedHeaders.contains(.field("x-ms-request-id", trace)))
        #expect(response.expandedHeaders.contains(.field("Cache-Control", "no-store, no-cache")))
        let decision = harness.decision
        #expect(decision["check"] == .string(transcript.check))
        #expect(decision["outcome"] == "refused" || decision["outcome"] == "rejected")
        #expect(decision["reason"]?.text?.hasPrefix("AADSTS\(transcript.code) at the check of the \(transcript.check)") == true)
        let shown = decision.rendered()
        for secret in ["p@ss+w/rd&=", "from the environment", "from a file"]
            + [transcript.changes["client_secret"] ?? nil].compactMap({ $0 })
        where secret.utf8.count > 1 && secret != "expired" { #expect(!shown.contains("\"\(secret)\"") && !shown.contains("=\(secret)")) }
    }

    @Test("the endpoint takes POST only, and says what came instead", arguments: ["GET", "PUT", "DELETE", "OPTIONS"])
    func verbs(method: String) async throws {
        let harness = try Harness()
        for path in ["/\(tenant)/oauth2/v2.0/token", "/nonsense/oauth2/token"] {
            let response = await harness.send(method, path)
            #expect(response.status.code == 400 && response.document["error"] == "invalid_request")
            #expect(
                response.document["error_description"]?.text?.hasPrefix(
                    "AADSTS900561: The endpoint only accepts POST requests. Received a \(method) request. Trace ID: ") == true)
            #expect(harness.decision["check"] == "verb" && harness.decision["outcome"] == "rejected")
        }
    }

    @Test(
        "a body that is no form is malformed, or has no parameters",
        arguments: [
            ("application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=client_credentials", 9_002_313),
            ("application/x-www-form-urlencoded", "grant_type=\u{0}", 9_002_313), ("application/json", #"{"grant_type":"x"}"#, 900_144),
            ("application/x-www-form-urlencoded", "", 900_144),
        ])
    func bodies(type: String, body: String, code: Int) async throws {
        let response = await (try Harness()).send(
            "POST", "/\(tenant)/oauth2/v2.0/token", headers: [("Content-Type", type)], body: Array(body.utf8))
        #expect(response.status.code == 400 && response.document["error_codes"] == [.integer(code)])
    }

    @Test("what a client sends is quoted without escapes, and cut when it is long")
    func quoting() async throws {
        let harness = try Harness()
        let response = await harness.token(["grant_type": "a\"b\\c\nd{tenant}"])
        #expect(response.document["error_description"]?.text?.contains("grant type 'a?b?c?d{tenant}'.") == true)
        #expect(!String(decoding: response.body, as: UTF8.self).contains("\\"))
        let long = await harness.token(["grant_type": String(repeating: "x", count: 100_000)])
        #expect(long.body.count < 4000)
    }

    @Test(
        "a decision keeps the beginning of what a client sends, however much it is", arguments: ["client_id", "scope", "client_assertion"])
    func brevity(parameter: String) async throws {
        let harness = try Harness()
        let long = String(repeating: "x", count: 500_000)
        let assertion = [#"{"alg":"RS256","kid":"k"}"#, #"{"iss":"\#(long)","sub":"s","aud":"a"}"#, "none"]
            .map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")
        let response = await harness.token([
            parameter: parameter == "client_assertion" ? assertion : long,
            "client_secret": parameter == "client_assertion" ? nil : "p@ss+w/rd&=",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ])
        #expect(response.status.code >= 400 && response.body.count < 4000)
        #expect(harness.decision.bytes().count < 4000)
    }

    @Test("the client's own correlation id comes back, from header, form or query")
    func correlation() async throws {
        let id = "99999999-2222-4333-8444-555555555555"
        let harness = try Harness()
        let answers = [
            await harness.token(["client_secret": "wrong"], headers: [("client-request-id", id)]),
            await harness.token(["client_secret": "wrong", "client-request-id": id]),
            await harness.token(["client_secret": "wrong"], path: "/\(tenant)/oauth2/v2.0/token?client-request-id=\(id)"),
        ]
        for answer in answers { #expect(answer.document["correlation_id"] == .string(id)) }
    }
}

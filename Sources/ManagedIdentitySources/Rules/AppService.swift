import HTTPServing
import WireFormats

extension SourceRules {
    /// App Service, Functions and Container Apps, in both versions (source: sdk-clients.md §2; "Managed identities for App Service and Azure
    /// Functions", REST endpoint reference).
    static let appService = SourceRules(
        name: "App Service", paths: ["/msi/token"],
        dialects: [
            SourceDialect(
                version: "2017-09-01", secretHeader: "secret", selectors: [.legacyClientID], honoursOtherSelectors: true,
                // A Linux plan's answer as in mssql-jdbc#1135.
                members: [.accessToken, .expiresOnDate, .resource, .tokenType, .clientID]),
            SourceDialect(
                version: "2019-08-01", secretHeader: "X-IDENTITY-HEADER",
                selectors: [.clientID, .principalID, .objectID, .shortResourceID],
                honoursOtherSelectors: true, replacesRefusedTokens: true,
                members: [.accessToken, .expiresOn, .resource, .tokenType, .clientID]),
        ],
        // "If all are omitted, the system-assigned identity is used"; a lone user-assigned one is not found (azure-container-apps#442).
        standard: .systemAssigned, wire: AppServiceWire())
}

/// What Kestrel sends (source: captures in azure-sdk-for-net#43691 and #44685, msal-dotnet#5077).
struct AppServiceWire: SourceWire {
    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse { answer(.ok, body, call) }

    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse {
        switch failure {
        case .pathUnknown: empty(.notFound, call)
        case .methodNotAllowed: empty(.methodNotAllowed, call)
        case .secretMissing, .secretWrong: empty(.forbidden, call)
        case .versionMissing: version("ApiVersionUnspecified", "An API version is required, but was not specified.", call)
        case .versionUnknown(let version, _):
            self.version(
                "UnsupportedApiVersion",
                "The HTTP resource that matches the request URI '\(call.url)' does not support the API version '\(version)'.", call)
        case .identityNotFound: problem(.badRequest, "Unable to load the proper Managed Identity.", call)
        // No capture shows these; their form is that of the others.
        case .resourceMissing: problem(.badRequest, "The parameter 'resource' is required.", call)
        case .selectorsExclusive(let names):
            problem(.badRequest, "Only one of \(names.joined(separator: ", ")) may be specified.", call)
        case .metadataHeaderMissing: problem(.badRequest, "The header 'Metadata' is required.", call)
        // "Empirically, a wrong resource ends up with a vague status code 500" (MSAL for Python); the misspelling is the original's.
        case .audienceUnsupported, .tokenRefused, .tokenUnavailable:
            problem(.internalServerError, "An unexpected error occured while fetching the AAD Token.", call)
        }
    }

    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        switch status {
        case .badRequest: failure(.identityNotFound, call)
        case .forbidden, .notFound: empty(status, call)
        // Captured with 500 and with 503 (Azure-Functions#1486).
        case .internalServerError, .serviceUnavailable:
            problem(status, "An unexpected error occured while fetching the AAD Token.", call)
        default: problem(status, status.reason, call)
        }
    }

    private func version(_ code: String, _ message: String, _ call: SourceCall) -> HTTPResponse {
        answer(.badRequest, ["error": ["code": .string(code), "message": .string(message), "innerError": .null]], call)
    }

    private func problem(_ status: HTTPStatus, _ message: String, _ call: SourceCall) -> HTTPResponse {
        answer(
            status,
            ["statusCode": .integer(status.code), "message": .string(message), "correlationId": .string(call.correlationID)], call)
    }

    private func answer(_ status: HTTPStatus, _ body: JSONValue, _ call: SourceCall) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [.field("Content-Type", "application/json; charset=utf-8"), .date] + Self.marks(call),
            body: body.bytes(), framing: .chunked)
    }

    private func empty(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        HTTPResponse(status: status, headers: [.contentLength, .date] + Self.marks(call), body: [])
    }

    private static func marks(_ call: SourceCall) -> [HTTPResponse.HeaderLine] {
        [.field("Server", "Kestrel"), .field("X-CORRELATION-ID", call.correlationID)]
    }
}

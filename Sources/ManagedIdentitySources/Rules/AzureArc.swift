import HTTPServing
import TokenIssuance
import WireFormats

extension SourceRules {
    /// The agent of an Arc-enabled server (source: sdk-clients.md §2; "Authenticate against Azure resources with Azure Arc-enabled servers").
    static let arc = SourceRules(
        name: "Azure Arc", paths: ["/metadata/identity/oauth2/token"], needsMetadataHeader: true,
        dialects: ["2019-08-15", "2019-11-01", "2020-06-01", "2021-02-01"].map {
            SourceDialect(
                version: $0,
                // Agent 1.67 silently ignores `mi_res_id` and gives the system-assigned identity (msal-java#1057, msal-js#8761).
                selectors: [.clientID, .objectID, .resourceID],
                // IMDS's members; an identity that was asked for is echoed, or SDKs refuse the token.
                members: [
                    .accessToken, .clientID, .expiresIn, .expiresOn, .extendedExpiresIn, .resourceIDIfNamed, .notBefore, .objectIDIfNamed,
                    .resource, .tokenType,
                ])
        },
        standard: .systemAssigned, challenges: true, wire: AzureArcWire())
}

/// What the agent, a Go program, sends.
///
/// The texts of version and challenge are captured (Posh-ACME#562, azure_identity's test data); of the others the form is IMDS's.
struct AzureArcWire: SourceWire {
    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse { Self.answer(.ok, body) }

    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse {
        switch failure {
        case .pathUnknown: Self.problem(.notFound, "not_found", "Not found")
        case .methodNotAllowed: Self.problem(.methodNotAllowed, "method_not_allowed", "Method not allowed")
        case .metadataHeaderMissing: Self.problem(.badRequest, "invalid_request", "Required metadata header not specified")
        case .versionMissing(let known):
            Self.problem(.badRequest, "invalid_request", "The api-version not specified." + Self.supported(known))
        case .versionUnknown(_, let known):
            Self.problem(.badRequest, "invalid_request", "The api-version is invalid." + Self.supported(known))
        case .resourceMissing: Self.problem(.badRequest, "invalid_request", "Required query variable 'resource' is missing")
        case .selectorsExclusive(let names):
            Self.problem(.badRequest, "invalid_request", "Only one of \(names.joined(separator: ", ")) may be specified")
        // "A genuine 404": the identity is not assigned to the machine (msal-go#644).
        case .identityNotFound: Self.problem(.notFound, "invalid_request", "Identity not found")
        case .tokenRefused(let error?):
            Self.answer(
                HTTPStatus(code: error.status),
                error.body(
                    traceID: GUID(derivedFrom: call.correlationID), correlationID: call.correlationID, at: call.now,
                    host: "login.microsoftonline.com"))
        case .secretMissing, .secretWrong, .audienceUnsupported, .tokenRefused(nil), .tokenUnavailable:
            Self.problem(.internalServerError, "server_error", "Failed to get a token")
        }
    }

    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        status == .notFound ? failure(.identityNotFound, call) : Self.problem(status, "server_error", status.reason)
    }

    /// The 401 that names the file with the key.
    func challenge(keyFile: String) -> HTTPResponse {
        var response = Self.answer(
            .unauthorized,
            ["error": "unauthorized_client", "error_description": "Missing Basic Authorization header", "error_codes": [401]])
        response.headers.insert(.field("Www-Authenticate", "Basic realm=\(keyFile)"), at: 1)
        return response
    }

    /// Newest first, as captured.
    private static func supported(_ versions: [String]) -> String { " Supported are \(versions.reversed().joined(separator: " "))" }

    private static func problem(_ status: HTTPStatus, _ error: String, _ description: String) -> HTTPResponse {
        answer(status, ["error": .string(error), "error_description": .string(description)])
    }

    private static func answer(_ status: HTTPStatus, _ body: JSONValue) -> HTTPResponse {
        HTTPResponse(status: status, headers: [.field("Content-Type", "application/json"), .date, .contentLength], body: body.bytes())
    }
}

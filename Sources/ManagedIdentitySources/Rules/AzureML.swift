import HTTPServing
import TokenIssuance
import WireFormats

extension SourceRules {
    /// Azure Machine Learning: jobs at the first path, compute instances at the second (source: sdk-clients.md §2; azure-sdk-for-net#49174,
    /// azure-cli#28220).
    static let azureML = SourceRules(
        name: "Azure Machine Learning", paths: ["/msi/token", "/msi/auth"],
        dialects: [
            SourceDialect(
                version: "2017-09-01", secretHeader: "secret", selectors: [.legacyClientID], honoursOtherSelectors: true,
                // App Service's of that version, "but returns expires_on as an integer" (azure-identity for Python).
                members: [.accessToken, .expiresOnNumber, .resource, .tokenType, .clientID])
        ],
        standard: .systemAssigned, wire: AzureMLWire())
}

/// Refusals are plain text (source: azure-sdk-for-net#46932, azure-sdk-for-python#33694).
struct AzureMLWire: SourceWire {
    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse {
        HTTPResponse(
            status: .ok, headers: [.field("Content-Type", "application/json; charset=utf-8"), .date, .contentLength], body: body.bytes())
    }

    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse {
        switch failure {
        // The captured text goes on with the value that was sent, which we do not repeat; its status is not captured.
        case .secretMissing, .secretWrong: text(.unauthorized, "Invalid secret token header: .")
        case .identityNotFound:
            text(.badRequest, "SSO failure: unable to retrieve a token. Error Token service understudy. Token not found")
        // No capture shows these.
        case .pathUnknown: text(.notFound, "Not found")
        case .methodNotAllowed: text(.methodNotAllowed, "Method not allowed")
        case .versionMissing(let known), .versionUnknown(_, let known):
            text(.badRequest, "Invalid api-version. Supported: \(known.joined(separator: ", "))")
        case .resourceMissing: text(.badRequest, "The parameter resource is required")
        case .metadataHeaderMissing: text(.badRequest, "The header Metadata is required")
        case .selectorsExclusive(let names): text(.badRequest, "Only one of \(names.joined(separator: ", ")) may be specified")
        case .audienceUnsupported, .tokenRefused(nil), .tokenUnavailable:
            text(.internalServerError, "InternalError - unable to retrieve a token")
        case .tokenRefused(let error?): text(HTTPStatus(code: error.status), "AADSTS\(error.code): \(error.message)")
        }
    }

    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        status == .badRequest ? failure(.identityNotFound, call) : text(status, "InternalError - \(status.reason)")
    }

    private func text(_ status: HTTPStatus, _ message: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [.field("Content-Type", "text/plain; charset=utf-8"), .date, .contentLength],
            body: Array(message.utf8))
    }
}

import HTTPServing
import WireFormats

extension SourceRules {
    /// Service Fabric's token service, in both versions (source: sdk-clients.md §2; "Leverage a Service Fabric application's managed
    /// identity", error handling).
    static let serviceFabric = SourceRules(
        name: "Service Fabric", paths: ["/metadata/identity/oauth2/token"],
        // The cluster's configuration chooses the identity, not the request.
        dialects: ["2019-07-01-preview", "2020-05-01"].map {
            SourceDialect(
                version: $0, secretHeader: "Secret", replacesRefusedTokens: true,
                members: [.tokenType, .accessToken, .expiresOnNumber, .resource])
        },
        standard: .systemAssignedOrOnly, wire: ServiceFabricWire())
}

/// The documented codes and messages; statuses as the documentation groups them.
struct ServiceFabricWire: SourceWire {
    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse { answer(.ok, body) }

    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse {
        switch failure {
        case .pathUnknown: problem(.notFound, "NotFound", "The requested path is not found.", call)
        case .methodNotAllowed(let method): problem(.methodNotAllowed, "MethodNotAllowed", "The method \(method) is not allowed.", call)
        case .secretMissing: problem(.badRequest, "SecretHeaderNotFound", "Secret is not found in the request headers.", call)
        case .secretWrong, .identityNotFound:
            problem(.notFound, "ManagedIdentityNotFound", "Managed identity not found for the specified application host.", call)
        case .resourceMissing:
            problem(.badRequest, "ArgumentNullOrEmpty", "The parameter 'resource' should not be null or empty string.", call)
        case .versionMissing(let known): version("", known, call)
        case .versionUnknown(let version, let known): self.version(version, known, call)
        case .metadataHeaderMissing, .selectorsExclusive: problem(.badRequest, "InvalidRequest", "The request is not valid.", call)
        case .audienceUnsupported, .tokenRefused, .tokenUnavailable:
            problem(.internalServerError, "InternalServerError", "An error occurred.", call)
        }
    }

    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        switch status {
        case .notFound: failure(.identityNotFound, call)
        case .internalServerError: failure(.tokenUnavailable, call)
        default: problem(status, String(status.reason.filter { $0 != " " }), "\(status.reason).", call)
        }
    }

    /// The documented sentence knows one version; with two it goes on in the same way.
    private func version(_ found: String, _ known: [String], _ call: SourceCall) -> HTTPResponse {
        let list = known.map { "'\($0)'" }.joined(separator: ", ")
        return problem(.badRequest, "InvalidApiVersion", "The api-version '\(found)' is not supported. Supported version is \(list).", call)
    }

    private func problem(_ status: HTTPStatus, _ code: String, _ message: String, _ call: SourceCall) -> HTTPResponse {
        answer(
            status,
            ["error": ["correlationId": .string(call.correlationID), "code": .string(code), "message": .string(message)]])
    }

    private func answer(_ status: HTTPStatus, _ body: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [.contentLength, .field("Content-Type", "application/json"), .date], body: body.bytes())
    }
}

import HTTPServing
import TokenIssuance
import WireFormats

extension SourceRules {
    /// Cloud Shell's token service (source: sdk-clients.md §2; "Acquire a token in Azure Cloud Shell"; the second path: CloudShell#477).
    ///
    /// - Important: the original gives a token of the person at the browser; ours is the node's identity, for people's sign-in is not
    ///   emulated.
    static let cloudShell = SourceRules(
        name: "Cloud Shell", paths: ["/oauth2/token", "/metadata/identity/oauth2/token"], methods: ["POST", "GET"],
        needsMetadataHeader: true,
        dialects: [
            SourceDialect(
                version: nil,
                // As documented for the extension whose port and path this is.
                members: [.accessToken, .refreshToken, .expiresIn, .expiresOn, .notBefore, .resource, .tokenType])
        ],
        standard: .systemAssignedOrOnly, audiences: CloudShellWire.audiences, wire: CloudShellWire())
}

/// Errors are one level down, with a code and a message (source: msal-dotnet#4402).
struct CloudShellWire: SourceWire {
    /// What the original lists in its refusal (source: CloudShell#155, #351).
    static let audiences: Set<String> = [
        "https://management.core.windows.net", "https://management.azure.com", "https://graph.windows.net", "https://vault.azure.net",
        "https://datalake.azure.net", "https://outlook.office365.com", "https://graph.microsoft.com", "https://batch.core.windows.net",
        "https://analysis.windows.net/powerbi/api", "https://storage.azure.com", "https://rest.media.azure.net",
        "https://api.loganalytics.io", "https://ossrdbms-aad.database.windows.net", "https://www.yammer.com",
        "https://digitaltwins.azure.net", "0b07f429-9f4b-4714-9392-cc5e8e80c8b0", "822c8694-ad95-4735-9c55-256f7db2f9b4",
        "https://dev.azuresynapse.net", "https://database.windows.net", "https://quantum.microsoft.com", "https://iothubs.azure.net",
        "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", "https://azuredatabricks.net", "ce34e7e5-485f-4d76-964f-b3d2b16d1e4f",
        "https://azure-devices-provisioning.net",
    ]

    func success(_ body: JSONValue, _ call: SourceCall) -> HTTPResponse { answer(.ok, body) }

    func failure(_ failure: SourceFailure, _ call: SourceCall) -> HTTPResponse {
        switch failure {
        case .audienceUnsupported(let audience):
            problem(.badRequest, "AudienceNotSupported", "Audience \(audience) is not a supported MSI token audience.")
        // No capture shows these; their form is that of the first.
        case .pathUnknown: problem(.notFound, "NotFound", "The requested path is not found.")
        case .methodNotAllowed(let method): problem(.methodNotAllowed, "MethodNotAllowed", "The method \(method) is not allowed.")
        case .metadataHeaderMissing: problem(.badRequest, "InvalidRequest", "Required metadata header not specified")
        case .resourceMissing: problem(.badRequest, "InvalidRequest", "Required variable 'resource' is missing")
        case .versionMissing, .versionUnknown, .secretMissing, .secretWrong, .selectorsExclusive:
            problem(.badRequest, "InvalidRequest", "The request is not valid.")
        case .identityNotFound: problem(.badRequest, "IdentityNotFound", "Identity not found")
        case .tokenRefused(let error?): problem(.badRequest, error.error, "AADSTS\(error.code): \(error.message)")
        case .tokenRefused(nil), .tokenUnavailable: problem(.internalServerError, "InternalServerError", "Failed to get a token")
        }
    }

    func outage(_ status: HTTPStatus, _ call: SourceCall) -> HTTPResponse {
        problem(status, String(status.reason.filter { $0 != " " }), status.reason)
    }

    private func problem(_ status: HTTPStatus, _ code: String, _ message: String) -> HTTPResponse {
        answer(status, ["error": ["code": .string(code), "message": .string(message)]])
    }

    private func answer(_ status: HTTPStatus, _ body: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [.field("Content-Type", "application/json; charset=utf-8"), .date, .contentLength],
            body: body.bytes())
    }
}

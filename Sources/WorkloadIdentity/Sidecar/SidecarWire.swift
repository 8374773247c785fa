import HTTPServing
import Surroundings
import WireFormats

/// The bytes of the sidecar's own answers: the one place where an outcome gets its status and text
/// (source: workload-identity.md §2.3, §2.4).
struct SidecarWire: Sendable {
    /// Which release is played.
    let release: WebhookVersion

    #if arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "amd64"
    #endif

    /// What the sidecar calls itself on every answer of the token route, and on no other.
    ///
    /// Commit and date are known of the newest release only; a build that is told none leaves them out.
    private var server: String {
        let build = release == .newest ? "04d01a2/2026-06-11" : "/"
        return "azure-workload-identity/proxy/\(release) (linux/\(Self.architecture)) \(build)"
    }

    /// A token: seven members of mixed types, and a newline.
    func token(_ token: AccessToken, resource: String, now nanoseconds: Int64) -> HTTPResponse {
        let document: JSONValue = [
            "access_token": .string(token.token.reveal { String(decoding: $0, as: UTF8.self) }),
            "refresh_token": "",
            "expires_in": .integer(token.expiresIn(at: nanoseconds)),
            "expires_on": .string(String(token.expiresOn.rawValue)),
            "not_before": 0,
            "resource": .string(resource),
            "token_type": "Bearer",
        ]
        return GoAnswer.written(
            .ok, [("Content-Type", "application/json"), ("Server", server)], document.bytes(.goHTMLSafe) + [0x0a])
    }

    /// A request that lacks what it must name.
    func refusal(_ refusal: TokenQuery.Refusal) -> HTTPResponse {
        switch refusal {
        case .clientIDMissing: error(.badRequest, "The client_id parameter or AZURE_CLIENT_ID environment variable must be set".utf8)
        case .resourceMissing: error(.badRequest, "The resource parameter is required.".utf8)
        }
    }

    /// No token: always 500, whatever the authority's status was.
    func failure(_ failure: CredentialFailure) -> HTTPResponse { error(.internalServerError, failure.text(release.sidecar.words)) }

    /// No token for a reason of its own, and what it never says.
    func outage(_ status: HTTPStatus) -> HTTPResponse {
        status == .internalServerError ? failure(.failed("context deadline exceeded")) : error(status, status.reason.utf8)
    }

    private func error(_ status: HTTPStatus, _ text: some Sequence<UInt8>) -> HTTPResponse {
        GoAnswer.error(status, text, [("Server", server)])
    }

    /// `/readyz`: the server adds length and type after its date.
    static let ready = HTTPResponse(
        status: .ok, headers: [.date, .contentLength, .field("Content-Type", "text/plain; charset=utf-8")], body: Array("ok".utf8))
}

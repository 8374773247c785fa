import HTTPServing
import IdentityModel
import Surroundings
import WireFormats

/// The bytes around the resource manager's documents and refusals (source: entra.md §4.4, §6.1).
struct ManagementWire: Sendable {
    let clock: WallClock
    let entropy: Entropy

    /// A document.
    func document(_ body: JSONValue, for request: HTTPRequest) -> HTTPResponse { answer(.ok, body, for: request) }

    /// A refusal; one of the token also says where to get another.
    ///
    /// - Parameter authority: the URL of the token service, with the tenant.
    func failure(_ failure: ManagementFailure, for request: HTTPRequest, authority: String) -> HTTPResponse {
        let status = HTTPStatus(code: failure.status)
        let body: JSONValue = ["error": ["code": .string(failure.code), "message": .string(failure.message)]]
        guard status == .unauthorized else { return answer(status, body, for: request) }
        let challenge = "Bearer authorization_uri=\"\(authority)\", error=\"invalid_token\", error_description=\"\(failure.message)\""
        return answer(status, body, for: request, more: [.field("WWW-Authenticate", challenge)])
    }

    /// A refusal that comes of the service's own state; ARM names its codes after the condition, without blanks.
    func outage(_ status: HTTPStatus, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        let code = status.reason.filter(\.isLetter)
        let body: JSONValue = ["error": ["code": .string(code), "message": .string("The request could not be served: \(status.reason).")]]
        return answer(status, body, for: request, more: retryAfter.map { [.field("Retry-After", String($0))] } ?? [])
    }

    private func answer(
        _ status: HTTPStatus, _ body: JSONValue, for request: HTTPRequest, more: [HTTPResponse.HeaderLine] = []
    ) -> HTTPResponse {
        let id = GUID(from: entropy).description
        // A client's own correlation id comes back; its request id only when it asks for that.
        let correlation = request.header("x-ms-correlation-request-id").flatMap { GUID($0) }?.description ?? id
        var headers: [HTTPResponse.HeaderLine] = [
            .field("Cache-Control", "no-cache"), .field("Pragma", "no-cache"), .field("Content-Type", "application/json; charset=utf-8"),
            .field("Expires", "-1"),
        ]
        headers += more
        headers += [
            .field("x-ms-request-id", id), .field("x-ms-correlation-request-id", correlation),
            .field("x-ms-routing-request-id", "UNDERSTUDY:\(Self.compact(CivilTime(clock.now))):\(id)"),
        ]
        if status == .ok { headers.append(.field("x-ms-ratelimit-remaining-tenant-reads", "11999")) }
        if let sent = request.header("x-ms-client-request-id"), request.header("x-ms-return-client-request-id")?.lowercased() == "true" {
            headers.append(.field("x-ms-client-request-id", sent))
        }
        headers += [
            .field("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), .field("X-Content-Type-Options", "nosniff"), .date,
            .contentLength,
        ]
        return HTTPResponse(status: status, headers: headers, body: body.bytes())
    }

    /// `20260210T092133Z`, as in a routing id.
    private static func compact(_ time: CivilTime) -> String { time.rfc3339.filter { $0 != "-" && $0 != ":" } }
}

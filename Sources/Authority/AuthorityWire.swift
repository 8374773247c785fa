import HTTPServing
import Surroundings
import TokenIssuance
import WireFormats

/// The bytes around the authority's documents and errors (source: entra.md §1.6, §3.5, §4).
struct AuthorityWire: Sendable {
    /// Names what answers; a real server's name would be a lie (source: entra.md §4.2).
    private static let server = "2.1.0.0 - UNDERSTUDY ProdSlices"

    let clock: WallClock
    let entropy: Entropy

    /// A discovery document or key set: cacheable, readable from any origin.
    func document(_ body: JSONValue) -> HTTPResponse {
        HTTPResponse(
            status: .ok,
            headers: [.field("Cache-Control", "max-age=86400, private"), .field("Content-Type", "application/json; charset=utf-8")]
                + Self.security + [.field("Access-Control-Allow-Origin", "*"), .field("Access-Control-Allow-Methods", "GET, OPTIONS")]
                + trace(GUID(from: entropy)) + [.date, .contentLength], body: body.bytes())
    }

    /// An error of the token service, with the request's correlation id if it sent one.
    func error(_ error: EntraError, request: HTTPRequest, host: String) -> HTTPResponse {
        let traceID = GUID(from: entropy)
        let correlationID = request.header("client-request-id").flatMap { GUID($0) } ?? GUID(from: entropy)
        let body = error.body(traceID: traceID, correlationID: correlationID.description, at: clock.now, host: host)
        return HTTPResponse(
            status: HTTPStatus(code: error.status),
            headers: [
                .field("Cache-Control", "no-store, no-cache"), .field("Pragma", "no-cache"),
                .field("Content-Type", "application/json; charset=utf-8"), .field("Expires", "-1"),
            ] + Self.security + trace(traceID) + [.date, .contentLength], body: body.bytes())
    }

    /// An unknown path.
    var notFound: HTTPResponse {
        HTTPResponse(
            status: .notFound,
            headers: [.field("Cache-Control", "private")] + Self.security + trace(GUID(from: entropy)) + [.date, .contentLength],
            body: [])
    }

    private static let security: [HTTPResponse.HeaderLine] = [
        .field("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), .field("X-Content-Type-Options", "nosniff"),
    ]

    private func trace(_ id: GUID) -> [HTTPResponse.HeaderLine] {
        [
            .field("P3P", #"CP="DSP CUR OTPi IND OTRi ONL FIN""#), .field("x-ms-request-id", id.description),
            .field("x-ms-ests-server", Self.server), .field("X-XSS-Protection", "0"),
        ]
    }
}

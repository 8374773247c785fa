import HTTPServing
import Surroundings
import TokenIssuance
import WireFormats

/// The bytes around the authority's documents, tokens and errors (source: entra.md §1.6, §3.5, §4).
struct AuthorityWire: Sendable {
    let clock: WallClock
    let entropy: Entropy

    /// A discovery document or key set: cacheable, readable from any origin.
    func document(_ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: .ok, headers: lines([.constant(Self.published)], traceID: GUID(from: entropy)), body: body)
    }

    /// A token, in the words of the endpoint that was asked: v1 writes numbers as strings and tells more (source: entra.md §3.5).
    ///
    /// - Parameter resource: the identifier as the client asked for it.
    func token(_ token: IssuedToken, resource: String, version: EndpointVersion, _ correlation: Correlation) -> HTTPResponse {
        func number(_ value: Int64) -> JSONValue { version == .v1 ? .string(String(value)) : .integer(value) }
        var members = [
            JSONMember("token_type", "Bearer"), JSONMember("expires_in", number(token.lifetime - 1)),
            JSONMember("ext_expires_in", number(token.lifetime - 1)),
        ]
        if let seconds = token.refreshIn { members.append(JSONMember("refresh_in", number(seconds))) }
        if version == .v1 {
            members += [
                JSONMember("expires_on", number(token.expires.rawValue)), JSONMember("not_before", number(token.notBefore.rawValue)),
                JSONMember("resource", .string(resource)),
            ]
        }
        members.append(JSONMember("access_token", .string(String(decoding: token.compact, as: UTF8.self))))
        return uncached(.ok, .object(members), correlation)
    }

    /// An error of the token service.
    ///
    /// - Parameter host: the host that answers, for `error_uri`.
    func error(_ error: EntraError, _ correlation: Correlation, host: String) -> HTTPResponse {
        let body = error.body(traceID: correlation.traceID, correlationID: correlation.id, at: clock.now, host: host)
        return uncached(HTTPStatus(code: error.status), body, correlation)
    }

    /// The text of an error for people to read, with the ids that the JSON form carries.
    func description(of error: EntraError, _ correlation: Correlation) -> String {
        error.body(traceID: correlation.traceID, correlationID: correlation.id, at: clock.now, host: "")["error_description"]?.text ?? ""
    }

    /// A page for people.
    func page(title: String, text: String, _ correlation: Correlation) -> HTTPResponse {
        let html =
            "<!DOCTYPE html><html lang=\"en\"><head><title>\(Self.escaped(title))</title></head><body>\(Self.escaped(text))</body></html>"
        return uncached(.ok, "text/html; charset=utf-8", Array(html.utf8), correlation)
    }

    /// A resource of ours that a token of nobody opens.
    func unauthorised(_ correlation: Correlation) -> HTTPResponse {
        var response = uncached(.unauthorized, "application/json; charset=utf-8", [], correlation)
        response.headers.append(.field("WWW-Authenticate", "Bearer error=\"invalid_token\""))
        return response
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    /// An unknown path.
    var notFound: HTTPResponse {
        HTTPResponse(
            status: .notFound,
            headers: lines(
                [.field("Cache-Control", "private"), .constant(Self.security), .constant(Self.policy)], traceID: GUID(from: entropy)),
            body: [])
    }

    /// What comes of the service's own state: throttling is plain text, a passing failure is an error of the table, and of the other
    /// statuses no body is known.
    ///
    /// - Parameter host: the host that answers, for `error_uri`.
    func outage(_ status: HTTPStatus, retryAfter: Int?, for request: HTTPRequest, host: String) -> HTTPResponse {
        let correlation = Correlation(request, entropy: entropy)
        var response =
            switch status {
            case .tooManyRequests: uncached(status, "text/plain; charset=utf-8", Array("Too Many Requests".utf8), correlation)
            case .internalServerError, .serviceUnavailable, .gatewayTimeout:
                error(.outage(status: status.code), correlation, host: host)
            default: uncached(status, "text/html; charset=utf-8", [], correlation)
            }
        if let retryAfter { response.headers.insert(.field("Retry-After", String(retryAfter)), at: 2) }
        return response
    }

    private func uncached(_ status: HTTPStatus, _ body: JSONValue, _ correlation: Correlation) -> HTTPResponse {
        uncached(status, "application/json; charset=utf-8", body.bytes(), correlation)
    }

    private func uncached(_ status: HTTPStatus, _ type: String, _ body: [UInt8], _ correlation: Correlation) -> HTTPResponse {
        let echo: [HTTPResponse.HeaderLine] = correlation.isEchoed ? [.field("client-request-id", correlation.id)] : []
        let first: [HTTPResponse.HeaderLine] = [
            .field("Cache-Control", "no-store, no-cache"), .field("Pragma", "no-cache"), .field("Content-Type", type),
            .field("Expires", "-1"), .constant(Self.security),
        ]
        return HTTPResponse(
            status: status, headers: lines(first + echo + [.constant(Self.policy)], traceID: correlation.traceID), body: body)
    }

    /// The header lines of an answer: `first`, and what every answer ends with.
    private func lines(_ first: [HTTPResponse.HeaderLine], traceID: GUID) -> [HTTPResponse.HeaderLine] {
        var lines = first
        lines.reserveCapacity(first.count + 6)
        lines.append(.field("x-ms-request-id", traceID.description))
        lines.append(.constant(Self.server))
        // Nothing is remembered by the cookies; real answers set them, and a cookie jar may be part of what is rehearsed.
        lines.append(.field("Set-Cookie", cookie))
        lines.append(.constant(Self.otherCookies))
        lines.append(.date)
        lines.append(.contentLength)
        return lines
    }

    private var cookie: String {
        // Joined as bytes: it is written with every answer.
        var text = Array("fpc=".utf8)
        Base64.encodeURL(entropy.bytes(24), into: &text)
        text.append(contentsOf: "; path=/; secure; HttpOnly; SameSite=None".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    private static let security: HTTPResponse.ConstantHeaders = [
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains", "X-Content-Type-Options": "nosniff",
    ]
    private static let policy: HTTPResponse.ConstantHeaders = ["P3P": #"CP="DSP CUR OTPi IND OTRi ONL FIN""#]
    /// What a document begins with: cacheable, readable from any origin.
    private static let published =
        [
            "Cache-Control": "max-age=86400, private", "Content-Type": "application/json; charset=utf-8",
        ] + security + ["Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, OPTIONS"] + policy
    /// What answers; a real server's name would be a lie (source: entra.md §4.2).
    private static let server: HTTPResponse.ConstantHeaders = [
        "x-ms-ests-server": "2.1.0.0 - UNDERSTUDY ProdSlices", "X-XSS-Protection": "0",
    ]
    private static let otherCookies: HTTPResponse.ConstantHeaders = [
        "Set-Cookie": "x-ms-gateway-slice=estsfd; path=/; secure; httponly",
        "Set-Cookie": "stsservicecookie=estsfd; path=/; secure; httponly",
    ]
}

/// How a listener reads where servers differ, and the bytes of the answers that the room makes by itself.
public struct ProtocolErrorStyle: Sendable {
    /// Whether requests are read, and answers begun, as by Go's `net/http`.
    ///
    /// A broken percent-escape in the path is refused, `OPTIONS *` is answered by the room, blank lines before a request are skipped only
    /// after a POST. An HTTP/1.0 client is answered with `HTTP/1.0`, and a close is not announced to it.
    public let readsLikeGo: Bool
    /// The answer to an error, nil to close without one; `Connection: close` is added when it is written.
    public let answer: @Sendable (ProtocolError) -> HTTPResponse?

    /// A style from its parts.
    public init(readsLikeGo: Bool, answer: @escaping @Sendable (ProtocolError) -> HTTPResponse?) {
        self.readsLikeGo = readsLikeGo
        self.answer = answer
    }

    /// One sentence of plain text that names the limit.
    public static let plain = Self(readsLikeGo: false) { error in
        HTTPResponse(
            status: error.status, headers: [.field("Content-Type", "text/plain; charset=utf-8"), .date, .contentLength],
            body: Array("\(error.sentence)\n".utf8))
    }

    /// What Go's `net/http` writes past its handlers: no `Date`, no length, the status line again as the body (source: recordings `wire-*`).
    ///
    /// Who lets a time limit pass is left without an answer (source: workload-identity.md, corrections from recordings).
    public static let go = Self(readsLikeGo: true) { error in
        switch error {
        case .headTimeout, .bodyTimeout: return nil
        // This one Go writes through its ordinary response writer.
        case .unsupportedExpectation: return HTTPResponse(status: error.status, headers: [.date, .contentLength], body: [])
        default: break
        }
        let code = error.status.code
        let reason =
            switch error {
            case .malformed(.missingHost): "Bad Request: missing required Host header"
            case .malformed(.hostValue): "Bad Request: malformed Host header"
            case .malformed(.headerName): "Bad Request: invalid header name"
            case .malformed(.headerValue): "Bad Request: invalid header value"
            case .unsupportedVersion: "HTTP Version Not Supported: unsupported protocol version"
            case .bodyTooLarge: "Request Entity Too Large"
            default: error.status.reason
            }
        let body = error == .unsupportedTransferCoding ? "Unsupported transfer encoding" : "\(code) \(reason)"
        return HTTPResponse(
            status: HTTPStatus(code: code, reason: reason), headers: [.field("Content-Type", "text/plain; charset=utf-8")],
            body: Array(body.utf8), framing: .untilClose)
    }

    /// Go's answer to `OPTIONS *`.
    ///
    /// Its handler sets the length, which is written with the handler's headers, before the `Date` that the server adds.
    static let goOptionsAnswer = HTTPResponse(status: .ok, headers: [.contentLength, .date], body: [])
}

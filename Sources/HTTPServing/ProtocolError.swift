/// Why the room answers by itself: the request never reaches a responder, and the connection closes after the answer.
public enum ProtocolError: Error, Hashable, Sendable {
    /// What is wrong with a request that cannot be read; the raw value is a sentence for people.
    public enum Malformation: String, Hashable, Sendable, CaseIterable {
        /// The request line is not `method SP target SP HTTP/d.d`.
        case requestLine = "The request line is malformed."
        /// The method is not a token.
        case method = "The method is not a token."
        /// The target is neither a path, nor `*`, nor an absolute http URL, nor CONNECT's authority; or it holds a control character.
        case target = "The request target is malformed."
        /// A percent-escape in the path is broken (refused only where Go is emulated).
        case pathEscape = "The path holds a broken percent-escape."
        /// A header line has no colon, or the first one begins with a blank.
        case headerLine = "A header line is malformed."
        /// A header name is not a token.
        case headerName = "A header name is not a token."
        /// A header value holds a control character.
        case headerValue = "A header value holds a control character."
        /// An HTTP/1.1 request without `Host`.
        case missingHost = "The Host header is missing."
        /// More than one `Host`.
        case manyHosts = "There is more than one Host header."
        /// `Host` holds characters that no host has.
        case hostValue = "The Host header is malformed."
        /// `Content-Length` is not one number.
        case contentLength = "The Content-Length header is malformed."
        /// Both `Content-Length` and `Transfer-Encoding`, or the latter in HTTP/1.0: two readings of where the body ends.
        case ambiguousLength = "The length of the body is ambiguous."
        /// The chunks of the body are broken.
        case chunk = "The chunked body is malformed."
    }

    /// 400.
    case malformed(Malformation)
    /// 505: the version is well-formed but not HTTP/1.x.
    case unsupportedVersion
    /// 501: a transfer coding other than `chunked`.
    case unsupportedTransferCoding
    /// 417: an expectation other than `100-continue`.
    case unsupportedExpectation
    /// 431: the head is larger than `limit` bytes.
    case headTooLarge(limit: Int)
    /// 413: the body is larger than `limit` bytes.
    case bodyTooLarge(limit: Int)
    /// 408: the head took longer than `limit`.
    case headTimeout(limit: Duration)
    /// 408: the body took longer than `limit`.
    case bodyTimeout(limit: Duration)
    /// 503: there are `limit` connections already.
    case tooManyConnections(limit: Int)

    /// The status that says it.
    public var status: HTTPStatus {
        switch self {
        case .malformed: .badRequest
        case .unsupportedVersion: .httpVersionNotSupported
        case .unsupportedTransferCoding: .notImplemented
        case .unsupportedExpectation: .expectationFailed
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .contentTooLarge
        case .headTimeout, .bodyTimeout: .requestTimeout
        case .tooManyConnections: .serviceUnavailable
        }
    }

    /// One sentence for people that names the limit, if one was exceeded.
    public var sentence: String {
        switch self {
        case .malformed(let what): what.rawValue
        case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
        case .unsupportedTransferCoding: "The transfer coding is not supported."
        case .unsupportedExpectation: "The expectation is not supported."
        case .headTooLarge(let limit): "The request line and headers are larger than \(limit) bytes."
        case .bodyTooLarge(let limit): "The request body is larger than \(limit) bytes."
        case .headTimeout(let limit): "The request line and headers took longer than \(limit)."
        case .bodyTimeout(let limit): "The request body took longer than \(limit)."
        case .tooManyConnections(let limit): "There are \(limit) connections already."
        }
    }
}

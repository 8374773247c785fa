/// The status of an answer: a code and the reason phrase that goes with it on the status line.
public struct HTTPStatus: Hashable, Sendable {
    /// Three digits.
    public let code: Int
    /// The text after the code on the status line.
    public let reason: String

    /// A status with a reason of its own.
    public init(code: Int, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// A status with the usual phrase of its code; an unknown code has Go's `status code NNN`.
    public init(code: Int) { self.init(code: code, reason: Self.phrases[code] ?? "status code \(code)") }

    /// 200 OK.
    public static let ok = Self(code: 200)
    /// 201 Created.
    public static let created = Self(code: 201)
    /// 202 Accepted.
    public static let accepted = Self(code: 202)
    /// 204 No Content: never has a body.
    public static let noContent = Self(code: 204)
    /// 301 Moved Permanently.
    public static let movedPermanently = Self(code: 301)
    /// 302 Found.
    public static let found = Self(code: 302)
    /// 304 Not Modified: never has a body.
    public static let notModified = Self(code: 304)
    /// 400 Bad Request.
    public static let badRequest = Self(code: 400)
    /// 401 Unauthorized.
    public static let unauthorized = Self(code: 401)
    /// 403 Forbidden.
    public static let forbidden = Self(code: 403)
    /// 404 Not Found.
    public static let notFound = Self(code: 404)
    /// 405 Method Not Allowed.
    public static let methodNotAllowed = Self(code: 405)
    /// 408 Request Timeout.
    public static let requestTimeout = Self(code: 408)
    /// 409 Conflict.
    public static let conflict = Self(code: 409)
    /// 410 Gone.
    public static let gone = Self(code: 410)
    /// 413 Content Too Large.
    public static let contentTooLarge = Self(code: 413)
    /// 415 Unsupported Media Type.
    public static let unsupportedMediaType = Self(code: 415)
    /// 417 Expectation Failed.
    public static let expectationFailed = Self(code: 417)
    /// 418 I'm a teapot.
    public static let teapot = Self(code: 418)
    /// 422 Unprocessable Entity.
    public static let unprocessableEntity = Self(code: 422)
    /// 429 Too Many Requests.
    public static let tooManyRequests = Self(code: 429)
    /// 431 Request Header Fields Too Large.
    public static let requestHeaderFieldsTooLarge = Self(code: 431)
    /// 500 Internal Server Error.
    public static let internalServerError = Self(code: 500)
    /// 501 Not Implemented.
    public static let notImplemented = Self(code: 501)
    /// 502 Bad Gateway.
    public static let badGateway = Self(code: 502)
    /// 503 Service Unavailable.
    public static let serviceUnavailable = Self(code: 503)
    /// 504 Gateway Timeout.
    public static let gatewayTimeout = Self(code: 504)
    /// 505 HTTP Version Not Supported.
    public static let httpVersionNotSupported = Self(code: 505)

    /// Whether an answer with this code may carry a body (RFC 9110 §6.4.1); one that may not has no `Content-Length` added either.
    public var allowsBody: Bool { code >= 200 && code != 204 && code != 304 }

    // Go's and the RFC's phrases agree but for 413 (RFC 9110's is used) and 422 (Go's, the older one, is used).
    private static let phrases: [Int: String] = [
        100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
        204: "No Content", 205: "Reset Content", 206: "Partial Content", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Found",
        303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
        401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
        411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "Request URI Too Long",
        415: "Unsupported Media Type", 416: "Requested Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a teapot",
        421: "Misdirected Request", 422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
        426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported", 507: "Insufficient Storage",
        511: "Network Authentication Required",
    ]
}

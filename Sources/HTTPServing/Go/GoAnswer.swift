/// What Go's `net/http` writes for the handlers of a program that we stand in for: NMI, the sidecar proxy, the webhook.
public enum GoAnswer {
    /// Go's server counts a body that fits this buffer by itself; a longer one leaves in chunks.
    public static let countedBytes = 2048

    /// An answer whose handler set these headers and wrote this body in one go.
    ///
    /// The handler's own come first, sorted by name; then what the server adds.
    public static func written(_ status: HTTPStatus, _ fields: [(String, String)], _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: fields.sorted { $0.0 < $1.0 }.map { .field($0.0, $0.1) } + [.date], body: body,
            framing: body.count > countedBytes ? .chunked : .contentLength)
    }

    /// `http.Error`: the text with a newline, and a header that forbids guessing its type.
    ///
    /// - Parameter fields: what the handler had set before.
    public static func error(_ status: HTTPStatus, _ message: some Sequence<UInt8>, _ fields: [(String, String)] = []) -> HTTPResponse {
        written(
            status, fields + [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")], Array(message) + [0x0a]
        )
    }

    /// gorilla/mux's redirect to a canonical path: no body, no content type.
    public static func redirect(to location: String) -> HTTPResponse {
        HTTPResponse(status: .movedPermanently, headers: [.field("Location", location), .date, .contentLength], body: [])
    }

    /// How a handler hands on another server's answer: all of it read first, the headers sorted by name (source: nmi.md §1.9).
    public static func relayed(_ response: HTTPResponse) -> HTTPResponse {
        var relayed = response
        if response.framing != .contentLength {
            // Upstream told no length: the server counts or sends in chunks, as with a body of its own.
            relayed.framing = response.body.count > countedBytes ? .chunked : .contentLength
        } else if response.status.allowsBody, !response.headers.contains(.contentLength) {
            // A length that is written anyway was a header of upstream's, so it is sorted with the others.
            relayed.headers.append(.contentLength)
        }
        relayed.headers = relayed.expandedHeaders.map(canonical).sorted { name(of: $0) < name(of: $1) }
        return relayed
    }

    /// The spelling of a header name that Go keeps: `x-ms-request-id` becomes `X-Ms-Request-Id`.
    public static func canonicalName(_ name: String) -> String {
        name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
    }

    /// Go forgets how a header was spelled when it reads it.
    private static func canonical(_ line: HTTPResponse.HeaderLine) -> HTTPResponse.HeaderLine {
        guard case .field(_, let value) = line else { return line }
        return .field(name(of: line), value)
    }

    /// Go's canonical spelling, by which it sorts.
    private static func name(of line: HTTPResponse.HeaderLine) -> String {
        switch line {
        case .field(let name, _): canonicalName(name)
        case .constant: ""  // expanded before
        case .date: "Date"
        case .contentLength: "Content-Length"
        }
    }
}

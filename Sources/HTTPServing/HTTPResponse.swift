/// An answer as it will be written: the header lines are written exactly in their order and nothing is put between them.
///
/// After the lines come, in this order and only when they apply: `Content-Length` (framing ``Framing/contentLength`` and no
/// ``HeaderLine/contentLength`` in the list), `Connection: close` (the connection will close) or `Connection: keep-alive` (an HTTP/1.0
/// client asked for it), `Transfer-Encoding: chunked`. This is the order of Go's `net/http`, as recorded.
public struct HTTPResponse: Sendable {
    /// One header line.
    public enum HeaderLine: Hashable, Sendable {
        /// A name and a value; CR, LF and NUL in either are written as blanks.
        case field(String, String)
        /// Lines that are the same in every answer.
        case constant(ConstantHeaders)
        /// `Date:` with the present second as an HTTP date.
        case date
        /// `Content-Length:` with the length of the body.
        case contentLength
    }

    /// Lines that are put into bytes once rather than with each answer.
    public struct ConstantHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
        /// The lines as fields, in the order of the wire.
        public let fields: [HeaderLine]
        let bytes: [UInt8]

        /// Lines from names and values, in order; a name may come again.
        ///
        /// There must be no CR, LF or NUL in them, nor a `Connection`, which is the server's to say.
        public init(dictionaryLiteral fields: (String, String)...) {
            for (name, value) in fields {
                precondition(!name.equalsIgnoringCase("connection") && !(name + value).utf8.contains(where: \.endsLine))
            }
            self.init(fields: fields.map { .field($0.0, $0.1) }, bytes: fields.flatMap { Array("\($0.0): \($0.1)\r\n".utf8) })
        }

        private init(fields: [HeaderLine], bytes: [UInt8]) {
            self.fields = fields
            self.bytes = bytes
        }

        /// The lines of both.
        public static func + (first: Self, second: Self) -> Self {
            Self(fields: first.fields + second.fields, bytes: first.bytes + second.bytes)
        }
    }

    /// How the client learns where the body ends.
    public enum Framing: Hashable, Sendable {
        /// By its length.
        case contentLength
        /// As one chunk and the last chunk. To an HTTP/1.0 client it is sent ``untilClose``; to HEAD neither is announced (as Go does).
        case chunked
        /// By the end of the connection.
        case untilClose
    }

    /// How much of the answer reaches the client.
    ///
    /// Anything but the whole is a failure that somebody asked for; the connection ends with it.
    public enum Delivery: Hashable, Sendable {
        /// All of it.
        case whole
        /// The head, which announces all of the body, and so many bytes of the body at most.
        case cut(bodyBytes: Int)
        /// Nothing; the connection ends in good order.
        case nothing
        /// Nothing; the connection is reset.
        case reset
    }

    /// The status line.
    public var status: HTTPStatus
    /// The header lines, in the order of the wire.
    public var headers: [HeaderLine]
    /// The body; not sent in answer to HEAD nor with a status that allows none.
    public var body: [UInt8]
    /// How the end of the body is told.
    public var framing: Framing
    /// How much of it is sent.
    public var delivery = Delivery.whole

    /// The header lines with each constant one as a field, for who looks for one or changes one.
    public var expandedHeaders: [HeaderLine] {
        headers.flatMap { line in
            if case .constant(let lines) = line { lines.fields } else { [line] }
        }
    }

    /// An answer from its parts.
    public init(status: HTTPStatus, headers: [HeaderLine], body: [UInt8], framing: Framing = .contentLength) {
        self.status = status
        self.headers = headers
        self.body = body
        self.framing = framing
    }
}

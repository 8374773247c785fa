import NIOCore
import Surroundings
import WireFormats

/// Writes answers as bytes.
///
/// One per connection: it keeps the `Date` of the present second.
struct ResponseEncoder {
    /// What of the request and the connection shapes the bytes of the answer.
    struct Circumstances {
        /// Whether the request was a HEAD.
        var isHead = false
        /// The `y` of the request's `HTTP/1.y`.
        var minorVersion = 1
        /// Whether the connection closes after this answer.
        var closes = false
        /// Whether an HTTP/1.0 client is answered as Go answers it: in its own version, and without a word about the close.
        var writesLikeGo = false

        /// Whether the client is answered as one of HTTP/1.0.
        var isInOldVersion: Bool { writesLikeGo && minorVersion == 0 }
    }

    private let clock: WallClock
    private var second: UnixSeconds?
    private var date = ""

    init(clock: WallClock) { self.clock = clock }

    /// Whether the connection must close after this answer whatever the client wants.
    static func forcesClose(_ response: HTTPResponse, minorVersion: Int) -> Bool {
        if response.framing == .untilClose || (response.framing == .chunked && minorVersion == 0) { return true }
        return response.headers.contains { line in
            guard case .field(let name, let value) = line else { return false }
            return name.equalsIgnoringCase("connection") && value.equalsIgnoringCase("close")
        }
    }

    /// Appends head and body.
    mutating func encode(_ response: HTTPResponse, _ circumstances: Circumstances, into out: inout ByteBuffer) {
        let length = response.body.count
        let sendsBody = !circumstances.isHead && response.status.allowsBody
        let isChunked = response.framing == .chunked && circumstances.minorVersion > 0 && sendsBody
        let date = currentDate()
        let room = HeadWriter.room(for: response)
        out.reserveCapacity(minimumWritableBytes: length + room)
        out.writeHead(atMost: room) { head in
            head.writeStatus(response.status, isOld: circumstances.isInOldVersion)
            var lengthIsDue = response.framing == .contentLength && response.status.allowsBody
            var saysConnection = false
            for line in response.headers {
                switch line {
                case .field(let name, let value):
                    if name.equalsIgnoringCase("connection") {
                        // A connection that closes does not say that it lives on, whatever the answer that is handed on says.
                        if circumstances.closes, !value.equalsIgnoringCase("close") { continue }
                        saysConnection = true
                    }
                    head.writeLine(name, value)
                case .constant(let lines): head.write(lines)
                case .date: head.writeLine("Date", date)
                case .contentLength:
                    lengthIsDue = false
                    head.writeLine("Content-Length", String(length))
                }
            }
            if lengthIsDue { head.writeLine("Content-Length", String(length)) }
            if !saysConnection {
                if circumstances.closes {
                    if !circumstances.isInOldVersion { head.writeLine("Connection", "close") }
                } else if circumstances.minorVersion == 0 {
                    // An HTTP/1.0 client that asked for it waits for this word before it reuses the connection (RFC 9112 §9.3; Go does so).
                    head.writeLine("Connection", "keep-alive")
                }
            }
            if isChunked { head.writeLine("Transfer-Encoding", "chunked") }
            head.writeLineEnd()
        }
        guard sendsBody else { return }
        if isChunked {
            if length > 0 {
                out.writeString(String(length, radix: 16))
                out.writeStaticString("\r\n")
                out.writeBytes(response.body)
                out.writeStaticString("\r\n")
            }
            out.writeStaticString("0\r\n\r\n")
        } else {
            out.writeBytes(response.body)
        }
    }

    /// Appends the head, which tells of the whole body, and the first bytes of the body.
    mutating func encode(_ response: HTTPResponse, _ circumstances: Circumstances, cutAfter bytes: Int, into out: inout ByteBuffer) {
        let start = out.writerIndex
        encode(response, circumstances, into: &out)
        // What comes last of a chunked body is the line end of its chunk and the last chunk.
        let closing = response.framing == .chunked && circumstances.minorVersion > 0 ? 7 : 0
        let sendsBody = !circumstances.isHead && response.status.allowsBody && !response.body.isEmpty
        guard sendsBody, bytes < response.body.count else { return }
        out.moveWriterIndex(to: max(start, out.writerIndex - closing - (response.body.count - bytes)))
    }

    private mutating func currentDate() -> String {
        let now = clock.now
        if now != second {
            second = now
            date = CivilTime(now).httpDate
        }
        return date
    }
}

extension ByteBuffer {
    /// Appends what `write` writes of a head, so many bytes at most.
    fileprivate mutating func writeHead(atMost bytes: Int, _ write: (inout HeadWriter) -> Void) {
        // A head has a dozen lines or more, and every write asks the buffer for room: here they ask once.
        // SAFETY: the writer does not outlive the closure, and checks that what it writes has room.
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { room in
            var head = unsafe HeadWriter(into: room)
            write(&head)
            return head.count
        }
    }
}

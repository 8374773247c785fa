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
        for case .field(let name, let value) in response.headers where name.utf8.count == 10 && value.utf8.count == 5 {
            if name.lowercased() == "connection", value.lowercased() == "close" { return true }
        }
        return false
    }

    /// Appends head and body.
    mutating func encode(_ response: HTTPResponse, _ circumstances: Circumstances, into out: inout ByteBuffer) {
        let status = response.status
        let length = response.body.count
        out.reserveCapacity(minimumWritableBytes: length + 512)
        if status == .ok, !circumstances.isInOldVersion {
            out.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            out.writeStaticString(circumstances.isInOldVersion ? "HTTP/1.0 " : "HTTP/1.1 ")
            out.writeString(String(status.code))
            out.writeStaticString(" ")
            out.writeString(status.reason.withoutLineEnds)
            out.writeStaticString("\r\n")
        }
        var lengthIsDue = response.framing == .contentLength && status.allowsBody
        var saysConnection = false
        for line in response.headers {
            switch line {
            case .field(let name, let value):
                if name.utf8.count == 10, name.lowercased() == "connection" {
                    // A connection that closes does not say that it lives on, whatever the answer that is handed on says.
                    if circumstances.closes, value.lowercased() != "close" { continue }
                    saysConnection = true
                }
                out.writeHeaderLine(name, value)
            case .date: out.writeHeaderLine("Date", currentDate())
            case .contentLength:
                lengthIsDue = false
                writeLength(length, into: &out)
            }
        }
        if lengthIsDue { writeLength(length, into: &out) }
        if !saysConnection {
            if circumstances.closes {
                if !circumstances.isInOldVersion { out.writeStaticString("Connection: close\r\n") }
            } else if circumstances.minorVersion == 0 {
                // An HTTP/1.0 client that asked for it waits for this word before it reuses the connection (RFC 9112 §9.3; Go does so).
                out.writeStaticString("Connection: keep-alive\r\n")
            }
        }
        let sendsBody = !circumstances.isHead && status.allowsBody
        let isChunked = response.framing == .chunked && circumstances.minorVersion > 0 && sendsBody
        if isChunked { out.writeStaticString("Transfer-Encoding: chunked\r\n") }
        out.writeStaticString("\r\n")
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

    private func writeLength(_ length: Int, into out: inout ByteBuffer) {
        out.writeHeaderLine("Content-Length", String(length))
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
    /// Appends `name: value` and its line end.
    ///
    /// The text comes from manifests and requests too; a line end in it must not start a header of its own, and becomes a blank.
    fileprivate mutating func writeHeaderLine(_ name: String, _ value: String) {
        let length = name.utf8.count + 2 + value.utf8.count
        // A head has a dozen lines or more, and every write asks the buffer for room: one for the line rather than one for each part.
        // SAFETY: `out` has room for all that is written, and does not leave the closure.
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: length + 2) { out in
            unsafe out.copyBytes(from: name.utf8)
            unsafe out[name.utf8.count] = UInt8(ascii: ":")
            unsafe out[name.utf8.count + 1] = UInt8(ascii: " ")
            unsafe UnsafeMutableRawBufferPointer(rebasing: out[(name.utf8.count + 2)...]).copyBytes(from: value.utf8)
            // Without a branch, and so many bytes at a time.
            for index in 0..<length { unsafe out[index] = unsafe out[index].endsLine ? UInt8(ascii: " ") : out[index] }
            unsafe out[length] = .carriageReturn
            unsafe out[length + 1] = .lineFeed
            return length + 2
        }
    }
}

extension String {
    fileprivate var withoutLineEnds: String {
        utf8.contains(where: \.endsLine) ? String(decoding: utf8.map { $0.endsLine ? UInt8(ascii: " ") : $0 }, as: UTF8.self) : self
    }
}

extension UInt8 {
    fileprivate var endsLine: Bool { self == .carriageReturn || self == .lineFeed || self == 0 }
}

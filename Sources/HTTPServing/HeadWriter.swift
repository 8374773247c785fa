/// Writes the head of an answer into room that was set aside for all of it.
///
/// Header text comes from manifests and requests too; a line end in it must not start a header of its own, and becomes a blank.
@safe struct HeadWriter: ~Copyable {
    /// Bytes written so far.
    private(set) var count = 0
    private let room: UnsafeMutableRawBufferPointer
    private let limit: Int

    /// A writer that must not be used longer than `room` can be.
    @unsafe init(into room: UnsafeMutableRawBufferPointer) {
        unsafe self.room = room
        limit = room.count
    }

    /// Bytes that the head of an answer takes at most.
    static func room(for response: HTTPResponse) -> Int {
        // The status line, and lines that are not in the list or whose value is not.
        var bytes = 192 + response.status.reason.utf8.count
        for line in response.headers {
            switch line {
            case .field(let name, let value): bytes += name.utf8.count + value.utf8.count + 4
            case .constant(let lines): bytes += lines.bytes.count
            case .date, .contentLength: bytes += 64
            }
        }
        return bytes
    }

    /// The status line; `isOld`: of HTTP/1.0.
    mutating func writeStatus(_ status: HTTPStatus, isOld: Bool) {
        write(isOld ? "HTTP/1.0 " : "HTTP/1.1 ")
        write(String(status.code))
        write(" ")
        let start = count
        write(status.reason)
        blankLineEnds(from: start)
        writeLineEnd()
    }

    /// `name: value` and its line end.
    mutating func writeLine(_ name: String, _ value: String) {
        let start = count
        write(name)
        write(": ")
        write(value)
        blankLineEnds(from: start)
        writeLineEnd()
    }

    /// Lines with their line ends.
    mutating func write(_ lines: HTTPResponse.ConstantHeaders) {
        precondition(lines.bytes.count <= limit - count, Self.tooLong)
        // SAFETY: so many bytes have room there.
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyBytes(from: lines.bytes)
        count += lines.bytes.count
    }

    /// The end of a line; after the last line, of the head.
    mutating func writeLineEnd() { write("\r\n") }

    private mutating func write(_ text: String) {
        let length = text.utf8.count
        precondition(length <= limit - count, Self.tooLong)
        // SAFETY: so many bytes have room there.
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[count..<(count + length)]).copyBytes(from: text.utf8)
        count += length
    }

    private static var tooLong: String { "a head is longer than the room set aside for it" }

    private mutating func blankLineEnds(from start: Int) {
        // SAFETY: all before `count` was written.
        let line = unsafe UnsafeMutableRawBufferPointer(rebasing: room[start..<count])
        // What ends a line is below all that is usual there, and the least byte is found many bytes at a time.
        var least = UInt8.max
        for index in 0..<(count - start) { least = unsafe min(least, line[index]) }
        guard least < UInt8(ascii: " ") else { return }
        for index in 0..<(count - start) where unsafe line[index].endsLine { unsafe line[index] = UInt8(ascii: " ") }
    }
}

/// Reads the lines of one request head, one at a time as they come.
///
/// Offsets are from the start of the head.
struct HTTPHeadReader: Sendable {
    enum BodyLength: Sendable {
        case fixed(Int)
        case chunked
    }

    /// What a whole head amounts to.
    struct Finished: Sendable {
        var methodEnd = 0
        var target = 0..<0
        var minorVersion = 1
        var fields: [HTTPRequest.Field] = []
        var length = BodyLength.fixed(0)
        var expectsContinue = false
        var keepsAlive = false
    }

    private var result = Finished()
    private(set) var isEmpty = true
    /// Where the next line starts.
    private(set) var lineStart = 0
    private var hosts = 0
    private var contentLength: Int?
    private var transferCodings = 0
    private var isChunked = false
    private var isConnect = false
    private var saysClose = false
    private var saysKeepAlive = false
    private var hostIsMalformed = false
    private var otherExpectation = false
    /// A line is judged when the next one does not continue it.
    private var openField: HTTPRequest.Field?

    /// Takes one line (without its end) of `bytes`, the head starting at `base`; true when it is the blank line that ends the head.
    mutating func read(
        _ line: Range<Int>, of bytes: [UInt8], base: Int, rules: HTTPRequestParser.Rules
    ) throws(ProtocolError) -> Bool {
        // After the line comes LF, or CR LF.
        lineStart = line.upperBound - base + (bytes[line.upperBound] == .carriageReturn ? 2 : 1)
        if isEmpty {
            isEmpty = false
            try readRequestLine(line, of: bytes, base: base, rules: rules)
            return false
        }
        if !line.isEmpty, bytes[line.lowerBound].isBlank {
            guard var field = openField else { throw .malformed(.headerLine) }
            let more = bytes.trimmingBlanks(line)
            if let end = Int32(exactly: more.upperBound - base) { field.value = field.value.lowerBound..<max(end, field.value.lowerBound) }
            field.isFolded = true
            openField = field
            return false
        }
        if let field = openField {
            openField = nil
            try close(field, bytes, base)
        }
        if line.isEmpty { return true }
        openField = try field(line, of: bytes, base: base)
        return false
    }

    private mutating func readRequestLine(
        _ line: Range<Int>, of bytes: [UInt8], base: Int, rules: HTTPRequestParser.Rules
    ) throws(ProtocolError) {
        guard let first = bytes.firstSpace(in: line), let second = bytes.firstSpace(in: (first + 1)..<line.upperBound) else {
            throw .malformed(.requestLine)
        }
        guard first > line.lowerBound, bytes[line.lowerBound..<first].allSatisfy(\.isTokenCharacter) else { throw .malformed(.method) }
        let version = second + 1
        guard line.upperBound - version == 8, bytes.equals("HTTP/", in: version..<(version + 5)), bytes[version + 6] == UInt8(ascii: "."),
            let major = digit(bytes[version + 5]), let minor = digit(bytes[version + 7])
        else { throw .malformed(.requestLine) }
        isConnect = bytes.equals("CONNECT", in: line.lowerBound..<first)
        let target = bytes[(first + 1)..<second]
        if let wrong = HTTPTarget.malformation(target, isConnect: isConnect, refusesBrokenEscapes: rules.readsLikeGo) {
            throw .malformed(wrong)
        }
        if major != 1 { throw .unsupportedVersion }
        result.methodEnd = first - base
        result.target = (first + 1 - base)..<(second - base)
        result.minorVersion = minor
    }

    private func digit(_ byte: UInt8) -> Int? { (48...57).contains(byte) ? Int(byte) - 48 : nil }

    private func field(_ line: Range<Int>, of bytes: [UInt8], base: Int) throws(ProtocolError) -> HTTPRequest.Field {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon] != UInt8(ascii: ":") {
            if !bytes[colon].isTokenCharacter {
                throw .malformed(bytes[colon...].prefix(line.upperBound - colon).contains(UInt8(ascii: ":")) ? .headerName : .headerLine)
            }
            colon += 1
        }
        if colon == line.upperBound { throw .malformed(.headerLine) }
        if colon == line.lowerBound { throw .malformed(.headerName) }
        let value = bytes.trimmingBlanks((colon + 1)..<line.upperBound)
        return HTTPRequest.Field(
            name: Int32(clamping: line.lowerBound - base)..<Int32(clamping: colon - base),
            value: Int32(clamping: value.lowerBound - base)..<Int32(clamping: value.upperBound - base))
    }

    /// Judges a header line that is whole.
    private mutating func close(_ field: HTTPRequest.Field, _ bytes: [UInt8], _ base: Int) throws(ProtocolError) {
        let name = (base + Int(field.name.lowerBound))..<(base + Int(field.name.upperBound))
        let range = (base + Int(field.value.lowerBound))..<(base + Int(field.value.upperBound))
        if field.isFolded {
            if bytes.unfolded(range).contains(where: \.isForbiddenInValue) { throw .malformed(.headerValue) }
        } else {
            var index = range.lowerBound
            while index < range.upperBound {
                if bytes[index].isForbiddenInValue { throw .malformed(.headerValue) }
                index += 1
            }
        }
        result.fields.append(field)
        // The lengths of the names that matter here; all others pass with one comparison.
        switch name.count {
        case 4 where bytes.equalsIgnoringCase("host", in: name):
            hosts += 1
            let (text, value) = value(field, bytes, range)
            hostIsMalformed = hostIsMalformed || !text[value].allSatisfy(\.isHostCharacter)
        case 6 where bytes.equalsIgnoringCase("expect", in: name):
            let (text, value) = value(field, bytes, range)
            if text.equalsIgnoringCase("100-continue", in: value) {
                result.expectsContinue = true
            } else if !value.isEmpty {
                otherExpectation = true
            }
        case 10 where bytes.equalsIgnoringCase("connection", in: name):
            let (text, value) = value(field, bytes, range)
            for token in text[value].split(separator: UInt8(ascii: ",")) {
                let word = text.trimmingBlanks(token.startIndex..<token.endIndex)
                if text.equalsIgnoringCase("close", in: word) { saysClose = true }
                if text.equalsIgnoringCase("keep-alive", in: word) { saysKeepAlive = true }
            }
        case 14 where bytes.equalsIgnoringCase("content-length", in: name):
            let (text, value) = value(field, bytes, range)
            guard let length = Self.length(text[value]), contentLength == nil || contentLength == length else {
                throw .malformed(.contentLength)
            }
            contentLength = length
        case 17 where bytes.equalsIgnoringCase("transfer-encoding", in: name):
            transferCodings += 1
            let (text, value) = value(field, bytes, range)
            isChunked = text.equalsIgnoringCase("chunked", in: value)
        default: break
        }
    }

    /// Where the value stands: in the head itself, or unfolded apart.
    private func value(_ field: HTTPRequest.Field, _ bytes: [UInt8], _ range: Range<Int>) -> ([UInt8], Range<Int>) {
        guard field.isFolded else { return (bytes, range) }
        let text = bytes.unfolded(range)
        return (text, 0..<text.count)
    }

    /// A length that is only digits; a number too large for an Int counts as the largest, which is past any limit.
    private static func length(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty, text.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(String(decoding: text, as: UTF8.self)) ?? .max
    }

    /// Judges the head as a whole.
    mutating func finish(rules: HTTPRequestParser.Rules) throws(ProtocolError) -> Finished {
        let isOld = result.minorVersion == 0
        if hosts > 1 { throw .malformed(.manyHosts) }
        if hosts == 0, !isOld, !isConnect { throw .malformed(.missingHost) }
        if hostIsMalformed { throw .malformed(.hostValue) }
        if transferCodings > 0 {
            if contentLength != nil || isOld { throw .malformed(.ambiguousLength) }
            if transferCodings > 1 || !isChunked { throw .unsupportedTransferCoding }
            result.length = .chunked
        } else if let contentLength {
            if contentLength > rules.bodyBytes { throw .bodyTooLarge(limit: rules.bodyBytes) }
            result.length = .fixed(contentLength)
        }
        if isOld {
            result.expectsContinue = false
        } else if otherExpectation {
            throw .unsupportedExpectation
        }
        if case .fixed(0) = result.length { result.expectsContinue = false }
        result.keepsAlive = !saysClose && (!isOld || saysKeepAlive)
        return result
    }
}

/// Reads JSON (RFC 8259) with line numbers: one value, or several in a row, with or without `---` lines between them.
struct JSONReader {
    private let bytes: [UInt8]
    private var position: Int
    private var line = 1
    private var lineStart: Int
    private var document = 0

    private init(bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        position = start
        lineStart = start
    }

    static func documents(in bytes: [UInt8], from start: Int) throws(Complaint) -> [ManifestDocument] {
        var reader = JSONReader(bytes: bytes, from: start)
        var documents: [ManifestDocument] = []
        reader.skipToDocument()
        while reader.position < bytes.count {
            reader.document += 1
            let line = reader.line
            let root = try reader.value(depth: 0)
            if !root.isNull { documents.append(ManifestDocument(index: reader.document, line: line, root: root)) }
            reader.skipToDocument()
        }
        return documents
    }

    /// What JSON and we call space between values.
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var place: Complaint.Place { place(at: position) }

    /// The place of a byte of the current line, for complaints alone: it counts the line's characters, and a line may be a whole file.
    private func place(at offset: Int) -> Complaint.Place {
        .init(line: line, column: bytes[min(lineStart, offset)..<offset].count { $0 & 0xc0 != 0x80 } + 1)
    }

    private func complaint(_ reason: String, hint: String? = nil) -> Complaint {
        Complaint(place: place, document: max(document, 1), reason: reason, hint: hint)
    }

    private mutating func skipSpace() {
        while let byte = current, Self.isSpace(byte) {
            position += 1
            if byte == 0x0a {
                line += 1
                lineStart = position
            }
        }
    }

    /// Skips space, and the separators that people put between JSON documents as they would between YAML ones.
    private mutating func skipToDocument() {
        skipSpace()
        while document > 0, position == lineStart, bytes[position...].starts(with: "---".utf8) {
            let after = position + 3
            guard after == bytes.count || Self.isSpace(bytes[after]) else { return }
            position = after
            skipSpace()
        }
    }

    private mutating func value(depth: Int) throws(Complaint) -> ManifestNode {
        skipSpace()
        guard let byte = current else {
            throw complaint("the text ends where a value is expected", hint: "a bracket or brace is not closed")
        }
        let start = line
        switch byte {
        case UInt8(ascii: "{"): return ManifestNode(.mapping(try object(depth: depth)), line: start)
        case UInt8(ascii: "["): return ManifestNode(.array(try array(depth: depth)), line: start)
        case UInt8(ascii: "\""): return ManifestNode(.string(try string()), line: start)
        case UInt8(ascii: "t"): return ManifestNode(try literal("true", .bool(true)), line: start)
        case UInt8(ascii: "f"): return ManifestNode(try literal("false", .bool(false)), line: start)
        case UInt8(ascii: "n"): return ManifestNode(try literal("null", .null), line: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return ManifestNode(.number(try number()), line: start)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            throw complaint("a value is expected here", hint: "JSON allows no comma before a closing bracket or brace")
        default: throw complaint("a value is expected here")
        }
    }

    private func checkDepth(_ depth: Int) throws(Complaint) {
        guard depth < ManifestLimits.depth else {
            var tooDeep = complaint("mappings and lists are nested deeper than \(ManifestLimits.depth) levels")
            tooDeep.isFinal = true
            throw tooDeep
        }
    }

    private mutating func object(depth: Int) throws(Complaint) -> [ManifestMember] {
        try checkDepth(depth)
        position += 1
        var members = UniqueMembers()
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return []
        }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw complaint("a name in double quotes is expected here") }
            let nameLine = line
            let nameStart = position
            let name = try string()
            if let first = members.place(of: name) {
                throw UniqueMembers.complaint(
                    name: name, first: members.list[first].nameLine, again: place(at: nameStart), document: document)
            }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw complaint("':' is expected after the name \"\(name)\"") }
            position += 1
            members.append(ManifestMember(name: name, nameLine: nameLine, node: try value(depth: depth + 1)))
            skipSpace()
            guard try goesOn(until: UInt8(ascii: "}"), "',' or '}' is expected after the value of \"\(name)\"") else { return members.list }
        }
    }

    private mutating func array(depth: Int) throws(Complaint) -> [ManifestNode] {
        try checkDepth(depth)
        position += 1
        var elements: [ManifestNode] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return []
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            guard try goesOn(until: UInt8(ascii: "]"), "',' or ']' is expected after an element") else { return elements }
        }
    }

    private mutating func goesOn(until end: UInt8, _ expectation: String) throws(Complaint) -> Bool {
        guard let byte = current, byte == UInt8(ascii: ",") || byte == end else { throw complaint(expectation) }
        position += 1
        return byte != end
    }

    private mutating func literal(_ text: String, _ value: ManifestNode.Value) throws(Complaint) -> ManifestNode.Value {
        guard bytes[position...].starts(with: text.utf8) else { throw complaint("a value is expected here") }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(Complaint) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let leadingZero = current == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadingZero || whole == 1 else { throw complaint("this is not a number as JSON writes it") }
        if current == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw complaint("digits are expected after the decimal point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw complaint("digits are expected in the exponent") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    /// A string.
    ///
    /// Without escapes, which is nearly always, it is one copy.
    private mutating func string() throws(Complaint) -> String {
        let opening = position
        position += 1
        let start = position
        var escaped: [UInt8] = []
        var copied = start
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                let tail = bytes[copied..<position]
                position += 1
                if copied == start { return String(decoding: tail, as: UTF8.self) }
                escaped.append(contentsOf: tail)
                return String(decoding: escaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                escaped.append(contentsOf: bytes[copied..<position])
                try escape(into: &escaped)
                copied = position
            case 0..<0x20:
                throw complaint("a string contains a control character", hint: "write it as an escape, or close the quote on this line")
            default: position += 1
            }
        }
        throw Complaint(
            place: place(at: opening), document: max(document, 1), reason: "this quote is not closed", hint: "add the closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Complaint) {
        guard position + 1 < bytes.count else { throw complaint("the text ends inside an escape") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5c)
        case UInt8(ascii: "/"): text.append(0x2f)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text.append(contentsOf: String(try unicodeEscape()).utf8)
            return
        default: throw complaint("this escape is unknown to JSON")
        }
        position += 2
    }

    /// A half of a surrogate pair that stands alone reads as U+FFFD, as Go's decoder and therefore Kubernetes reads it.
    private mutating func unicodeEscape() throws(Complaint) -> Character {
        let unit = try codeUnit()
        if UTF16.isLeadSurrogate(unit), bytes[position...].starts(with: "\\u".utf8) {
            let second = position
            let trail = try codeUnit()
            if UTF16.isTrailSurrogate(trail) { return Character(UTF16.decode(UTF16.EncodedScalar([unit, trail]))) }
            position = second
        }
        return Character(Unicode.Scalar(unit) ?? "\u{fffd}")
    }

    private mutating func codeUnit() throws(Complaint) -> UInt16 {
        let digits = bytes.dropFirst(position + 2).prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw complaint("four hexadecimal digits are expected after \\u") }
        position += 6
        return unit
    }
}

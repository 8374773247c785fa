/// Where things are in a text.
///
/// Only errors ask, so nothing here needs to be fast.
enum TextPlaces {
    private static let newline = UInt8(ascii: "\n")

    /// Line and column, counted from 1, of a byte.
    static func place(ofByte offset: Int, in bytes: [UInt8]) -> Complaint.Place {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count { $0 == newline } + 1
        let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        // Continuation bytes belong to the character before them.
        let column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
        return .init(line: line, column: column)
    }

    /// The number of the document, counted from 1, that holds a byte: one more than the separators between documents before it.
    static func document(ofByte offset: Int, in bytes: [UInt8]) -> Int {
        var separators = 0
        var hasContent = false
        for line in bytes[..<min(offset, bytes.count)].split(separator: newline) {
            if line.starts(with: "---".utf8) {
                separators += hasContent ? 1 : 0
                hasContent = true
            } else if let first = line.first(where: { !JSONReader.isSpace($0) }), first != UInt8(ascii: "#"), first != UInt8(ascii: "%") {
                hasContent = true
            }
        }
        return separators + 1
    }

    /// The text of a line, counted from 1, without its end.
    static func line(_ number: Int, in bytes: [UInt8]) -> String {
        var rest = bytes[...]
        for _ in 1..<max(number, 1) {
            guard let end = rest.firstIndex(of: newline) else { return "" }
            rest = rest[(end + 1)...]
        }
        return String(decoding: rest.prefix { $0 != newline && $0 != 0x0d }, as: UTF8.self)
    }
}

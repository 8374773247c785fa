/// Text of a markup language, HTML or XML: what is interpolated is escaped, what is written is not.
///
/// So a value of the report cannot become a tag by being forgotten; a `Markup` within another stands as it is.
struct Markup: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The text with its tags.
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Several after one another, a line each.
    init(lines: [Markup]) { self.init(joining: lines, by: "\n") }

    /// Several with something between them.
    init(joining markups: [Markup], by separator: Markup) { text = markups.map(\.text).joined(separator: separator.text) }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity + 16 * interpolationCount) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }

        mutating func appendInterpolation(_ markups: [Markup]) { for markup in markups { text += markup.text } }
    }

    /// Safe as content and within quotes; line breaks are written as references, for XML turns those of attributes into blanks.
    private static func escaped(_ value: String) -> String {
        let value = value.printable
        guard value.utf8.contains(where: isSpecial) else { return value }
        var out: [UInt8] = []
        out.reserveCapacity(value.utf8.count + 16)
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): out += "&amp;".utf8
            case UInt8(ascii: "<"): out += "&lt;".utf8
            case UInt8(ascii: ">"): out += "&gt;".utf8
            case UInt8(ascii: "\""): out += "&quot;".utf8
            case UInt8(ascii: "'"): out += "&#39;".utf8
            case 0x09, 0x0A, 0x0D: out += "&#\(byte);".utf8
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || [UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'")].contains(byte)
    }
}

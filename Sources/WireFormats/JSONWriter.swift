/// How a surface writes JSON.
///
/// The escapes are observable: clients and recordings compare bytes.
public enum JSONStyle: Sendable {
    /// Only what JSON demands is escaped; no spaces. What the metadata service, the authority and our own API write.
    case compact
    /// As Go's encoder does it: `<`, `>`, `&`, U+2028 and U+2029 are escaped as well (source: nmi.md §1.7).
    case goHTMLSafe
    /// Two-space indentation, for people.
    case pretty
}

extension JSONValue {
    /// The document as bytes in the given style, without a trailing newline.
    public func bytes(_ style: JSONStyle = .compact) -> [UInt8] {
        var out: [UInt8] = []
        write(to: &out, style: style, depth: 0)
        return out
    }

    /// The document as text in the given style, without a trailing newline.
    public func rendered(_ style: JSONStyle = .compact) -> String { String(decoding: bytes(style), as: UTF8.self) }

    private func write(to out: inout [UInt8], style: JSONStyle, depth: Int) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): out.append(contentsOf: text.utf8)
        case .string(let text): JSONValue.writeString(text, to: &out, style: style)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONValue.breakLine(&out, style: style, depth: depth + 1)
                element.write(to: &out, style: style, depth: depth + 1)
            }
            if !elements.isEmpty { JSONValue.breakLine(&out, style: style, depth: depth) }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONValue.breakLine(&out, style: style, depth: depth + 1)
                JSONValue.writeString(member.name, to: &out, style: style)
                out.append(UInt8(ascii: ":"))
                if style == .pretty { out.append(UInt8(ascii: " ")) }
                member.value.write(to: &out, style: style, depth: depth + 1)
            }
            if !members.isEmpty { JSONValue.breakLine(&out, style: style, depth: depth) }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func breakLine(_ out: inout [UInt8], style: JSONStyle, depth: Int) {
        guard style == .pretty else { return }
        out.append(UInt8(ascii: "\n"))
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    /// Appends `text` as a quoted JSON string.
    public static func writeString(_ text: String, to out: inout [UInt8], style: JSONStyle) {
        let hex = Array("0123456789abcdef".utf8)
        out.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out.append(contentsOf: "\\\"".utf8)
            case "\\": out.append(contentsOf: "\\\\".utf8)
            case "\n": out.append(contentsOf: "\\n".utf8)
            case "\r": out.append(contentsOf: "\\r".utf8)
            case "\t": out.append(contentsOf: "\\t".utf8)
            case "\u{8}": out.append(contentsOf: "\\b".utf8)
            case "\u{c}": out.append(contentsOf: "\\f".utf8)
            case "<", ">", "&", "\u{2028}", "\u{2029}":
                if style == .goHTMLSafe { fallthrough }
                out.append(contentsOf: String(scalar).utf8)
            case _ where scalar.value < 0x20 || (style == .goHTMLSafe && "<>&\u{2028}\u{2029}".unicodeScalars.contains(scalar)):
                out.append(contentsOf: "\\u".utf8)
                for shift in [12, 8, 4, 0] { out.append(hex[Int(scalar.value >> UInt32(shift)) & 0xf]) }
            default: out.append(contentsOf: String(scalar).utf8)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

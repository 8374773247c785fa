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
    ///
    /// Most text needs no escape at all, so it is copied in runs.
    public static func writeString(_ text: String, to out: inout [UInt8], style: JSONStyle) {
        // Room for just this: of what is kept in bytes, a hundred thousand times over, growing by itself leaves a tenth free.
        out.reserveCapacity(out.count + text.utf8.count + 2)
        out.append(UInt8(ascii: "\""))
        guard text.utf8.contains(where: isSuspect) else {
            out.append(contentsOf: text.utf8)
            return out.append(UInt8(ascii: "\""))
        }
        let bytes = Array(text.utf8)
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard isSuspect(byte),
                let (length, escape) = escape(of: bytes, at: index, style)
            else {
                index += 1
                continue
            }
            out.append(contentsOf: bytes[start..<index])
            out.append(contentsOf: escape.utf8)
            index += length
            start = index
        }
        out.append(contentsOf: bytes[start...])
        out.append(UInt8(ascii: "\""))
    }

    /// Whether a byte may be one that does not stand for itself, in one style or another; most of any text is not.
    private static func isSuspect(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x26 || byte == 0x3c || byte == 0x3e || byte == 0x5c || byte == 0xe2
    }

    /// What must stand for the character at `index`, and how many bytes it has; nil when it may stand for itself.
    private static func escape(of bytes: [UInt8], at index: Int, _ style: JSONStyle) -> (length: Int, text: String)? {
        switch bytes[index] {
        case UInt8(ascii: "\""): return (1, "\\\"")
        case UInt8(ascii: "\\"): return (1, "\\\\")
        case 0x0a: return (1, "\\n")
        case 0x0d: return (1, "\\r")
        case 0x09: return (1, "\\t")
        case 0x08: return (1, "\\b")
        case 0x0c: return (1, "\\f")
        case 0..<0x20: return (1, "\\u00" + Hexadecimal.encode([bytes[index]]))
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            return style == .goHTMLSafe ? (1, "\\u00" + Hexadecimal.encode([bytes[index]])) : nil
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
        case 0xe2 where style == .goHTMLSafe && index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xfe == 0xa8:
            return (3, bytes[index + 2] == 0xa8 ? "\\u2028" : "\\u2029")
        default: return nil
        }
    }
}

/// How a document is written as YAML: in block style, as `kubectl get -o yaml` prints it.
///
/// What is read back, by YAML 1.1 or 1.2, is the same document: a string that some reader would take for something else is quoted
/// (`no`, `1e3`, `0x1F`, `2024-01-01`, `~`, the empty string), and one of several lines is written as a literal block where that keeps
/// it whole.
extension JSONValue {
    /// The document as YAML, with a line end at its end.
    public var yaml: String {
        var out = ""
        switch self {
        case .object(let members) where !members.isEmpty: JSONValue.write(members, to: &out, indent: 0, startsLine: true)
        case .array(let elements) where !elements.isEmpty: JSONValue.write(elements, to: &out, indent: 0)
        default: out += JSONValue.scalar(self, indent: 0) + "\n"
        }
        return out
    }

    private static func write(_ members: [JSONMember], to out: inout String, indent: Int, startsLine: Bool) {
        for (index, member) in members.enumerated() {
            if index > 0 || startsLine { out += pad(indent) }
            out += YAMLScalarStyle.plainOrQuoted(member.name) + ":"
            switch member.value {
            case .object(let members) where !members.isEmpty:
                out += "\n"
                write(members, to: &out, indent: indent + 2, startsLine: true)
            // A list stands under its name without further indentation.
            case .array(let elements) where !elements.isEmpty:
                out += "\n"
                write(elements, to: &out, indent: indent)
            default: out += " " + scalar(member.value, indent: indent) + "\n"
            }
        }
    }

    private static func write(_ elements: [JSONValue], to out: inout String, indent: Int) {
        for element in elements {
            out += pad(indent) + "- "
            switch element {
            case .object(let members) where !members.isEmpty: write(members, to: &out, indent: indent + 2, startsLine: false)
            case .array(let inner) where !inner.isEmpty:
                // The first inner dash follows on the same line.
                var nested = ""
                write(inner, to: &nested, indent: indent + 2)
                out += nested.dropFirst(indent + 2)
            default: out += scalar(element, indent: indent) + "\n"
            }
        }
    }

    private static func scalar(_ value: JSONValue, indent: Int) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): YAMLScalarStyle.block(text, indent: indent + 2) ?? YAMLScalarStyle.plainOrQuoted(text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    private static func pad(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// How one string is written.
private enum YAMLScalarStyle {
    /// As it is, or in double quotes where a reader would take it for something else.
    static func plainOrQuoted(_ text: String) -> String { isPlain(text) ? text : JSONValue.string(text).yamlQuoted }

    /// As a literal block whose lines are indented by `indent`; nil for one line, and where a block would lose something.
    static func block(_ text: String, indent: Int) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.contains(0x0a), text.unicodeScalars.allSatisfy(isShownInBlock) else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A first line that begins with a blank, or is empty, would set the indentation; blanks at the end of a line are easily lost.
        guard let first = lines.first, !first.isEmpty, !first.hasPrefix(" "), lines.allSatisfy({ !$0.hasSuffix(" ") }) else { return nil }
        let chomping: String
        if lines.last?.isEmpty == true {
            lines.removeLast()
            chomping = lines.last?.isEmpty == true ? "+" : ""
        } else {
            chomping = "-"
        }
        let pad = String(repeating: " ", count: indent)
        return "|\(chomping)\n" + lines.map { $0.isEmpty ? "" : pad + $0 }.joined(separator: "\n")
    }

    private static func isShownInBlock(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || (scalar.value >= 0x20 && !isBreakOrControl(scalar))
    }

    /// What ends a line somewhere, does not print, or marks the order of bytes.
    private static func isBreakOrControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff, 0xd800...0xdfff: true
        default: false
        }
    }

    private static let indicators = Set("-?:,[]{}#&*!|>'\"%@`".unicodeScalars)
    /// Words that YAML 1.1 or 1.2 reads as booleans, nulls or merge keys, in lower case.
    private static let words: Set<String> = ["y", "n", "yes", "no", "true", "false", "on", "off", "null", "~", "<<", "="]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        if indicators.contains(first) {
            // A dash, question mark or colon may begin a word.
            guard "-?:".unicodeScalars.contains(first), let second = text.unicodeScalars.dropFirst().first,
                second != " ", !".0123456789".unicodeScalars.contains(second)
            else { return false }
        }
        // What could be taken for the end of a document.
        guard !text.hasPrefix("---"), !text.hasPrefix("...") else { return false }
        guard first != " ", last != " ", last != ":", !text.unicodeScalars.contains(where: isBreakOrControl) else { return false }
        guard !contains(text, ": "), !contains(text, " #") else { return false }
        return !words.contains(text.lowercased()) && !looksLikeNumber(text)
    }

    private static func contains(_ text: String, _ pair: StaticString) -> Bool {
        let wanted = Array(pair.description.utf8)
        let bytes = Array(text.utf8)
        return zip(bytes, bytes.dropFirst()).contains { $0 == wanted[0] && $1 == wanted[1] }
    }

    /// Whatever begins as a number, a date or a time does: digits, signs and points before one, `.inf`, `.nan`.
    private static func looksLikeNumber(_ text: String) -> Bool {
        let rest = text.utf8.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        guard let first = rest.first else { return true }
        let lowered = text.lowercased()
        if first == UInt8(ascii: ".") {
            guard let second = rest.dropFirst().first else { return true }
            return (48...57).contains(second) || second == UInt8(ascii: "_") || lowered.hasSuffix(".inf") || lowered.hasSuffix(".nan")
        }
        guard (48...57).contains(first) else { return false }
        if rest.count > 2, first == UInt8(ascii: "0"), lowered.contains("0x") || lowered.contains("0o") || lowered.contains("0b") {
            return rest.dropFirst(2).allSatisfy { (48...57).contains($0) || "abcdefABCDEF_".utf8.contains($0) }
        }
        // Only what consists of a number's or a time's characters throughout is one: 1.36-alpine and 10Mi are words.
        return [numberCharacters, timeCharacters].contains { allowed in rest.allSatisfy { allowed.contains($0) } }
    }

    private static let numberCharacters = Set("0123456789_,.eE+-".utf8)
    private static let timeCharacters = Set("0123456789_.+-:TtZz ".utf8)
}

extension JSONValue {
    /// The string in double quotes.
    ///
    /// JSON's escapes are YAML's; what JSON may leave as it is but YAML does not print is escaped as well.
    fileprivate var yamlQuoted: String {
        rendered().unicodeScalars.map { scalar in
            switch scalar.value {
            case 0x7f...0x9f: "\\x" + Hexadecimal.encode([UInt8(scalar.value)])
            case 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
                "\\u" + Hexadecimal.encode([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xff)])
            default: String(scalar)
            }
        }.joined()
    }
}

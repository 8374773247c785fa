/// Texts as Go's `strconv` makes them, for denials quote them.
enum GoText {
    /// `strconv.Quote`: quotes, backslashes, control characters and what does not print escaped.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{07}": out += "\\a"
            case "\u{08}": out += "\\b"
            case "\u{0c}": out += "\\f"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0b}": out += "\\v"
            case "\u{20}"..."\u{7e}": out.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x80: out += "\\x" + hexadecimal(scalar.value, digits: 2)
            case _ where isPrintable(scalar): out.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x10000: out += "\\u" + hexadecimal(scalar.value, digits: 4)
            default: out += "\\U" + hexadecimal(scalar.value, digits: 8)
            }
        }
        return out + "\""
    }

    /// `strconv.ParseInt(text, 10, bits)`, or the text of its error.
    static func integer(_ text: String, bits: Int) throws(GoTextError) -> Int64 {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = isNegative || text.utf8.first == UInt8(ascii: "+") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty else { throw GoTextError(parsing: text, "invalid syntax") }
        let limit: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
        var value: UInt64 = 0
        for byte in digits {
            guard (48...57).contains(byte) else { throw GoTextError(parsing: text, "invalid syntax") }
            // Go stops at the digit that makes it too large, and never sees what follows.
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt64(byte - 48))
            guard !tooLarge, !overflows, sum <= limit else { throw GoTextError(parsing: text, "value out of range") }
            value = sum
        }
        let cutoff: UInt64 = 1 << UInt64(bits - 1)
        guard isNegative ? value <= cutoff : value < cutoff else { throw GoTextError(parsing: text, "value out of range") }
        return isNegative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Why a text is no number, as `strconv` puts it.
struct GoTextError: Error, Hashable {
    let text: String

    init(parsing number: String, _ reason: String) { text = "strconv.ParseInt: parsing \(GoText.quoted(number)): \(reason)" }
}

/// What a YAML scalar means, as go-yaml v2 resolves it for Kubernetes: YAML 1.1's words for booleans, 1.1's and 1.2's octals.
enum YAMLScalar {
    enum Refusal: Error, Hashable {
        /// A number that JSON cannot hold.
        case notInJSON
        /// The text does not fit the explicit tag.
        case doesNotFit(String)
        case unknownTag(String)
        case notBase64
    }

    private static let prefix = "tag:yaml.org,2002:"

    /// The value of a scalar.
    ///
    /// - Parameters:
    ///   - text: the text, unescaped and unfolded.
    ///   - isPlain: whether it was written without quotes; quoted text without a tag is always a string.
    ///   - tag: the explicit tag in its long form, if there is one.
    static func value(of text: String, isPlain: Bool, tag: String?) throws(Refusal) -> ManifestNode.Value {
        guard let tag else { return isPlain ? try plain(text) : .string(text) }
        // The tag that says no more than "not by its looks".
        if tag == "!" { return .string(text) }
        guard tag.hasPrefix(prefix) else { throw .unknownTag(tag) }
        switch tag.dropFirst(prefix.count) {
        case "str", "timestamp": return .string(text)
        case "binary": return .string(try binary(text))
        case "null":
            guard case .null = try plain(text) else { throw .doesNotFit("null") }
            return .null
        case "bool":
            guard case .bool(let boolean) = try plain(text) else { throw .doesNotFit("bool") }
            return .bool(boolean)
        case "int":
            guard case .number(let number) = try plain(text), number.utf8.allSatisfy(isDigitOrMinus) else { throw .doesNotFit("int") }
            return .number(number)
        case "float":
            guard case .number(let number) = try plain(text) else { throw .doesNotFit("float") }
            return .number(number)
        default: throw .unknownTag(tag)
        }
    }

    private static func isDigitOrMinus(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || isDigit(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func plain(_ text: String) throws(Refusal) -> ManifestNode.Value {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "t"),
            UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"):
            // The longest word is "false"; most strings are longer and need no comparison.
            return text.utf8.count <= 5 ? word(text) : .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): return try numeric(text)
        default: return .string(text)
        }
    }

    private static func word(_ text: String) -> ManifestNode.Value {
        switch text {
        case "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": .bool(false)
        default: .string(text)
        }
    }

    private static func numeric(_ text: String) throws(Refusal) -> ManifestNode.Value {
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN": throw .notInJSON
        default: break
        }
        // Underscores are skipped wherever they stand, except in a text that starts with the decimal point.
        let digits = Array(text.utf8.first == UInt8(ascii: ".") ? Array(text.utf8) : text.utf8.filter { $0 != UInt8(ascii: "_") })
        return (integer(digits) ?? decimal(digits)).map { .number($0) } ?? .string(text)
    }

    /// A whole number of at most 64 bits in decimal, hexadecimal, octal or binary, as decimal text.
    private static func integer(_ text: [UInt8]) -> String? {
        let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
        var digits = text[(isSigned ? 1 : 0)...]
        var radix = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            let mark = digits[digits.startIndex + 1] | 0x20
            let radices: [(UInt8, Int)] = [(UInt8(ascii: "x"), 16), (UInt8(ascii: "o"), 8), (UInt8(ascii: "b"), 2)]
            let marked = radices.first { $0.0 == mark }?.1
            radix = marked ?? 8
            digits = digits.dropFirst(marked == nil ? 1 : 2)
        }
        // The standard library accepts a sign here, YAML does not.
        guard let first = digits.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
            let magnitude = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
        else { return nil }
        guard isSigned else { return String(magnitude) }
        // Go reads a signed text as a signed number only.
        if text.first == UInt8(ascii: "+") { return magnitude <= UInt64(Int64.max) ? String(magnitude) : nil }
        guard magnitude <= Int64.min.magnitude else { return nil }
        return magnitude == 0 ? "0" : "-\(magnitude)"
    }

    /// A decimal number, in JSON spelling.
    private static func decimal(_ text: [UInt8]) -> String? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var whole = rest.prefix(while: isDigit)
        rest = rest[whole.endIndex...]
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest[fraction.endIndex...]
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent: ArraySlice<UInt8> = []
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            exponent = rest
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            let digits = rest.prefix(while: isDigit)
            guard !digits.isEmpty else { return nil }
            rest = rest[digits.endIndex...]
        }
        guard rest.isEmpty else { return nil }
        whole = whole.drop { $0 == UInt8(ascii: "0") }
        var json: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        json += whole.isEmpty ? [UInt8(ascii: "0")] : Array(whole)
        if !fraction.isEmpty { json += [UInt8(ascii: ".")] + fraction }
        json += exponent
        let number = String(decoding: json, as: UTF8.self)
        // Too large for a float: go-yaml leaves it a string.
        guard let float = Double(number), float.isFinite else { return nil }
        return number
    }

    /// The text of `!!binary`: what is not UTF-8 in it becomes U+FFFD, as it does on the way into JSON.
    private static func binary(_ text: String) throws(Refusal) -> String {
        var bits: UInt32 = 0
        var count = 0
        var padding = 0
        var bytes: [UInt8] = []
        for byte in text.utf8 where !JSONReader.isSpace(byte) {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let sextet = sextet(byte) else { throw .notBase64 }
            bits = bits << 6 | UInt32(sextet)
            count += 1
            if count % 4 == 0 {
                bytes += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)]
            }
        }
        switch (count % 4, padding) {
        case (0, 0): break
        case (2, 2): bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
        case (3, 1): bytes += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
        default: throw .notBase64
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// How Kubernetes turns a number into the name of a member.
enum YAMLName {
    /// The name for a number in JSON spelling: whole numbers as they are; others rounded to 32 bits and written shortest, as `%g` would.
    static func name(forNumber number: String) -> String {
        if number.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) }),
            Int64(number) != nil || UInt64(number) != nil
        {
            return number
        }
        guard let double = Double(number), Float(double).isFinite else { return number }
        let float = Float(double)
        guard float != 0 else { return float.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = decimal(of: float.magnitude)
        let sign = float < 0 ? "-" : ""
        guard exponent >= -4, exponent < 6 else {
            let tail = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(digits.prefix(1))\(tail)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let zeros = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
        let fraction = digits.dropFirst(exponent + 1)
        return sign + whole + zeros + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// The name for an infinity or not-a-number, which JSON cannot hold as a value but can spell as a name.
    static func specialFloat(_ event: YAMLEvent) -> String? {
        guard event.isPlain else { return nil }
        return switch event.text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": ".inf"
        case "-.inf", "-.Inf", "-.INF": "-.inf"
        case ".nan", ".NaN", ".NAN": ".nan"
        default: nil
        }
    }

    /// The shortest digits that identify a positive number, and the power of ten of the first one.
    private static func decimal(of float: Float) -> (digits: String, exponent: Int) {
        let parts = float.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leadingZeros)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (String(digits), power + whole.count - 1 - leadingZeros)
    }
}

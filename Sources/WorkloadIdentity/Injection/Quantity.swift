/// Amounts as `resource.Quantity` of Kubernetes reads and writes them: `0.5` is `500m`, `1024Mi` is `1Gi`.
enum Quantity {
    /// The text of the error for what is no quantity.
    static let refusal = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

    private enum Format {
        case binary
        case decimal
        case exponent
    }

    private static let decimalSuffixes = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
    private static let decimalNames = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"]
    private static let binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    /// More digits than any amount of 63 bits has: what is longer is capped anyway.
    private static let mostDigits = 30

    /// The canonical form; nil for what is no quantity.
    static func canonical(_ text: String) -> String? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction = rest[..<rest.startIndex]
        if rest.first == "." {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !(whole.isEmpty && fraction.isEmpty), whole.count + fraction.count <= mostDigits, let format = format(of: rest) else {
            return nil
        }
        guard let digits = Int128(String(whole + fraction)) else { return nil }
        var amount = Amount(mantissa: digits, exponent: -fraction.count)
        switch format {
        case (.binary, let power): amount.scale(by: power)
        case (_, let power): amount.exponent += power
        }
        amount.settle()
        return (isNegative && amount.mantissa != 0 ? "-" : "") + written(amount, format.0)
    }

    /// What a suffix means: a power of 1024 or of ten.
    private static func format(of suffix: Substring) -> (Format, power: Int)? {
        if let power = decimalSuffixes[String(suffix)] { return (.decimal, power) }
        if let index = binarySuffixes.firstIndex(of: String(suffix)) { return (.binary, index + 1) }
        guard suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()), abs(power) <= 18 else { return nil }
        return (.exponent, power)
    }

    private static func written(_ amount: Amount, _ format: Format) -> String {
        // Small or broken amounts are never written in powers of 1024.
        if format == .binary, amount.exponent >= 0, let whole = amount.whole, whole >= 1024 {
            var (mantissa, power) = (whole, 0)
            while mantissa % 1024 == 0, power < binarySuffixes.count { (mantissa, power) = (mantissa / 1024, power + 1) }
            return "\(mantissa)" + (power == 0 ? "" : binarySuffixes[power - 1])
        }
        var amount = amount
        while amount.exponent % 3 != 0 || (format != .exponent && amount.exponent > 18) {
            amount.mantissa *= 10
            amount.exponent -= 1
        }
        if format == .exponent { return amount.exponent == 0 ? "\(amount.mantissa)" : "\(amount.mantissa)e\(amount.exponent)" }
        return "\(amount.mantissa)" + (decimalNames[amount.exponent] ?? "")
    }

    /// A number as a mantissa and a power of ten.
    private struct Amount {
        var mantissa: Int128
        var exponent: Int

        mutating func scale(by powerOf1024: Int) {
            let (product, tooLarge) = mantissa.multipliedReportingOverflow(by: 1 << (10 * powerOf1024))
            self = tooLarge ? Amount(mantissa: Int128(Int64.max), exponent: 0) : Amount(mantissa: product, exponent: exponent)
        }

        /// Rounds up to billionths, caps at 63 bits and drops the zeros at the end.
        mutating func settle() {
            while exponent < -9 {
                mantissa = mantissa / 10 + (mantissa % 10 == 0 ? 0 : 1)
                exponent += 1
            }
            if exponent >= 0, whole.map({ $0 > Int128(Int64.max) }) ?? true { self = Amount(mantissa: Int128(Int64.max), exponent: 0) }
            guard mantissa != 0 else { return exponent = 0 }
            while mantissa % 10 == 0 {
                mantissa /= 10
                exponent += 1
            }
        }

        /// The number, if it is whole and small enough to be held.
        var whole: Int128? {
            guard exponent >= 0 else { return nil }
            var value = mantissa
            for _ in 0..<exponent {
                let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
                if tooLarge { return nil }
                value = product
            }
            return value
        }
    }
}

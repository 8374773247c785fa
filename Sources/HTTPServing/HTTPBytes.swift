/// Reading HTTP's syntax from bytes. All ranges are clamped or come from the same array.
extension [UInt8] {
    /// Whether `range` (nil: all) holds exactly the bytes of `text`.
    func equals(_ text: StaticString, in range: Range<Int>?) -> Bool {
        let range = range ?? 0..<count
        guard range.count == text.utf8CodeUnitCount else { return false }
        // SAFETY: the literal lives as long as the process; its pointer does not leave the closure.
        return text.withUTF8Buffer { literal in
            for offset in 0..<range.count where unsafe self[range.lowerBound + offset] != literal[offset] { return false }
            return true
        }
    }

    /// Whether `range` holds the bytes of `text`, ASCII case aside.
    func equalsIgnoringCase(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        // SAFETY: the literal lives as long as the process; its pointer does not leave the closure.
        return text.withUTF8Buffer { literal in
            for offset in 0..<range.count where unsafe self[range.lowerBound + offset].asciiLowercased != literal[offset].asciiLowercased {
                return false
            }
            return true
        }
    }

    /// Where the first space of `range` is; nil when it has none.
    func firstSpace(in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == UInt8(ascii: " ") { return index }
            index += 1
        }
        return nil
    }

    /// `range` without the spaces and tabs around it.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// A folded header value as one line: each line trimmed, joined by one space, trimmed again (as Go's `textproto` does).
    func unfolded(_ range: Range<Int>) -> [UInt8] {
        var joined: [UInt8] = []
        for (index, line) in self[range].split(separator: UInt8.lineFeed, omittingEmptySubsequences: false).enumerated() {
            if index > 0 { joined.append(UInt8(ascii: " ")) }
            let end = line.last == .carriageReturn ? line.endIndex - 1 : line.endIndex
            joined.append(contentsOf: self[trimmingBlanks(line.startIndex..<end)])
        }
        return Array(joined[joined.trimmingBlanks(0..<joined.count)])
    }
}

extension String {
    /// Whether it is `other`, ASCII case aside; no allocation.
    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        guard utf8.count == other.utf8CodeUnitCount else { return false }
        let bytes = utf8.span
        // SAFETY: the literal lives as long as the process; its pointer does not leave the closure.
        return other.withUTF8Buffer { literal in
            for index in bytes.indices where unsafe bytes[index].asciiLowercased != literal[index].asciiLowercased { return false }
            return true
        }
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    /// Whether nothing with this byte may be put into a line of a head.
    var endsLine: Bool { self == .carriageReturn || self == .lineFeed || self == 0 }

    /// Space or tab.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// The byte with an ASCII capital made small.
    var asciiLowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }

    /// Whether the byte may stand in a token (RFC 9110 §5.6.2).
    var isTokenCharacter: Bool {
        // Two 64-bit sets instead of a table: no global to initialise, no bounds to check.
        if self < 64 { return UInt64(0x03FF_6CFA_0000_0000) >> UInt64(self) & 1 == 1 }
        return self < 128 && UInt64(0x57FF_FFFF_C7FF_FFFE) >> UInt64(self - 64) & 1 == 1
    }

    /// Whether the byte may stand in a `Host` value: in a name, an address or a port (the set of Go's `httpguts.ValidHostHeader`).
    var isHostCharacter: Bool {
        if self < 64 { return UInt64(0x2FFF_7FF2_0000_0000) >> UInt64(self) & 1 == 1 }
        return self < 128 && UInt64(0x47FF_FFFE_AFFF_FFFE) >> UInt64(self - 64) & 1 == 1
    }

    /// Whether the byte is a control character that no header value may hold; tab is not one.
    var isForbiddenInValue: Bool { (self < 0x20 && self != UInt8(ascii: "\t")) || self == 0x7F }

    /// The value of a hexadecimal digit; nil for any other byte.
    var hexadecimalValue: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self) - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self) - 55
        default: nil
        }
    }
}

/// The forms of a request target (RFC 9112 §3.2).
enum HTTPTarget {
    /// The length of `http://` or `https://`, any case, at the start of a target; nil for a target of another form.
    static func schemeLength(_ target: ArraySlice<UInt8>) -> Int? {
        for scheme: StaticString in ["http://", "https://"] {
            let length = scheme.utf8CodeUnitCount
            // SAFETY: the literal lives as long as the process; its pointer does not leave the closure.
            let matches = scheme.withUTF8Buffer { literal in
                unsafe target.count >= length && zip(target, literal).allSatisfy { $0.asciiLowercased == $1 }
            }
            if matches { return length }
        }
        return nil
    }

    /// What is wrong with a target; nil for one that may be answered.
    static func malformation(_ target: ArraySlice<UInt8>, isConnect: Bool, refusesBrokenEscapes: Bool) -> ProtocolError.Malformation? {
        guard let first = target.first else { return .target }
        var inPath = true
        var index = target.startIndex
        while index < target.endIndex {
            let byte = target[index]
            if byte <= 0x20 || byte == 0x7F { return .target }
            if byte == UInt8(ascii: "?") { inPath = false }
            if refusesBrokenEscapes, inPath, byte == UInt8(ascii: "%") {
                guard index + 2 < target.endIndex, target[index + 1].hexadecimalValue != nil, target[index + 2].hexadecimalValue != nil
                else { return .pathEscape }
            }
            index += 1
        }
        if first == UInt8(ascii: "/") || (first == UInt8(ascii: "*") && target.count == 1) || isConnect { return nil }
        guard let scheme = schemeLength(target), scheme < target.count else { return .target }
        return nil
    }
}

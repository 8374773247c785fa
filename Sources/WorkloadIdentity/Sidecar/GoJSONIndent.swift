import WireFormats

/// JSON as Go's `json.Indent` lays it out with two blanks: every string and number stays as it was written.
enum GoJSONIndent {
    /// The document laid out anew; what is no JSON stays as it is.
    static func indented(_ document: [UInt8]) -> [UInt8] {
        guard (try? JSONValue(parsing: document)) != nil else { return document }
        var out: [UInt8] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        var isOpened = false
        var end = document.endIndex
        // Blanks after the document are kept, those before it are not.
        while end > document.startIndex, blanks.contains(document[end - 1]) { end -= 1 }
        for byte in document[..<end] {
            if isInString {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            guard !blanks.contains(byte) else { continue }
            let closes = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            if isOpened, !closes {
                depth += 1
                breakLine(&out, depth)
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): out.append(byte)
            case UInt8(ascii: ","):
                out.append(byte)
                breakLine(&out, depth)
            case UInt8(ascii: ":"): out += [byte, UInt8(ascii: " ")]
            case _ where closes:
                // Nothing between the brackets: they stay together.
                if !isOpened {
                    depth -= 1
                    breakLine(&out, depth)
                }
                out.append(byte)
            default:
                isInString = byte == UInt8(ascii: "\"")
                out.append(byte)
            }
            isOpened = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        }
        return out + document[end...]
    }

    private static let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]

    private static func breakLine(_ out: inout [UInt8], _ depth: Int) {
        out.append(0x0a)
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
}

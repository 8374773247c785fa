/// The host of a URL, with or without a port, as text.
public enum URLHost {
    /// Whether UTF-8 text can stand there: letters, digits, and what ports and addresses are written with.
    public static func isValid(_ text: Span<UInt8>) -> Bool { !text.isEmpty && text.indices.allSatisfy { isHostByte(text[$0]) } }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

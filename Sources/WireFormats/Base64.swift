/// Base64 in the two alphabets the protocols use (RFC 4648 §4 and §5).
public enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Standard alphabet, padded: certificates in `x5c`, PEM.
    public static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        encode(bytes, alphabet: standard, into: &out)
        while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }

    /// URL-safe alphabet without padding: everything inside a JWT or a JWK.
    public static func encodeURL(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        encodeURL(bytes, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// As `encodeURL(_:)`, appended to what stands in `out`.
    public static func encodeURL(_ bytes: [UInt8], into out: inout [UInt8]) { encode(bytes, alphabet: urlSafe, into: &out) }

    /// Reads either alphabet, padded or not; nil when a character is outside both or the length is impossible.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var characters = Array(text.utf8)
        while characters.last == UInt8(ascii: "=") { characters.removeLast() }
        guard characters.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for character in characters {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return out
    }

    private static func encode(_ bytes: [UInt8], alphabet: [UInt8], into out: inout [UInt8]) {
        out.reserveCapacity(out.count + (bytes.count + 2) / 3 * 4)
        var index = 0
        while index + 2 < bytes.count {
            let word = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
            out.append(alphabet[word >> 18])
            out.append(alphabet[word >> 12 & 63])
            out.append(alphabet[word >> 6 & 63])
            out.append(alphabet[word & 63])
            index += 3
        }
        let rest = bytes.count - index
        guard rest > 0 else { return }
        let word = Int(bytes[index]) << 16 | (rest == 2 ? Int(bytes[index + 1]) << 8 : 0)
        out.append(alphabet[word >> 18])
        out.append(alphabet[word >> 12 & 63])
        if rest == 2 { out.append(alphabet[word >> 6 & 63]) }
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

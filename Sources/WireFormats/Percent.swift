/// Percent-encoding and query strings (RFC 3986), with the two readings that the emulated services have.
public enum Percent {
    /// How a server treats a query parameter whose escapes are broken.
    public enum Strictness: Sendable {
        /// The broken text is kept as it stands (ASP.NET and most others).
        case lenient
        /// The parameter is dropped, as is one that holds a raw `;` (Go's `url.ParseQuery`, source: nmi.md corrections).
        case dropMalformed
    }

    /// One `name=value` of a query, decoded; both empty strings are possible.
    public struct Parameter: Hashable, Sendable {
        /// The decoded name.
        public let name: String
        /// The decoded value; `""` when there was no `=`.
        public let value: String

        /// A parameter that is decoded already.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Splits and decodes a raw query (without its `?`); empty pieces are skipped.
    public static func query(_ raw: String, _ strictness: Strictness) -> [Parameter] {
        var result: [Parameter] = []
        let bytes = Array(raw.utf8)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            let piece = bytes[start..<end]
            start = end + 1
            guard !piece.isEmpty, strictness == .lenient || !piece.contains(UInt8(ascii: ";")) else { continue }
            let cut = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            guard let name = decode(piece[..<cut], plusIsSpace: true, strictness),
                let value = decode(piece[cut...].dropFirst(), plusIsSpace: true, strictness)
            else { continue }
            result.append(Parameter(name: name, value: value))
        }
        return result
    }

    /// Decodes a path: `+` stays a plus; nil when an escape is broken.
    public static func decodePath(_ raw: String) -> String? { decodePath(raw[...]) }

    /// Decodes a part of a path: `+` stays a plus; nil when an escape is broken.
    public static func decodePath(_ raw: Substring) -> String? {
        guard raw.utf8.contains(UInt8(ascii: "%")) else { return String(raw) }
        let bytes = Array(raw.utf8)
        return decode(bytes[...], plusIsSpace: false, .dropMalformed)
    }

    private static func decode(_ raw: ArraySlice<UInt8>, plusIsSpace: Bool, _ strictness: Strictness) -> String? {
        // Most text has nothing to decode.
        var index = raw.startIndex
        while index < raw.endIndex, raw[index] != UInt8(ascii: "%"), raw[index] != UInt8(ascii: "+") { index += 1 }
        guard index < raw.endIndex else { return String(decoding: raw, as: UTF8.self) }
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        index = raw.startIndex
        while index < raw.endIndex {
            let byte = raw[index]
            if byte == UInt8(ascii: "%") {
                if index + 2 < raw.endIndex, let high = raw[index + 1].hexDigit, let low = raw[index + 2].hexDigit {
                    out.append(high << 4 | low)
                    index += 3
                    continue
                }
                if strictness == .dropMalformed { return nil }
            }
            out.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A form or a query of these names and values, encoded, in this order.
    public static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\(encodeQuery($0.0))=\(encodeQuery($0.1))" }.joined(separator: "&")
    }

    /// Encodes a query component as Go's `url.QueryEscape` and .NET's `UrlEncode` do: unreserved characters stay, a blank becomes `+`.
    public static func encodeQuery(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                out.append(byte)
            case UInt8(ascii: " "): out.append(UInt8(ascii: "+"))
            default: out.append(contentsOf: "%\(Hexadecimal.encode([byte], uppercase: true))".utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

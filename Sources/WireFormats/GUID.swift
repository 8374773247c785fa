public import Surroundings

/// A 128-bit identifier in the form Azure writes it: 36 characters, lower case.
public struct GUID: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen bytes in the order of the text form.
    public let bytes: [UInt8]

    /// A GUID of sixteen bytes, stamped as version 4, RFC 9562 variant.
    private init(stamping bytes: [UInt8]) {
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        self.bytes = bytes
    }

    /// A fresh random GUID.
    public init(from entropy: Entropy) { self.init(stamping: entropy.bytes(16)) }

    /// The GUID that stands for `name`: the same on every run and machine, so that two runs on one manifest agree.
    ///
    /// FNV-1a over 128 bits with a final mix: names are not secrets, and no cryptographic strength is claimed.
    public init(derivedFrom name: String) {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
        for byte in name.utf8 { hash = (hash ^ UInt128(byte)) &* prime }
        for _ in 0..<2 {
            hash ^= hash >> 71
            hash = hash &* 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835
        }
        hash ^= hash >> 67
        self.init(stamping: (0..<16).map { UInt8(truncatingIfNeeded: hash >> UInt128(120 - 8 * $0)) })
    }

    /// Reads the 36-character form, either case; nil for any other text.
    public init?(_ text: some StringProtocol) {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var bytes: [UInt8] = []
        var index = 0
        while index < 36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard characters[index] == UInt8(ascii: "-") else { return nil }
                index += 1
                continue
            }
            guard let high = characters[index].hexDigit, let low = characters[index + 1].hexDigit else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        self.bytes = bytes
    }

    /// The sixteen bytes as .NET stores them: the first three fields little-endian (source: entra.md §2.3, `rh` and `uti`).
    public var littleEndianBytes: [UInt8] {
        [bytes[3], bytes[2], bytes[1], bytes[0], bytes[5], bytes[4], bytes[7], bytes[6]] + bytes[8...]
    }

    /// The 36-character form in lower case.
    public var description: String {
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { out.append(UInt8(ascii: "-")) }
            out.append(Self.digit(byte >> 4))
            out.append(Self.digit(byte & 15))
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value }
}

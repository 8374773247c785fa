/// IPv4 addresses as numbers in host byte order and as dotted text.
public enum IPv4 {
    /// Reads four decimal parts, each 0…255 without leading zeros; nil for any other text.
    public static func parse(_ text: some StringProtocol) -> UInt32? {
        var address: UInt32 = 0
        var parts = 0
        for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            parts += 1
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value < 256, parts <= 4 else { return nil }
            address = address << 8 | value
        }
        return parts == 4 ? address : nil
    }

    /// Dotted text of an address in host byte order.
    public static func text(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }
}

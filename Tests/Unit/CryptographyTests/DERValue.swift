/// One value of a DER encoding, read by definite lengths only: what the tests look at structures with, independent of libcrypto.
struct DERValue {
    let tag: UInt8
    let content: [UInt8]

    struct Malformed: Error {}

    /// All values of `bytes`, one after the other, with nothing left over.
    static func sequence(_ bytes: [UInt8]) throws -> [DERValue] {
        var values: [DERValue] = []
        var rest = bytes[...]
        while let tag = rest.popFirst() {
            guard let first = rest.popFirst() else { throw Malformed() }
            var length = Int(first)
            if first >= 0x80 {
                guard (1...3).contains(first & 0x7F), rest.count >= Int(first & 0x7F) else { throw Malformed() }
                length = rest.prefix(Int(first & 0x7F)).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(Int(first & 0x7F))
            }
            guard rest.count >= length else { throw Malformed() }
            values.append(DERValue(tag: tag, content: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return values
    }

    /// The only value of `bytes`.
    static func single(_ bytes: [UInt8]) throws -> DERValue {
        let values = try sequence(bytes)
        guard values.count == 1 else { throw Malformed() }
        return values[0]
    }

    /// The values inside this one.
    var children: [DERValue] {
        get throws { try Self.sequence(content) }
    }

    /// The dotted number of an object identifier.
    var number: String {
        var arcs: [Int] = []
        var arc = 0
        for byte in content {
            arc = arc << 7 | Int(byte & 0x7F)
            if byte & 0x80 == 0 {
                arcs.append(arc)
                arc = 0
            }
        }
        guard let first = arcs.first else { return "" }
        let leading = min(first / 40, 2)
        return ([leading, first - leading * 40] + arcs.dropFirst()).map(String.init).joined(separator: ".")
    }
}

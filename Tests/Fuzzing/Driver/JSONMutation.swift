/// Puts other values where a JSON text has one, and other members where an object begins, so that most texts stay readable and go further
/// than to the parser.
struct JSONMutation {
    let names: [String]
    /// JSON texts.
    let values: [String]

    /// Nil for a text without a place for a value, and for a long one, which would cost more to search than it is worth.
    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? {
        guard input.count <= 8_192 else { return nil }
        var bytes = input
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            if random.once(in: 3), let open = place(after: UInt8(ascii: "{"), in: bytes, &random) {
                let isEmpty = bytes[open...].first == UInt8(ascii: "}")
                let name = names.randomElement(using: &random) ?? ""
                bytes.insert(contentsOf: Array("\"\(name)\":\(value(&random))\(isEmpty ? "" : ",")".utf8), at: open)
            } else if let start = place(after: UInt8(ascii: ":"), in: bytes, &random) {
                bytes.replaceSubrange(start..<end(ofValueAt: start, in: bytes), with: Array(value(&random).utf8))
            } else {
                return nil
            }
        }
        return bytes
    }

    private func value(_ random: inout SeededRandom) -> String { values.randomElement(using: &random) ?? "" }

    private func place(after mark: UInt8, in bytes: [UInt8], _ random: inout SeededRandom) -> Int? {
        bytes.indices.filter { bytes[$0] == mark }.randomElement(using: &random).map { $0 + 1 }
    }

    /// Where a value ends that begins there: after the quote or bracket that closes it, or before what follows a plain one.
    private func end(ofValueAt start: Int, in bytes: [UInt8]) -> Int {
        var depth = 0
        var isQuoted = false
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            if isQuoted {
                if byte == UInt8(ascii: "\\") { index += 1 }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isQuoted = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return index }
                    depth -= 1
                case UInt8(ascii: ",") where depth == 0: return index
                default: break
                }
            }
            index += 1
        }
        return bytes.endIndex
    }
}

/// Puts other values where a YAML or JSON text has one, and other members beside it: most texts then stay readable, and go further than
/// to the parser.
struct ValueMutation {
    let names: [String]
    let values: [String]

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? {
        guard input.count <= 4_096 else { return nil }
        var bytes = input
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let place = self.place(in: bytes, &random) else { return nil }
            let value = Array((values.randomElement(using: &random) ?? "").utf8)
            if random.once(in: 4) {
                let line = bytes[..<place.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
                let indentation = String(repeating: " ", count: bytes[line...].prefix { $0 == UInt8(ascii: " ") }.count)
                let name = names.randomElement(using: &random) ?? ""
                bytes.insert(contentsOf: Array("\(indentation)\(name): ".utf8) + value + [UInt8(ascii: "\n")], at: line)
            } else {
                bytes.replaceSubrange(place, with: value)
            }
        }
        return bytes
    }

    /// Where a value stands, after some `: `, up to what may end it.
    private func place(in bytes: [UInt8], _ random: inout SeededRandom) -> Range<Int>? {
        let starts = bytes.indices.dropLast().filter { bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: " ") }
        guard let start = starts.randomElement(using: &random) else { return nil }
        let end = bytes[(start + 2)...].firstIndex { ",}]\n".utf8.contains($0) } ?? bytes.endIndex
        return (start + 2)..<end
    }
}

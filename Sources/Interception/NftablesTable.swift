/// A table of the family `ip`, as `nft list ruleset ip` prints it.
struct NftablesTable: Hashable {
    /// A chain and the lines in it.
    struct Chain: Hashable {
        let name: String
        fileprivate(set) var body: [String] = []

        /// Whether one line says where it hooks in and that everything passes, and there is no rule.
        var isUnusedBuiltIn: Bool { body.count == 1 && body[0].hasPrefix("type ") && body[0].hasSuffix("policy accept;") }
    }

    let name: String
    private(set) var chains: [Chain] = []
    /// Whether there is anything but chains: sets, maps, counters.
    private(set) var holdsMore = false

    private init(name: String) { self.name = name }

    /// The tables of a listing, in order.
    static func all(in listing: String) -> [NftablesTable] {
        var tables: [NftablesTable] = []
        var depth = 0
        for line in listing.split(whereSeparator: \.isNewline) {
            let line = String(line.drop { $0 == "\t" || $0 == " " })
            let words = line.split(separator: " ").map(String.init)
            if depth == 0, words.first == "table", words.count > 2 {
                tables.append(NftablesTable(name: words[2]))
            } else if let last = tables.indices.last, !line.hasPrefix("}") {
                tables[last].take(line, words, depth: depth)
            }
            if line.hasSuffix("{") { depth += 1 }
            if line.hasPrefix("}") { depth -= 1 }
        }
        return tables
    }

    private mutating func take(_ line: String, _ words: [String], depth: Int) {
        if depth == 1, words.first == "chain", words.count > 1 {
            chains.append(Chain(name: words[1]))
        } else if depth == 1 {
            holdsMore = true
        } else if let last = chains.indices.last, !holdsMore {
            chains[last].body.append(line)
        }
    }
}

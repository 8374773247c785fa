/// What of ours `iptables-save` lists.
struct IptablesListing: Hashable {
    /// Lines by table, in order: `:aad-metadata`, `-A aad-metadata …`, `-A PREROUTING -j aad-metadata`.
    private var lines: [String: [String]] = [:]

    /// A namespace without any rule.
    static let empty = Self(saved: "")

    /// Reads the output of `iptables-save`, and keeps of it what belongs to our chains.
    init(saved text: String) {
        var table = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("*") {
                table = String(line.dropFirst())
            } else if let own = IptablesRules.ownChains[table], let kept = Self.kept(line, own) {
                lines[table, default: []].append(kept)
            }
        }
    }

    /// The line without what changes by itself (a chain's counters); nil when it is not about one of the chains.
    private static func kept(_ line: Substring, _ own: Set<String>) -> String? {
        let words = line.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        if first.hasPrefix(":") { return own.contains(String(first.dropFirst())) ? first : nil }
        guard first == "-A", words.count > 1 else { return nil }
        return own.contains(words[1]) || target(words).map(own.contains) == true ? String(line) : nil
    }

    private static func target(_ words: [String]) -> String? {
        guard let flag = words.lastIndex(where: { $0 == "-j" || $0 == "-g" }), flag + 1 < words.count else { return nil }
        return words[flag + 1]
    }

    /// Our chains that are there.
    func chains(in table: String) -> [String] {
        (lines[table] ?? []).filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }

    /// Rules of other chains that lead into ours, as listed.
    func jumps(in table: String) -> [String] {
        let own = IptablesRules.ownChains[table] ?? []
        return (lines[table] ?? []).filter { line in
            let words = line.split(separator: " ")
            return words.first == "-A" && words.count > 1 && !own.contains(String(words[1]))
        }
    }

    /// Our chains that are there, in all tables.
    var chains: [String] { lines.keys.sorted().flatMap { chains(in: $0) } }

    /// All of it as text that is the same as long as the rules are.
    var text: String { lines.sorted { $0.key < $1.key }.map { "*\($0.key)\n\($0.value.map { "\($0)\n" }.joined())" }.joined() }
}

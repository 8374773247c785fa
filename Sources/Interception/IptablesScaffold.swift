/// The tables and built-in chains of the family `ip` that iptables keeps in nftables.
///
/// iptables over nf_tables makes a table and a built-in chain when the first rule needs it and leaves it there, empty, for good. So that
/// nothing of us stays, they are compared before and after, and what was made for us is taken away by `nft`.
struct IptablesScaffold: Hashable, Sendable {
    /// `nat` for a table, `nat PREROUTING` for a chain.
    private(set) var lines: Set<String> = []

    var isEmpty: Bool { lines.isEmpty }

    init(lines: Set<String> = []) { self.lines = lines }

    /// Reads the output of `nft list ruleset ip`, keeping the tables that our rules use and the chains in them that are not ours.
    init(ruleset text: String) {
        for table in NftablesTable.all(in: text) {
            guard let own = IptablesRules.ownChains[table.name] else { continue }
            lines.insert(table.name)
            lines.formUnion(table.chains.filter { !own.contains($0.name) }.map { "\(table.name) \($0.name)" })
        }
    }

    /// What is here and not in `other`.
    func subtracting(_ other: Self) -> Self { Self(lines: lines.subtracting(other.lines)) }

    /// Both together.
    func union(_ other: Self) -> Self { Self(lines: lines.union(other.lines)) }

    /// A script for `nft -f` that takes away those of these that have become useless.
    ///
    /// Useless is a built-in chain that holds no rule and keeps the policy it was made with, and then a table without a chain. What somebody
    /// else uses by now stays.
    func removal(fromRuleset text: String) -> String {
        NftablesTable.all(in: text).map { table in
            let useless = table.chains.filter { lines.contains("\(table.name) \($0.name)") && $0.isUnusedBuiltIn }
            let isUseless = lines.contains(table.name) && useless.count == table.chains.count && !table.holdsMore
            return useless.map { "delete chain ip \(table.name) \($0.name)\n" }.joined()
                + (isUseless ? "delete table ip \(table.name)\n" : "")
        }.joined()
    }
}

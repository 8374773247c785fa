/// The rules of the calling thread's network namespace, through one backend: read, put there, take away.
struct RuleTable {
    let backend: InterceptionBackend
    let tools: ToolRunner

    /// What of ours is there, as text that is the same as long as nobody touches it; empty when there is nothing.
    ///
    /// - Throws: when the tool refuses to tell; that there is nothing is no failure.
    func listing() throws(InterceptionError) -> String {
        switch backend {
        case .nft:
            let tables = try tools.output(ToolCall("nft", "list", "tables", "ip")).split(whereSeparator: \.isNewline)
            guard tables.contains("table ip \(NftablesRules.table)") else { return "" }
            // Stateless: without counters, which every call changes.
            return try tools.output(ToolCall("nft", "--stateless", "list", "table", "ip", NftablesRules.table))
        case .iptables: return try saved().text
        }
    }

    /// Puts the rules of a plan there, in the place of what of ours is there.
    func install(_ plan: InterceptionPlan) throws(InterceptionError) {
        switch backend {
        case .nft: try tools.output(ToolCall("nft", "-f", "-", input: NftablesRules.installation(of: plan)))
        case .iptables: try restore(IptablesRules(plan).installation(over: saved()))
        }
    }

    /// Takes away what of ours is there.
    func remove() throws(InterceptionError) {
        switch backend {
        case .nft: try tools.output(ToolCall("nft", "-f", "-", input: NftablesRules.removal))
        case .iptables: try restore(IptablesRules.removal(of: saved()))
        }
    }

    /// The names of ours that are there.
    func names() throws(InterceptionError) -> [String] {
        switch backend {
        case .nft: try listing().isEmpty ? [] : ["table ip \(NftablesRules.table)"]
        case .iptables: try saved().chains
        }
    }

    /// What iptables would make for a plan's rules and that is not there now; nothing for nftables.
    func missingScaffold(for plan: InterceptionPlan) throws(InterceptionError) -> IptablesScaffold {
        guard backend == .iptables, tools.has("nft") else { return IptablesScaffold() }
        return try IptablesRules(plan).scaffold.subtracting(IptablesScaffold(ruleset: ruleset()))
    }

    /// Takes away what iptables made for our rules and nobody uses now.
    func remove(_ scaffold: IptablesScaffold) throws(InterceptionError) {
        guard !scaffold.isEmpty, tools.has("nft") else { return }
        let script = try scaffold.removal(fromRuleset: ruleset())
        if !script.isEmpty { try tools.output(ToolCall("nft", "-f", "-", input: script)) }
    }

    private func ruleset() throws(InterceptionError) -> String { try tools.output(ToolCall("nft", "list", "ruleset", "ip")) }

    private func saved() throws(InterceptionError) -> IptablesListing {
        IptablesListing(saved: try tools.output(ToolCall("iptables-save")))
    }

    /// Waits five seconds for others that are changing rules.
    private func restore(_ script: String) throws(InterceptionError) {
        if !script.isEmpty { try tools.output(ToolCall("iptables-restore", "--noflush", "--wait", "5", input: script)) }
    }
}

/// Interception as iptables rules: chains of our own, and a jump into each.
///
/// The chain for forwarded calls is NMI's in name and content (source: nmi.md §7), those inside a pod are `azwi-proxy-init`'s (source:
/// workload-identity.md §2.7), so what a node or a pod shows is what its operators know.
struct IptablesRules: Hashable {
    /// A chain and its rules, without the leading `-A NAME`.
    struct Chain: Hashable {
        let table: String
        let name: String
        let rules: [String]
    }

    /// A rule in a built-in chain that leads into one of ours; put at the head, so that the first say is ours.
    struct Jump: Hashable {
        let table: String
        let from: String
        let rule: String
    }

    private(set) var chains: [Chain] = []
    private(set) var jumps: [Jump] = []

    /// The rules of a plan.
    init(_ plan: InterceptionPlan) {
        let calls = "-d \(plan.metadata.host)/32 -p tcp -m tcp --dport \(plan.metadata.port)"
        for redirection in plan.redirections {
            switch redirection {
            case .forwarded(let target):
                add("nat", "aad-metadata", ["! -s 127.0.0.1/32 \(calls) -j DNAT --to-destination \(target)", "-j RETURN"])
                jumps.append(Jump(table: "nat", from: "PREROUTING", rule: "-j aad-metadata"))
            case .own(let target):
                add("nat", "understudy-own", ["\(calls) -j DNAT --to-destination \(target)", "-j RETURN"])
                jumps.append(Jump(table: "nat", from: "OUTPUT", rule: "-j understudy-own"))
            case .ownToSidecar(let port, let user):
                add("nat", "AZWI_PROXY_REDIRECT", ["-p tcp -j REDIRECT --to-ports \(port)"])
                add("nat", "AZWI_PROXY_OUTPUT", ["-m owner --uid-owner \(user) -j ACCEPT", "-j AZWI_PROXY_REDIRECT"])
                jumps.append(Jump(table: "nat", from: "OUTPUT", rule: "\(calls) -j AZWI_PROXY_OUTPUT"))
            }
        }
        if plan.guardsLoopback {
            add("filter", "understudy-guard", ["-m conntrack --ctstate DNAT -j RETURN", "-j DROP"])
            jumps.append(Jump(table: "filter", from: "INPUT", rule: "-d 127.0.0.0/8 ! -i lo -j understudy-guard"))
        }
    }

    private mutating func add(_ table: String, _ name: String, _ rules: [String]) {
        chains.append(Chain(table: table, name: name, rules: rules))
    }

    /// Every chain that a plan may make, by table.
    static let ownChains: [String: Set<String>] = [
        "nat": ["aad-metadata", "understudy-own", "AZWI_PROXY_REDIRECT", "AZWI_PROXY_OUTPUT"], "filter": ["understudy-guard"],
    ]

    /// The tables and built-in chains they need.
    var scaffold: IptablesScaffold { IptablesScaffold(lines: Set(jumps.flatMap { [$0.table, "\($0.table) \($0.from)"] })) }

    /// A script for `iptables-restore --noflush` that puts the rules there, each table in one transaction.
    ///
    /// What is there already goes first, so that a second run changes nothing and a jump is never there twice.
    func installation(over listing: IptablesListing) -> String {
        Self.tables.map { table in
            var lines = Self.removalLines(table, listing)
            for chain in chains where chain.table == table {
                lines.append(":\(chain.name) - [0:0]")
                lines += chain.rules.map { "-A \(chain.name) \($0)" }
            }
            lines += jumps.filter { $0.table == table }.map { "-I \($0.from) 1 \($0.rule)" }
            return Self.transaction(table, lines)
        }.joined()
    }

    /// A script for `iptables-restore --noflush` that takes away what of ours is there; empty when nothing is.
    static func removal(of listing: IptablesListing) -> String {
        tables.map { transaction($0, removalLines($0, listing)) }.joined()
    }

    private static let tables = ["nat", "filter"]

    private static func transaction(_ table: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "*\(table)\n\(lines.map { "\($0)\n" }.joined())COMMIT\n"
    }

    /// Jumps are taken away by the very text that lists them: its spelling differs between versions of iptables.
    private static func removalLines(_ table: String, _ listing: IptablesListing) -> [String] {
        let chains = listing.chains(in: table)
        return listing.jumps(in: table).map { "-D" + $0.dropFirst(2) } + chains.map { "-F \($0)" } + chains.map { "-X \($0)" }
    }
}

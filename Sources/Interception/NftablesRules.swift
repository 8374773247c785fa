/// Interception as nftables rules: one table of our own, replaced whole and removed whole.
enum NftablesRules {
    /// The table, of the family `ip`.
    static let table = "understudy"

    /// A script for `nft -f` that puts the table there, in one transaction, whether or not it is there already.
    ///
    /// Ten before the usual priorities, so that the first say is ours, as NMI's jump is the first of PREROUTING.
    static func installation(of plan: InterceptionPlan) -> String {
        let chains = plan.redirections.map { chain(for: $0, metadata: plan.metadata) } + (plan.guardsLoopback ? [loopbackGuard] : [])
        return "add table ip \(table)\ndelete table ip \(table)\ntable ip \(table) {\n\(chains.joined(separator: "\n"))}\n"
    }

    /// A script for `nft -f` that takes the table away, whether or not it is there.
    static let removal = "add table ip \(table)\ndelete table ip \(table)\n"

    private static func chain(for redirection: Redirection, metadata: IPv4Endpoint) -> String {
        let calls = "ip daddr \(metadata.host) tcp dport \(metadata.port)"
        switch redirection {
        case .forwarded(let target):
            return chain(
                "forwarded", "type nat hook prerouting priority -110; policy accept;",
                "ip saddr != 127.0.0.1 \(calls) counter dnat to \(target)")
        case .own(let target):
            return chain("own", "type nat hook output priority -110; policy accept;", "\(calls) counter dnat to \(target)")
        case .ownToSidecar(let port, let user):
            return chain(
                "own", "type nat hook output priority -110; policy accept;", "\(calls) meta skuid != \(user) counter redirect to :\(port)")
        }
    }

    private static let loopbackGuard = chain(
        "guard", "type filter hook input priority -10; policy accept;",
        "iifname != \"lo\" ip daddr 127.0.0.0/8 ct status & dnat == 0 counter drop")

    private static func chain(_ name: String, _ lines: String...) -> String {
        "\tchain \(name) {\n" + lines.map { "\t\t\($0)\n" }.joined() + "\t}\n"
    }
}

/// A plan as commands that a person could run.
struct InstallationScript {
    /// The whole text.
    let text: String

    init(plan: InterceptionPlan, backend: InterceptionBackend, isLocal: (UInt32) -> Bool) {
        var lines = plan.lines.map { "# \($0)" }
        if plan.holdsAddress { lines.append("ip address add \(plan.metadata.host)/32 dev lo scope host") }
        if !plan.redirections.isEmpty {
            switch backend {
            case .nft: lines += ["nft -f - <<'END'", String(NftablesRules.installation(of: plan).dropLast()), "END"]
            case .iptables:
                lines += ["iptables-restore --noflush <<'END'", String(IptablesRules(plan).installation(over: .empty).dropLast()), "END"]
            }
        }
        lines += plan.settings(isLocal: isLocal).map { "sysctl -w \($0.name)=\($0.value)" }
        text = lines.joined(separator: "\n")
    }
}

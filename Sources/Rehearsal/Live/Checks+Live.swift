extension Checks {
    /// What changes for a command that was run in both worlds (Q1, Q3, Q4, Q10, Q16, Q18, Q20).
    static let live: [Check] = [
        Check(
            "live-identity-changes", .blocker, .q1,
            "The command's tokens for {audience} are of {today} today and of {target} in the target.",
            fix: "Name the client id in the code, or annotate the service account with the one that it gets today.",
            each: { rehearsed, cluster in
                guard let live = rehearsed.live else { return [] }
                return live.today.identities.sorted { $0.key < $1.key }.compactMap { audience, before in
                    guard let after = live.target.identities[audience], let old = before.request.identity, let new = after.request.identity,
                        old != new, !cluster.replacements.allows(new, for: old)
                    else { return nil }
                    return Check.Found(
                        ["audience": audience, "today": cluster.label(old), "target": cluster.label(new)],
                        [before.evidence, after.evidence])
                }
            }),
        Check(
            "live-audience-lost", .blocker, .q1, "The command gets a token for {audience} today and none in the target: {why}",
            fix: "Mend what the last of its requests was refused for; what asks no more was not reached, or asks elsewhere.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live else { return [] }
                return live.today.identities.sorted { $0.key < $1.key }.compactMap { audience, before in
                    guard live.target.identities[audience] == nil else { return nil }
                    let refused = live.target.asks.last { $0.audience == audience } ?? live.target.asks.last
                    return Check.Found(
                        [
                            "audience": audience,
                            "why": refused.map {
                                "\($0.request.status) by the \($0.winner == .workloadIdentity ? "exchange" : "metadata service")"
                            }
                                ?? "it asked neither the authority nor the metadata service (some SDKs first ask login.microsoftonline.com: see disable_instance_discovery)",
                        ], [before.evidence] + (refused.map { [$0.evidence] } ?? live.target.evidence))
                }
            }),
        Check(
            "live-audience-differs", .warning, .q3, "In the target the command asks for {audience}, which it does not ask for today.",
            fix: "See which credential asks for it; a scope is not a resource.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.isTelling else { return [] }
                let known = Set(live.today.asks.map(\.audience))
                var seen: Set<String> = []
                return live.target.asks.filter { !known.contains($0.audience) && seen.insert($0.audience).inserted }.map {
                    Check.Found(["audience": $0.audience], [$0.evidence])
                }
            }),
        Check(
            "live-node-answers", .blocker, .q4,
            "In the target the command's token is of {identity}, by the node's own metadata service: its credential does not exchange the projected token.",
            fix: "Use DefaultAzureCredential or WorkloadIdentityCredential of a release that has it, or give the pod the sidecar.",
            each: { rehearsed, cluster in
                guard let live = rehearsed.live, rehearsed.planned.course == .migrates,
                    let ask = live.target.served.first(where: { $0.winner == .node }), let identity = ask.request.identity
                else { return [] }
                return [Check.Found(["identity": cluster.label(identity)], [ask.evidence])]
            }),
        Check(
            "live-winner-changes", .note, .q4, "{today} answers the command today, {target} in the target.",
            fix: "Expect its errors, its retries and its settings to be the other credential's.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, let before = live.today.winners.first, let after = live.target.winners.first,
                    before != after
                else { return [] }
                return [Check.Found(["today": before.sentence, "target": after.rawValue], live.evidence)]
            }),
        Check(
            "live-token-read-once", .warning, .q10,
            "The projected token was replaced while the command ran, and its later exchange still brought the old one.",
            fix: "Read AZURE_FEDERATED_TOKEN_FILE for each exchange, or at least every ten minutes as the SDKs do.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.target.readsTokenAnew == false else { return [] }
                return [Check.Found([:], live.target.evidence)]
            }),
        Check(
            "live-more-failures", .warning, .q16,
            "{target} of the command's token requests fail in the target, {today} today; it took {after} ms instead of {before} ms.",
            fix: "See which links of the chain fail before one answers, and leave them out (AZURE_TOKEN_CREDENTIALS).",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.isTelling, live.target.failures > live.today.failures else { return [] }
                return [
                    Check.Found(
                        [
                            "target": "\(live.target.failures)", "today": "\(live.today.failures)", "after": "\(live.target.milliseconds)",
                            "before": "\(live.today.milliseconds)",
                        ], live.evidence)
                ]
            }),
        Check(
            "live-command-fails", .blocker, .q18, "The command {today} today and {target} in the target.",
            fix: "See what it says (on standard error, after \"target |\"), and mend it before the cut-over.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.today.end == .exited(0), live.target.end != .exited(0) else { return [] }
                return [Check.Found(["today": live.today.summary, "target": live.target.summary], live.evidence)]
            }),
        Check(
            "live-command-fails-today", .warning, .q20, "Today the command {today}: the comparison tells little.",
            fix: "Let it pass in the world as it is first.",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.today.end != .exited(0) else { return [] }
                return [Check.Found(["today": live.today.summary], live.today.evidence)]
            }),
        Check(
            "live-asks-nothing", .warning, .q20, "The command asked for no token today: nothing can be said of what it would get.",
            fix:
                "Let it ask at AZURE_POD_IDENTITY_AUTHORITY_HOST; Go and Rust need the address 169.254.169.254 itself (understudy env --help).",
            each: { rehearsed, _ in
                guard let live = rehearsed.live, live.today.asks.isEmpty else { return [] }
                return [Check.Found([:], live.today.evidence)]
            }),
    ]
}

extension Checks {
    /// What pods reach on the node between NMI's end and their own migration (Q13).
    static let gap: [Check] = [
        Check(
            "gap-other-identity", .warning, .q13,
            "With NMI gone and nothing migrated, a request without an id gets {gap} from the node; today it gets {today}.",
            fix: "Migrate it before NMI is removed, or keep its pods from 169.254.169.254 by a network policy.",
            each: { rehearsed, cluster in
                guard !rehearsed.workload.isOnHostNetwork, !rehearsed.today.bypassesNMI, let today = rehearsed.today.unnamed.first,
                    let gap = rehearsed.gap(.none), let token = gap.token, token.clientID != today.token?.clientID
                else { return [] }
                return [
                    Check.Found(
                        [
                            "gap": cluster.label(token.clientID),
                            "today": today.token.map { cluster.label($0.clientID) } ?? "none (\(today.status))",
                        ], [today.evidence, gap.evidence])
                ]
            }),
        Check(
            "gap-ambiguous", .warning, .q13,
            "With NMI gone and nothing migrated, a request without an id fails on the node: {answer}",
            fix: "Migrate it before NMI is removed, or name a client id in its requests.",
            each: { rehearsed, _ in
                guard !rehearsed.workload.isOnHostNetwork, !rehearsed.today.bypassesNMI,
                    let today = rehearsed.today.unnamed.first(where: \.hasToken), let gap = rehearsed.gap(.none), !gap.hasToken
                else { return [] }
                return [Check.Found(["answer": "\(gap.status) \(gap.complaint)"], [today.evidence, gap.evidence])]
            }),
    ]
}

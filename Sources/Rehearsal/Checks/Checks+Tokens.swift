extension Checks {
    /// Whether tokens and answers say the same (Q3).
    static let tokens: [Check] = [
        Check(
            "claims-differ", .note, .q3, "The tokens of {identity} differ in {claims}; all other claims are equal.",
            fix: "Make sure that nothing which verifies the token looks at these claims.",
            each: { rehearsed, cluster in
                guard let (today, after) = rehearsed.firstPair, let before = today.token, let token = after.token else { return [] }
                let differing = Set(before.claims.keys).union(token.claims.keys).sorted().filter { before.claims[$0] != token.claims[$0] }
                guard !differing.isEmpty else { return [] }
                return [
                    Check.Found(
                        ["identity": cluster.label(before.clientID), "claims": differing.joined(separator: ", ")],
                        [today.evidence, after.evidence])
                ]
            }),
        Check(
            "answer-types-differ", .warning, .q3,
            "The sidecar's answer has other members than NMI's: {members}. A strict parser breaks at the cut-over.",
            fix: "Read numbers from strings and from numbers alike, or use an SDK's credential and not the sidecar.",
            each: { rehearsed, _ in
                guard let today = rehearsed.today.all.first(where: \.hasToken),
                    let sidecar = rehearsed.target.sidecar.first(where: \.hasToken)
                else { return [] }
                let names = Set(today.memberTypes.keys).union(sidecar.memberTypes.keys).sorted()
                let differing = names.compactMap { name -> String? in
                    let before = today.memberTypes[name] ?? "missing"
                    let after = sidecar.memberTypes[name] ?? "missing"
                    return before == after ? nil : "\(name) was \(before) and is \(after)"
                }
                guard !differing.isEmpty else { return [] }
                return [Check.Found(["members": differing.joined(separator: ", ")], [today.evidence, sidecar.evidence])]
            }),
    ]
}

extension RehearsedWorkload {
    /// The first request that brought a token of one identity by both ways.
    var firstPair: (Observation, Observation)? {
        for today in today.all {
            guard let before = today.token, let after = exchange(today.shape), after.token?.clientID == before.clientID else { continue }
            return (today, after)
        }
        return nil
    }
}

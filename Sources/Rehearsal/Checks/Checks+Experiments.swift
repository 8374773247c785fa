extension Checks {
    /// What holds for every workload alike, tried out once (Q2, Q8, Q9, Q15, Q16).
    static let experiments: [Check] = [
        Check(
            "header-not-required", .note, .q2,
            "Without the header Metadata: true NMI answers {before}; the sidecar answers {after}.",
            fix: "Keep sending the header: the node's own metadata service wants it.",
            all: { $0.experiments.difference(\.noHeader) }),
        Check(
            "issuer-change-breaks", .note, .q8,
            "With another issuer every exchange fails at once: AADSTS{code}. A cluster made anew has another issuer.",
            fix: "Make the federated credentials of the new issuer before the old cluster goes; each identity has 20 in all.",
            all: { cluster in
                guard let answer = cluster.experiments?.otherIssuer, let code = answer.entraError else { return [] }
                return [Check.Found(["code": "\(code)"], [answer.evidence])]
            }),
        Check(
            "propagation-refuses", .note, .q9,
            "A credential made a moment ago is refused, AADSTS{code}, and accepted later.",
            fix: "Make the federated credentials some minutes before the first pod that needs them.",
            all: { cluster in
                guard let answers = cluster.experiments?.propagation, answers.count == 2, let code = answers[0].entraError,
                    answers[1].hasToken
                else { return [] }
                return [Check.Found(["code": "\(code)"], answers.map(\.evidence))]
            }),
        Check(
            "instance-differs", .warning, .q15, "GET /metadata/instance: NMI answers {before}, the sidecar passes it on and gets {after}.",
            fix: "Decide whether pods may read the instance document; behind the sidecar NMI's block is gone.",
            all: { $0.experiments.difference(\.instance) }),
        Check(
            "errors-differ", .warning, .q16,
            "An id that it does not have: NMI answers {before}, the sidecar {after}. SDKs retry the one and not the other.",
            fix: "See that retries do not hang on the status or the text of an error.",
            all: { $0.experiments.difference(\.foreignID) }),
        Check(
            "stall-ends", .note, .q16,
            "Asked with {shape}, NMI keeps it waiting {seconds} s before it answers {status}; without NMI the node answers {after} at once.",
            fix: "Take out what was there to sit this wait through: long timeouts at start, retries of a 404.",
            each: { rehearsed, _ in
                guard let today = rehearsed.today.all.max(by: { $0.waitMilliseconds < $1.waitMilliseconds }), today.waitMilliseconds > 0
                else { return [] }
                let after = rehearsed.gap(today.shape)
                return [
                    Check.Found(
                        [
                            "shape": "\(today.shape)", "seconds": "\(today.waitMilliseconds / 1000)", "status": "\(today.status)",
                            "after": after.map { "\($0.status)" } ?? "nothing",
                        ], [today.evidence] + (after.map { [$0.evidence] } ?? []))
                ]
            }),
        Check(
            "disconnected", .note, .q19,
            "Cut off from Entra, the exchange fails: the sidecar answers {status}. There is no equivalent for a cluster that is cut off for longer than its tokens live.",
            fix: "Keep clusters that are cut off at times on identities of another kind, or cache tokens in the application.",
            all: { cluster in
                guard let answer = cluster.experiments?.disconnected, !answer.hasToken else { return [] }
                // How long it waits before that has chance in it, and a report is to be the same every time.
                return [Check.Found(["status": "\(answer.status)"], [answer.evidence])]
            }),
    ]
}

extension Experiments? {
    /// What was found when two ways answered one request by different statuses.
    fileprivate func difference(_ answers: KeyPath<Experiments, [Observation]>) -> [Check.Found] {
        guard let pair = self?[keyPath: answers], pair.count == 2, pair[0].status != pair[1].status else { return [] }
        return [Check.Found(["before": pair[0].outcomeInShort, "after": pair[1].outcomeInShort], pair.map(\.evidence))]
    }
}

extension Observation {
    /// The status, and the wait before it.
    fileprivate var outcomeInShort: String {
        waitMilliseconds > 0 ? "\(status) after \(waitMilliseconds / 1000) s" : "\(status)"
    }
}

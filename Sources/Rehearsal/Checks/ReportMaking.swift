extension RehearsalReport {
    /// The report of what was observed.
    init(_ rehearsed: RehearsedCluster, checks: Checks) {
        let findings = checks.findings(in: rehearsed)
        let byWorkload = Dictionary(grouping: findings, by: \.workload)
        let answers = rehearsed.workloads.flatMap { workload in
            let found = Dictionary(grouping: byWorkload[workload.name] ?? [], by: \.question)
            return QuestionRule.table.map { rule in
                rule.answer(for: workload, in: rehearsed, findings: found[rule.question] ?? [])
            }
        }
        self.init(
            facts: rehearsed.facts, workloads: rehearsed.workloads.map { WorkloadSummary($0, in: rehearsed) },
            answers: answers + Self.answers(ofCluster: byWorkload[Check.wholeCluster] ?? []), findings: findings)
    }

    /// What is wrong with the cluster as a whole, by question; for what is not, the workloads' answers speak.
    private static func answers(ofCluster findings: [Finding]) -> [Answer] {
        let wrong = Dictionary(grouping: findings.filter { $0.severity != .note }, by: \.question)
        return Question.allCases.compactMap { question in wrong[question].map { .failed(question, for: Check.wholeCluster, by: $0) } }
    }
}

extension RehearsedCluster {
    /// The cluster in a few lines.
    fileprivate var facts: [String] {
        let migrating = workloads.count { $0.planned.course == .migrates }
        let staying = workloads.count { $0.planned.course == .stays }
        return [
            "\(workloads.count) workloads: \(migrating) migrate, \(staying) have no identity, \(workloads.count - migrating - staying) want a decision",
            "NMI in \(mode) mode; issuer \(target.issuer)",
            "\(target.credentials.count) federated credentials in the target",
        ] + (recorded?.facts ?? [])
    }
}

extension RehearsalReport.WorkloadSummary {
    fileprivate init(_ rehearsed: RehearsedWorkload, in cluster: RehearsedCluster) {
        let course =
            switch rehearsed.planned.course {
            case .migrates: "migrates"
            case .stays: "has no identity"
            case .undecided(let reason): "wants a decision: \(reason.rawValue)"
            }
        self.init(
            workload: rehearsed.name, reference: rehearsed.workload.reference, course: course,
            comparisons: rehearsed.today.all.map { today in
                RehearsalReport.Comparison(
                    shape: today.shape.description, today: today.outcome(in: cluster),
                    exchange: rehearsed.exchange(today.shape)?.outcome(in: cluster),
                    sidecar: rehearsed.sidecar(today.shape)?.outcome(in: cluster), gap: rehearsed.gap(today.shape)?.outcome(in: cluster))
            })
    }
}

extension Observation {
    /// What came of it, in a few words.
    fileprivate func outcome(in cluster: RehearsedCluster) -> String {
        if let token { return cluster.label(token.clientID) }
        return entraError.map { "\(status), AADSTS\($0)" } ?? (status == 0 ? text : "\(status)")
    }
}

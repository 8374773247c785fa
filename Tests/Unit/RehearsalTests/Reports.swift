@testable import Rehearsal

/// Reports made by hand, for the tests of what they are rendered as.
enum Reports {
    /// A name made to break out of every format there is.
    static let hostile = "<script>x</script> a|b`c` ]]> \u{1B}[2J \u{202E}\nnext & \"quoted\""

    /// One workload, whose every text is hostile, with one finding of each severity.
    static let ofHostileNames = report(
        workloads: [hostile],
        findings: [
            finding("credential-limit", .blocker, .q7, of: hostile, summary: hostile),
            finding("random-choice", .warning, .q14, of: hostile, summary: hostile),
            finding("claims-differ", .note, .q3, of: hostile, summary: hostile),
        ], verdicts: [.q7: .fail, .q14: .fail, .q1: .pass])

    /// As many workloads as asked for, none with a finding.
    static func ofWorkloads(_ count: Int) -> RehearsalReport {
        report(workloads: (1...count).map { "Deployment team/web-\($0)" }, findings: [], verdicts: [.q1: .pass])
    }

    static func finding(
        _ id: String, _ severity: Finding.Severity, _ question: Question, of workload: String, summary: String = "It breaks."
    ) -> Finding {
        Finding(
            id: id, severity: severity, question: question, workload: workload, summary: summary,
            evidence: [
                .manifest(ManifestReference(file: "a b.yaml", line: 7, object: workload)),
                .request(id: "today-1", request: "GET /\(summary)", outcome: summary), .fact(summary),
            ], fix: summary)
    }

    /// A report; questions without a verdict are unknown.
    static func report(workloads: [String], findings: [Finding], verdicts: [Question: Answer.Verdict]) -> RehearsalReport {
        RehearsalReport(
            facts: ["\(workloads.count) workloads, \(workloads[0])"],
            workloads: workloads.map {
                RehearsalReport.WorkloadSummary(
                    workload: $0, reference: ManifestReference(file: "a b.yaml", line: 7, object: $0), course: "migrates",
                    comparisons: [RehearsalReport.Comparison(shape: $0, today: $0, exchange: nil, sidecar: $0, gap: nil)])
            },
            answers: workloads.flatMap { workload in
                Question.allCases.map {
                    Answer(
                        workload: workload, question: $0, verdict: verdicts[$0] ?? .unknown, reason: workload,
                        evidence: verdicts[$0] == .pass ? [.fact(workload)] : [])
                }
            }, findings: findings)
    }
}

extension String {
    /// How often a text stands in it.
    func count(of text: String) -> Int { ranges(of: text).count }
}

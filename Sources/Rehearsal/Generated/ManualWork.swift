/// What only a person can decide: every blocker, with what it rests on.
struct ManualWork {
    private let report: RehearsalReport

    init(_ report: RehearsalReport) { self.report = report }

    /// The decisions, as Markdown.
    var text: String {
        let blockers = report.findings.filter { $0.severity == .blocker }
        guard !blockers.isEmpty else { return "# Left to decide\n\nNothing.\n" }
        return "# Left to decide\n\n"
            + blockers.map { finding in
                "## \(finding.workload): \(finding.id)\n\n\(finding.summary)\n\n"
                    + finding.evidence.map { "- \($0.line)\n" }.joined() + "\nDo: \(finding.fix)\n"
            }.joined(separator: "\n")
    }
}

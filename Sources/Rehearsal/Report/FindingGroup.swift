/// What one check found, of however many workloads: readers meet it once.
struct FindingGroup: Sendable {
    /// What was found, in the order of the report; never none.
    let findings: [Finding]
    let first: Finding

    /// A group of at least one.
    init?(_ findings: [Finding]) {
        guard let first = findings.first else { return nil }
        self.findings = findings
        self.first = first
    }

    var id: String { first.id }
    var severity: Finding.Severity { first.severity }
    var question: Question { first.question }
    var summary: String { first.summary }
    var fix: String { first.fix }

    /// The workloads it was found of, once each.
    var workloads: [String] {
        var seen: Set<String> = []
        return findings.map(\.workload).filter { seen.insert($0).inserted }
    }
}

extension RehearsalReport {
    /// The findings by what they are, blockers first.
    var groups: [FindingGroup] {
        let byID = Dictionary(grouping: findings, by: \.id)
        var told: Set<String> = []
        return findings.filter { told.insert($0.id).inserted }.compactMap { FindingGroup(byID[$0.id] ?? []) }
    }
}

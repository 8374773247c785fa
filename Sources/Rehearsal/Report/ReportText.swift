extension RehearsalReport {
    /// The report for people at a terminal.
    public var text: String {
        var lines = facts
        let groups = groups
        for severity in Finding.Severity.allCases where count(severity) > 0 {
            lines += ["", count(severity).of(severity.rawValue)]
            lines += groups.filter { $0.severity == severity }.flatMap(\.lines)
        }
        lines += ["", "Questions"] + tallies.map(\.line)
        lines += ["", verdict]
        return lines.map(\.onOneLine).joined(separator: "\n")
    }

    /// One line to end with.
    private var verdict: String {
        let rest = "\(count(.warning).of("warning")), \(count(.note).of("note"))"
        return hasBlocker ? "\(count(.blocker).of("blocker")), \(rest)." : "\(headline); \(rest)."
    }
}

extension FindingGroup {
    /// The group for a terminal: its first finding whole, the others by their workloads only.
    fileprivate var lines: [String] {
        let shown = 8
        let others = workloads.dropFirst()
        let likewise = others.prefix(shown) + (others.count > shown ? ["\(others.count - shown) more"] : [])
        // Of one workload, or of the cluster as a whole, the name does not tell one finding from another.
        let whole = findings.filter { $0.workload == first.workload }
        return ["  \(id) (\(question.rawValue)) \(first.workload)"] + whole.flatMap(\.lines)
            + (likewise.isEmpty ? [] : ["    Likewise: \(likewise.joined(separator: ", "))"]) + ["    Fix: \(fix)"]
    }
}

extension Finding {
    fileprivate var lines: [String] { ["    \(summary)"] + evidence.map { "    - \($0.line)" } }
}

extension QuestionTally {
    /// The question in a line; the reasons are in the other formats.
    fileprivate var line: String {
        let counts = Answer.Verdict.allCases.map { (count($0), $0.rawValue) }.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "  \(question.rawValue.padded(to: 4))\(question.title) \(counts.joined(separator: ", "))"
    }
}

extension Evidence {
    /// The evidence in a line.
    var line: String {
        switch self {
        case .manifest(let reference): reference.description
        case .request(let id, _, let outcome): "\(id): \(outcome)"
        case .fact(let text): text
        }
    }
}

extension String {
    /// With blanks at its end, up to a width.
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

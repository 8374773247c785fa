extension RehearsalReport {
    /// The report for people at a terminal.
    public var text: String {
        var lines = facts
        for severity in Finding.Severity.allCases {
            let found = findings.filter { $0.severity == severity }
            guard !found.isEmpty else { continue }
            lines += ["", "\(found.count) \(severity.rawValue)\(found.count == 1 ? "" : "s")"]
            for finding in found { lines += finding.lines }
        }
        lines += ["", "Questions"] + Question.allCases.map(line)
        lines += ["", verdict]
        return lines.joined(separator: "\n")
    }

    /// One line to end with.
    private var verdict: String {
        let blockers = count(.blocker)
        let rest = "\(count(.warning)) warnings, \(count(.note)) notes"
        return blockers == 0
            ? "Nothing blocks the migration; \(rest)." : "\(blockers) blocker\(blockers == 1 ? "" : "s"), \(rest)."
    }

    /// One question over all workloads; the reasons are in the other formats.
    private func line(for question: Question) -> String {
        let asked = answers.filter { $0.question == question }
        let counts = Answer.Verdict.allCases.compactMap { verdict in
            let count = asked.count { $0.verdict == verdict }
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        return "  \(question.rawValue.padded(to: 4))\(question.title) \(counts.joined(separator: ", "))"
    }
}

extension Finding {
    /// The finding for a terminal.
    fileprivate var lines: [String] {
        ["  \(id) (\(question.rawValue)) \(workload)", "    \(summary)"] + evidence.map { "    - \($0.line)" } + ["    Fix: \(fix)"]
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

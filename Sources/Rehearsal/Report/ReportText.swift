extension RehearsalReport {
    /// The report for people at a terminal.
    public var text: String {
        var lines = facts
        for severity in Finding.Severity.allCases {
            let found = findings.filter { $0.severity == severity }
            guard !found.isEmpty else { continue }
            lines += ["", "\(found.count) \(severity.rawValue)\(found.count == 1 ? "" : "s")"]
            var told: Set<String> = []
            for finding in found where told.insert(finding.id).inserted {
                lines += finding.lines(besides: found.filter { $0.id == finding.id && $0 != finding })
            }
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
    /// The finding for a terminal, with the others of its kind by their workloads only.
    fileprivate func lines(besides others: [Finding]) -> [String] {
        let shown = 8
        let workloads = others.prefix(shown).map(\.workload) + (others.count > shown ? ["\(others.count - shown) more"] : [])
        return ["  \(id) (\(question.rawValue)) \(workload)", "    \(summary)"] + evidence.map { "    - \($0.line)" }
            + (others.isEmpty ? [] : ["    Likewise: \(workloads.joined(separator: ", "))"]) + ["    Fix: \(fix)"]
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

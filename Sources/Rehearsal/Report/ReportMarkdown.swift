extension RehearsalReport {
    /// The report for a comment on a pull request: GitHub's and GitLab's Markdown.
    ///
    /// Whatever the cluster's size it fits in a comment of GitHub's, 65,536 characters: of each finding the first workloads are shown, and of
    /// the table of questions as many rows as there is room for. What was left out is said, and where it is to be had.
    public var markdown: String {
        var lines = ["## \(headline)", ""] + facts.map { "- \(MarkdownText.plain($0))" } + [""] + overview
        let groups = groups
        for severity in Finding.Severity.allCases where count(severity) > 0 {
            lines += ["", "### \(count(severity).of(severity.rawValue.capitalisedFirst))"]
            lines += groups.filter { $0.severity == severity }.flatMap { $0.markdown(isOpen: severity == .blocker) }
        }
        lines += ["", "### Questions", "", MarkdownMark.legend, ""]
        let questions = self.questions
        let used = (lines + questions).reduce(0) { $0 + $1.utf8.count + 1 }
        lines += matrix(roomFor: Self.commentLimit - used) + questions
        return lines.joined(separator: "\n") + "\n"
    }

    /// What GitHub takes for a comment, with some room for a line of the sender's own.
    private static let commentLimit = 65_000

    private var overview: [String] {
        let answered = Answer.Verdict.allCases.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
        let rows = Finding.Severity.allCases.map { severity in
            let ids = groups.filter { $0.severity == severity }.map { MarkdownText.code($0.id, inTable: true) }
            return MarkdownText.row([
                "\(severity.rawValue.capitalisedFirst)s", "\(count(severity))", ids.isEmpty ? "–" : ids.joined(separator: ", "),
            ])
        }
        return [MarkdownText.row(["", "Count", "Which"]), MarkdownText.row(["---", "---:", "---"])] + rows
            + [MarkdownText.row(["Answers", "\(answers.count)", answered])]
    }

    /// A row for each workload, those that are blocked or warned of first.
    private func matrix(roomFor characters: Int) -> [String] {
        let questions = Question.allCases
        let head = [
            MarkdownText.row(["Workload"] + questions.map(\.rawValue)), MarkdownText.row(["---"] + questions.map { _ in ":---:" }),
        ]
        var room = characters - head.reduce(0) { $0 + $1.utf8.count + 1 } - 200
        var shown: [String] = []
        for row in rows.enumerated().sorted(by: { ($1.element.count(.fail), $0.offset) < ($0.element.count(.fail), $1.offset) }) {
            let line = MarkdownText.row(
                [MarkdownText.code(row.element.summary.workload, inTable: true)]
                    + questions.map { MarkdownMark.of(row.element.mark($0)) })
            room -= line.utf8.count + 1
            guard room >= 0 else { break }
            shown.append(line)
        }
        let hidden = workloads.count - shown.count
        let more = hidden == 0 ? [] : ["", "\(hidden.of("more workload")) did not fit here; `--format html` or `json` has them all."]
        return head + shown + more + [""]
    }

    private var questions: [String] {
        let head = [
            MarkdownText.row(["", "Question"] + Answer.Verdict.allCases.map(\.rawValue)),
            MarkdownText.row(["---", "---"] + Answer.Verdict.allCases.map { _ in "---:" }),
        ]
        return ["<details><summary>The twenty questions</summary>", ""] + head
            + tallies.map { tally in
                MarkdownText.row(
                    [tally.question.rawValue, MarkdownText.plain(tally.question.title)]
                        + Answer.Verdict.allCases.map { "\(tally.count($0))" })
            } + ["", "</details>"]
    }
}

/// The marks of the table: of different shape, and with a name that is read out.
private enum MarkdownMark {
    static func of(_ mark: WorkloadRow.Mark) -> String {
        switch mark {
        case .blocker: "❌"
        case .warning: "⚠️"
        case .unknown: "❔"
        case .pass: "✅"
        }
    }

    static var legend: String { WorkloadRow.Mark.allCases.map { "\(of($0)) \($0.words)" }.joined(separator: " · ") }
}

extension FindingGroup {
    /// The group, with its evidence folded away unless it is open.
    fileprivate func markdown(isOpen: Bool) -> [String] {
        let shown = 8
        let names = workloads.prefix(shown).map { MarkdownText.code($0) }
        let more = workloads.count - names.count
        // Within the tag it is HTML and not Markdown.
        let whose: Markup = "\(first.workload.onOneLine)"
        let places = names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        return [
            "", "#### \(MarkdownText.code(id))", "", "*\(question.rawValue): \(MarkdownText.plain(question.title))*", "",
            MarkdownText.plain(summary), "", "- **Where:** \(places)", "- **Do:** \(MarkdownText.plain(fix))", "",
            "<details\(isOpen ? " open" : "")><summary>Evidence of \(whose.text)</summary>", "",
        ] + first.evidence.prefix(4).map { "- \($0.markdown)" } + ["", "</details>"]
    }
}

extension Evidence {
    fileprivate var markdown: String {
        switch self {
        case .manifest(let reference):
            reference.line > 0
                ? "\(MarkdownText.code("\(reference.file):\(reference.line)")) \(MarkdownText.plain(reference.object))"
                : MarkdownText.plain(reference.object)
        case .request(let id, _, let outcome): "\(MarkdownText.code(id)): \(MarkdownText.plain(outcome.shortened(to: 240)))"
        case .fact(let text): MarkdownText.plain(text.shortened(to: 240))
        }
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// Its beginning, with dots for what was cut off.
    fileprivate func shortened(to length: Int) -> String { count > length ? prefix(length) + "…" : self }
}

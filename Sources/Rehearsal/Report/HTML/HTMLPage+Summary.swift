extension HTMLPage {
    /// What a boss reads: the counts, what blocks, what to do first, and what nobody knows yet.
    var summary: Markup {
        """
        <section id="summary" aria-labelledby="summary-title">
        <h2 id="summary-title">Summary</h2>
        <dl class="tiles">\(Finding.Severity.allCases.map(tile))</dl>
        \(bar)
        \(first)
        \(then)
        \(open)
        </section>
        """
    }

    private func tile(_ severity: Finding.Severity) -> Markup {
        let kinds = groups.count { $0.severity == severity }
        let count = report.count(severity)
        let workloads = Set(report.findings.filter { $0.severity == severity && numbers[$0.workload] != nil }.map(\.workload)).count
        let detail = count == 0 ? "none found" : "\(kinds.of("kind")), in \(workloads.of("workload"))"
        return """
            <div class="tile \(count == 0 ? "none" : severity.rawValue)"><dt>\(count == 1 ? severity.title : severity.title + "s")</dt>
            <dd><strong>\(count)</strong> \(detail)</dd></div>
            """
    }

    /// How the answers divide, as a bar; its parts are in the sentence below it too.
    private var bar: Markup {
        let verdicts: [Answer.Verdict] = [.pass, .fail, .unknown]
        let all = max(1, report.answers.count)
        let parts = verdicts.filter { report.count($0) > 0 }.map { verdict -> Markup in
            #"<span class="\#(verdict.rawValue)" style="flex-grow:\#(report.count(verdict))"></span>"#
        }
        let words = verdicts.map { verdict -> Markup in
            let count = report.count(verdict)
            let percent = (count * 100 + all / 2) / all
            return
                #"<li><span class="dot \#(verdict.rawValue)" aria-hidden="true"></span>\#(count) \#(verdict.rawValue) (\#(percent) %)</li>"#
        }
        return """
            <div class="answers"><h3>\(Question.allCases.count) questions × \(rows.count.of("workload"))</h3>
            <div class="bar" aria-hidden="true">\(parts)</div><ul class="inline">\(words)</ul></div>
            """
    }

    /// The blockers, in the order in which to take them.
    private var first: Markup {
        let blockers = groups.filter { $0.severity == .blocker }
        guard !blockers.isEmpty else { return "" }
        let items = blockers.map { group -> Markup in
            """
            <li><p class="what">\(group.summary) <a href="#finding-\(group.id)">\(group.id)</a></p>
            \(links(group.workloads))
            <p class="do"><strong>Do:</strong> \(group.fix)</p></li>
            """
        }
        return #"<h3>What blocks, and what to do first</h3><ol class="steps">\#(items)</ol>"#
    }

    /// The warnings that most workloads share.
    private var then: Markup {
        let shown = 5
        let warnings = groups.filter { $0.severity == .warning }.enumerated()
            .sorted { ($1.element.findings.count, $0.offset) < ($0.element.findings.count, $1.offset) }.map(\.element)
        guard !warnings.isEmpty else { return "" }
        let items = warnings.prefix(shown).map { group -> Markup in
            """
            <li><p class="what"><a href="#finding-\(group.id)">\(group.id)</a>, \(scope(group))</p>
            <p class="do"><strong>Do:</strong> \(group.fix)</p></li>
            """
        }
        let rest = warnings.count - shown
        let more: Markup =
            rest > 0 ? ##"<p class="more">\##(rest.of("more kind")) of warnings: <a href="#findings">all findings</a>.</p>"## : ""
        return #"<h3>Then, what is warned of most</h3><ul class="steps plain">\#(items)</ul>\#(more)"#
    }

    /// What would turn an unknown into an answer, the questions that most workloads leave open first.
    private var open: Markup {
        let unanswered = tallies.filter { $0.count(.unknown) > 0 }
            .sorted { ($1.count(.unknown), $0.position) < ($0.count(.unknown), $1.position) }
        guard !unanswered.isEmpty else { return "" }
        let full = unanswered.filter { $0.count(.unknown) == $0.answers.count }
        let whole = full.map { ##"<a href="#\##($0.question.rawValue)">\##($0.question.rawValue)</a>"## as Markup }
        let sentence: Markup =
            whole.isEmpty
            ? "<p>Some workloads leave questions open; the table of <a href=\"#questions\">questions</a> says what would tell.</p>"
            : """
            <p>For no workload at all: \(Markup(joining: whole, by: ", ")). The table of <a href="#questions">questions</a> says what
            would tell of each.</p>
            """
        return """
            <h3>What nobody knows yet</h3>
            \(sentence)
            """
    }

    /// How far a finding reaches.
    func scope(_ group: FindingGroup) -> String {
        let workloads = group.workloads.filter { numbers[$0] != nil }
        return workloads.isEmpty ? "of the cluster" : workloads.count.of("workload")
    }
}

extension QuestionTally {
    fileprivate var position: Int { Question.allCases.firstIndex(of: question) ?? 0 }
}

extension Finding.Severity {
    /// The word, to begin a line with.
    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

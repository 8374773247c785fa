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

    /// How the answers divide, as a bar; its parts are in the list below it too.
    private var bar: Markup {
        let marks: [WorkloadRow.Mark] = [.pass, .blocker, .warning, .unknown]
        let counts = Dictionary(rows.flatMap { row in Question.allCases.map { (row.mark($0), 1) } }, uniquingKeysWith: +)
        let all = max(1, counts.values.reduce(0, +))
        let shown = marks.compactMap { mark in counts[mark].map { (mark, $0) } }
        let parts = shown.map { #"<span class="\#($0.rawValue)" style="flex-grow:\#($1)"></span>"# as Markup }
        let words = shown.map { mark, count -> Markup in
            let percent = (count * 100 + all / 2) / all
            return #"<li><span class="dot \#(mark.rawValue)" aria-hidden="true"></span>\#(count) \#(mark.words) (\#(percent) %)</li>"#
        }
        return """
            <div class="answers"><h3>\(Question.allCases.count) questions for each of \(rows.count.of("workload"))</h3>
            <div class="bar" aria-hidden="true">\(parts)</div><ul class="inline">\(words)</ul></div>
            """
    }

    /// The blockers, in the order in which to take them.
    private var first: Markup {
        let blockers = groups.filter { $0.severity == .blocker }
        guard !blockers.isEmpty else { return "" }
        return #"<h3>What blocks, and what to do first</h3><ol class="steps">\#(blockers.map(step))</ol>"#
    }

    /// The warnings that most workloads share.
    private var then: Markup {
        let shown = 4
        let warnings = groups.filter { $0.severity == .warning }.map { (group: $0, reach: $0.workloads.count { numbers[$0] != nil }) }
            .enumerated().sorted { ($1.element.reach, $0.offset) < ($0.element.reach, $1.offset) }.map(\.element.group)
        guard !warnings.isEmpty else { return "" }
        let rest = warnings.count - shown
        let more: Markup =
            rest > 0 ? ##"<p class="more">\##(rest.of("more kind")) of warnings: <a href="#findings">all findings</a>.</p>"## : ""
        return """
            <h3>\(report.hasBlocker ? "Then, what" : "What") is warned of most</h3>
            <ul class="steps plain">\(warnings.prefix(shown).map(step))</ul>\(more)
            """
    }

    /// One thing to do: what it is, where, and how.
    private func step(_ group: FindingGroup) -> Markup {
        """
        <li><p class="id"><a href="#finding-\(group.id)">\(group.id)</a> <span>\(scope(group))</span></p>
        <p class="what">\(group.summary)</p>
        \(group.severity == .blocker ? links(group.workloads) : "")
        <p class="do"><strong>Do:</strong> \(group.fix)</p></li>
        """
    }

    /// What would turn unknowns into answers: the questions that no workload has an answer to.
    private var open: Markup {
        let unanswered = tallies.filter { $0.count(.unknown) > 0 }
        let whole = unanswered.filter { $0.count(.unknown) == $0.answers.count }
        guard !unanswered.isEmpty else { return "" }
        let items = whole.map { tally -> Markup in
            """
            <li><p><a href="#\(tally.question.rawValue)">\(tally.question.rawValue)</a> \(tally.question.title)</p>
            <p class="tells">\(tally.whatWouldTell ?? "")</p></li>
            """
        }
        let rest = unanswered.count - whole.count
        let more: Markup =
            rest > 0
            ? ##"<p class="more">\##(rest.of("more question")) open for some workloads: <a href="#questions">all questions</a>.</p>"## : ""
        let list: Markup = whole.isEmpty ? "" : #"<ul class="open">\#(items)</ul>"#
        return "<h3>What nobody knows yet, and what would tell</h3>\(list)\(more)"
    }

    /// How far a finding reaches.
    func scope(_ group: FindingGroup) -> String {
        let workloads = group.workloads.filter { numbers[$0] != nil }
        return workloads.isEmpty ? "of the cluster" : workloads.count.of("workload")
    }
}

extension Finding.Severity {
    /// The word, to begin a line with.
    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

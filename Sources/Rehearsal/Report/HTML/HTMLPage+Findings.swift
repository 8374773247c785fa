extension HTMLPage {
    /// Every finding with what it rests on and what to do.
    var findings: Markup {
        let parts = Finding.Severity.allCases.map { severity -> Markup in
            let found = groups.filter { $0.severity == severity }
            guard !found.isEmpty else { return "" }
            return """
                <h3 id="\(severity.rawValue)s">\(report.count(severity).of(severity.rawValue))</h3>
                \(found.map(article))
                """
        }
        let nothing: Markup = groups.isEmpty ? "<p>Nothing was found.</p>" : ""
        return """
            <section id="findings" aria-labelledby="findings-title">
            <h2 id="findings-title">Findings</h2>
            \(nothing)\(parts)
            </section>
            """
    }

    private func article(_ group: FindingGroup) -> Markup {
        let isOpen = group.severity == .blocker ? " open" : ""
        let fix: Markup = #"<p class="do"><strong>Do:</strong> \#(group.fix)</p>"#
        return """
            <article class="finding \(group.severity.rawValue)" id="finding-\(group.id)">
            <h4>\(Self.badge(group.severity)) <code>\(group.id)</code></h4>
            <p class="asks"><a href="#\(group.question.rawValue)">\(group.question.rawValue)</a> \(group.question.title)</p>
            <p class="what">\(group.summary)</p>
            \(fix)
            <details\(isOpen)><summary>Evidence: \(scope(group))</summary>
            <ul class="cases">\(group.findings.map { one($0, of: group) })</ul>
            </details>
            </article>

            """
    }

    /// One finding of a group: what differs from the group's first, and what it rests on.
    private func one(_ finding: Finding, of group: FindingGroup) -> Markup {
        let what: Markup = finding.summary == group.summary ? "" : "<p>\(finding.summary)</p>"
        let fix: Markup = finding.fix == group.fix ? "" : #"<p class="do"><strong>Do:</strong> \#(finding.fix)</p>"#
        return """
            <li><p class="who">\(link(finding.workload))</p>\(what)\(fix)<ul class="evidence">\(finding.evidence.map(Self.item))</ul></li>

            """
    }

    static func item(_ evidence: Evidence) -> Markup {
        switch evidence {
        case .manifest(let reference) where reference.line > 0:
            "<li><code>\(reference.file):\(reference.line)</code> \(reference.object)</li>"
        case .manifest(let reference): "<li>\(reference.object)</li>"
        case .request(let id, let request, let outcome):
            #"<li><code>\#(id)</code> \#(outcome)<br><code class="request">\#(request)</code></li>"#
        case .fact(let text): "<li>\(text)</li>"
        }
    }
}

extension HTMLPage {
    /// Each workload with what its requests lead to and its twenty answers, folded.
    var workloads: Markup {
        """
        <section id="workloads" aria-labelledby="workloads-title">
        <h2 id="workloads-title">Workloads</h2>
        \(rows.enumerated().map { number, row in workload(number, row) })
        </section>
        """
    }

    private func workload(_ number: Int, _ row: WorkloadRow) -> Markup {
        let summary = row.summary
        let place: Markup =
            summary.reference.line > 0 ? #"<p class="place"><code>\#(summary.reference.file):\#(summary.reference.line)</code></p>"# : ""
        // The target of links is inside the fold: browsers open it to show what was asked for.
        return """
            <details class="workload">
            <summary><span class="name">\(summary.workload)</span> <span class="course">\(summary.course)</span>
            <span class="counts">\(row.count(.pass)) pass · \(row.count(.fail)) fail · \(row.count(.unknown)) unknown</span></summary>
            <div id="w\(number)" class="inside">
            \(place)\(requests(summary))
            <table class="answered"><caption>Answers</caption>
            <thead><tr><th scope="col"><span class="hidden">Number</span></th><th scope="col">Verdict</th><th scope="col">Why</th></tr></thead>
            <tbody>\(row.answers.map { answer($0, mark: row.mark($0.question)) })</tbody></table>
            </div>
            </details>

            """
    }

    private func requests(_ summary: RehearsalReport.WorkloadSummary) -> Markup {
        guard !summary.comparisons.isEmpty else { return "" }
        let body = summary.comparisons.map { row -> Markup in
            let cells = [row.today, row.exchange, row.sidecar, row.gap].map { "<td>\($0 ?? "–")</td>" as Markup }
            return #"<tr><th scope="row">\#(row.shape)</th>\#(cells)</tr>"#
        }
        return """
            <div class="scroll" role="region" aria-label="Requests of \(summary.workload)" tabindex="0">
            <table class="requests"><caption>What each way of asking leads to</caption>
            <thead><tr><th scope="col">Asked with</th><th scope="col">Today</th><th scope="col">By the exchange</th>
            <th scope="col">By the sidecar</th><th scope="col">On the node, NMI gone</th></tr></thead>
            <tbody>\(body)</tbody></table>
            </div>
            """
    }

    private func answer(_ answer: Answer, mark: WorkloadRow.Mark) -> Markup {
        let ids = answer.evidence.compactMap { if case .request(let id, _, _) = $0 { id } else { nil } }
        let rests: Markup = ids.isEmpty ? "" : #" <span class="ids">\#(ids.joined(separator: ", "))</span>"#
        return """
            <tr><th scope="row"><abbr title="\(answer.question.title)">\(answer.question.rawValue)</abbr></th>
            <td class="verdict \(mark.rawValue)">\(answer.verdict.rawValue)</td><td>\(answer.reason)\(rests)</td></tr>

            """
    }
}

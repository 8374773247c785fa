extension HTMLPage {
    /// Workloads × questions, at a glance.
    var matrix: Markup {
        let head = Question.allCases.map { question -> Markup in
            ##"<th scope="col"><a href="#\##(question.rawValue)"><abbr title="\##(question.title)">\##(question.rawValue)</abbr></a></th>"##
        }
        let body = rows.enumerated().map { number, row -> Markup in
            """
            <tr><th scope="row"><a href="#w\(number)">\(row.summary.workload)</a></th>\(Question.allCases.map { cell(row.mark($0)) })</tr>

            """
        }
        let legend = WorkloadRow.Mark.allCases.map { "<li>\(Self.glyph($0)) \($0.words)</li>" as Markup }
        return """
            <section id="matrix" aria-labelledby="matrix-title">
            <h2 id="matrix-title">Workloads and questions</h2>
            <ul class="inline legend">\(legend)</ul>
            <div class="scroll" role="region" aria-labelledby="matrix-title" tabindex="0">
            <table class="matrix">
            <thead><tr><th scope="col">Workload</th>\(head)</tr></thead>
            <tbody>
            \(body)</tbody>
            </table>
            </div>
            </section>
            """
    }

    /// The questions in full, with what would tell where nothing was exercised.
    var questions: Markup {
        let body = tallies.map { tally -> Markup in
            let open: Markup = tally.whatWouldTell.map { #"<p class="open">\#($0)</p>"# } ?? ""
            return """
                <tr id="\(tally.question.rawValue)"><th scope="row">\(tally.question.rawValue)</th>
                <td><p>\(tally.question.title)</p>\(open)</td>
                <td class="number">\(tally.count(.pass))</td><td class="number">\(tally.count(.fail))</td>
                <td class="number">\(tally.count(.unknown))</td></tr>

                """
        }
        return """
            <section id="questions" aria-labelledby="questions-title">
            <h2 id="questions-title">Questions</h2>
            <p>Below a question stands what would tell, for the workloads of which nothing was exercised.</p>
            <table class="questions">
            <thead><tr><th scope="col"><span class="hidden">Number</span></th><th scope="col">Question</th>
            <th scope="col">Pass</th><th scope="col">Fail</th><th scope="col"><abbr title="unknown">Unk.</abbr></th></tr></thead>
            <tbody>
            \(body)</tbody>
            </table>
            </section>
            """
    }

    private func cell(_ mark: WorkloadRow.Mark) -> Markup { #"<td class="\#(mark.rawValue)">\#(Self.glyph(mark))</td>"# }

    /// A sign of its own shape for each mark, with words for those who hear the page.
    static func glyph(_ mark: WorkloadRow.Mark) -> Markup {
        let sign =
            switch mark {
            case .blocker: "✕"
            case .warning: "!"
            case .unknown: "?"
            case .pass: "✓"
            }
        return #"<span class="glyph \#(mark.rawValue)" aria-hidden="true">\#(sign)</span><span class="hidden">\#(mark.rawValue)</span>"#
    }
}

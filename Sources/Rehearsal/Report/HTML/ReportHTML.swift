public import Surroundings
import WireFormats

extension RehearsalReport {
    /// The report as one page of HTML, which asks for nothing else: no script, no image, no font.
    ///
    /// - Parameters:
    ///   - made: when the rehearsal was made.
    ///   - version: that of this program.
    public func html(made: UnixSeconds, version: String) -> String { HTMLPage(self, made: made, version: version).markup.text }
}

/// The page: its frame.
///
/// What stands in it is in extensions, a file each.
struct HTMLPage {
    let report: RehearsalReport
    let groups: [FindingGroup]
    let rows: [WorkloadRow]
    let tallies: [QuestionTally]
    /// The place of a workload among the rows, by its name: what links lead to.
    let numbers: [String: Int]
    private let made: UnixSeconds
    private let version: String

    init(_ report: RehearsalReport, made: UnixSeconds, version: String) {
        self.report = report
        self.made = made
        self.version = version
        groups = report.groups
        let rows = report.rows
        self.rows = rows
        tallies = report.tallies
        numbers = Dictionary(rows.indices.map { (rows[$0].summary.workload, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var markup: Markup {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <link rel="icon" href="data:,">
        <title>\(report.headline) · migration rehearsal</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <a class="skip" href="#report">Skip to the report</a>
        \(cover)
        <main id="report">
        \(summary)
        \(matrix)
        \(findings)
        \(questions)
        \(workloads)
        </main>
        <footer>
        <p>Both worlds ran in one process, and every workload asked them for tokens. <strong>Pass</strong> means that it was exercised and
        nothing was wrong; what was not exercised is <strong>unknown</strong>, and never counted as a pass.</p>
        <p>understudy \(version)</p>
        </footer>
        </body>
        </html>

        """
    }

    private var cover: Markup {
        """
        <header class="cover \(report.hasBlocker ? "blocked" : "clear")">
        <div class="inner">
        <p class="kicker">Migration rehearsal · pod identity to workload identity</p>
        <h1>\(report.headline)</h1>
        <p class="lead">\(lead)</p>
        <ul class="facts">\(report.facts.map { "<li>\($0)</li>" as Markup })</ul>
        <p class="made">Rehearsed <time datetime="\(CivilTime(made).rfc3339)">\(CivilTime(made).toTheMinute)</time></p>
        <nav aria-label="Sections"><ul>
        <li><a href="#summary">Summary</a></li><li><a href="#matrix">Matrix</a></li><li><a href="#findings">Findings</a></li>
        <li><a href="#questions">Questions</a></li><li><a href="#workloads">Workloads</a></li>
        </ul></nav>
        </div>
        </header>
        """
    }

    /// The verdict in a sentence or two, for who reads no further.
    private var lead: String {
        let unknown = report.count(.unknown)
        let open =
            unknown == 0
            ? "Every question was exercised for every workload."
            : "\(unknown) of \(report.answers.count) answers are still unknown: nobody exercised them."
        guard report.hasBlocker else { return "Nothing that was exercised stands in the way. \(open)" }
        let blocked = Set(report.findings.filter { $0.severity == .blocker }.map(\.workload)).count
        return "\(blocked.of("workload")) of \(rows.count) \(blocked == 1 ? "waits" : "wait") for a decision by a person. \(open)"
    }
}

extension HTMLPage {
    /// A workload's name, leading to its section where it has one.
    func link(_ workload: String) -> Markup {
        numbers[workload].map { ##"<a href="#w\##($0)">\##(workload)</a>"## } ?? "\(workload)"
    }

    /// The workloads of a finding: the first few, and how many more.
    func links(_ workloads: [String], shown: Int = 6) -> Markup {
        let links = workloads.prefix(shown).map { "<li>\(link($0))</li>" as Markup }
        let more: Markup = workloads.count > shown ? "<li>\(workloads.count - shown) more</li>" : ""
        return #"<ul class="names">\#(links)\#(more)</ul>"#
    }

    /// A severity as a badge: its word, and a colour besides.
    static func badge(_ severity: Finding.Severity) -> Markup { #"<span class="badge \#(severity.rawValue)">\#(severity.rawValue)</span>"# }
}

extension CivilTime {
    /// `2026-02-10 09:21 UTC`.
    fileprivate var toTheMinute: String {
        let text = rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

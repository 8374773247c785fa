import Surroundings
import Testing
import WireFormats

@testable import Rehearsal

@Suite("The report in its formats")
struct ReportTests {
    private static let made = UnixSeconds(1_770_715_293)
    private static let html = Reports.ofHostileNames.html(made: made, version: "1.2.3")
    private static let junit = Reports.ofHostileNames.junit(made: made)
    private static let all: [(format: String, text: String)] = [
        ("text", Reports.ofHostileNames.text), ("markdown", Reports.ofHostileNames.markdown), ("junit", junit), ("html", html),
    ]

    @Test("shows no character that acts, in any format", arguments: all)
    func acts(format: String, text: String) {
        #expect(!text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x202E) }, "\(format)")
        #expect(text.contains("\u{FFFD}[2J"), "\(format) tells that something stood there")
    }

    // Markdown shows names in code spans, where tags are text; Tests/Live/rehearse_reports.py asks a renderer.
    @Test("lets no name become a tag", arguments: all.suffix(2))
    func tags(format: String, text: String) {
        #expect(!text.contains("<script"), "\(format)")
        #expect(!text.contains("]]>"), "\(format)")
        #expect(text.contains("script"), "\(format) shows the name all the same")
    }

    @Test("keeps a name with a line break on one line of text and Markdown", arguments: all.prefix(2))
    func lines(format: String, text: String) {
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("next") }, "\(format)")
    }

    // MARK: Markdown

    @Test("gives each row of a table the cells of its head")
    func cells() {
        let tables = Reports.ofHostileNames.markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
        let bars = tables.map { $0.replacing("\\|", with: "").count { $0 == "|" } }
        // Three cells, a workload and twenty marks, five cells.
        #expect(Set(bars) == [4, 22, 6])
        #expect(bars.count { $0 == 22 } == 3)
        #expect(bars.count { $0 == 6 } == 22)
    }

    @Test("fits in a comment of GitHub's, and says what it left out", arguments: [1, 300, 3_000])
    func comment(workloads: Int) {
        let markdown = Reports.ofWorkloads(workloads).markdown
        #expect(markdown.utf8.count <= 65_536)
        let rows = markdown.count(of: "| `Deployment team/web-")
        #expect(markdown.contains("did not fit") == (rows < workloads))
        #expect(rows == workloads || markdown.contains("\(workloads - rows) more workloads did not fit"))
        #expect(rows >= min(workloads, 300))
    }

    @Test(
        "writes names so that they stand as they are",
        arguments: [
            ("a*b_c", "a\\*b\\_c"), ("@all", "@<!-- -->all"), ("#12", "#<!-- -->12"), ("a|b", "a\\|b"), ("<b>&", "&lt;b&gt;&amp;"),
            ("one\r\ntwo", "one two"), ("[a](b)", "\\[a\\](b)"), ("c:\\d", "c:\\\\d"),
        ])
    func plain(text: String, markdown: String) { #expect(MarkdownText.plain(text) == markdown) }

    @Test(
        "fences code with more backticks than it holds",
        arguments: [("a", "`a`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("", "`  `"), ("a|b", "`a\\|b`")])
    func code(text: String, markdown: String) { #expect(MarkdownText.code(text, inTable: true) == markdown) }

    // MARK: JUnit

    @Test("fails what failed, skips what was not exercised, and passes the rest only")
    func verdicts() {
        #expect(Self.junit.count(of: "<testcase ") == 20)
        #expect(Self.junit.count(of: "<failure ") == 2)
        #expect(Self.junit.count(of: #"<failure type="blocker""#) == 1)
        #expect(Self.junit.count(of: "<skipped ") == 17)
        #expect(Self.junit.contains(#"tests="20" failures="2" errors="0" skipped="17""#))
    }

    @Test("has a suite for findings of the cluster, whose notes fail nothing")
    func cluster() {
        let findings = [
            Reports.finding("issuer-unknown", .warning, .q6, of: Check.wholeCluster),
            Reports.finding("header-not-required", .note, .q2, of: Check.wholeCluster),
        ]
        let junit = Reports.report(workloads: ["Deployment a/b"], findings: findings, verdicts: [:]).junit(made: Self.made)
        #expect(
            junit.contains(
                #"name="cluster" package="understudy.rehearse" hostname="localhost" timestamp="2026-02-10T09:21:33" tests="1" failures="1""#
            ))
        #expect(junit.contains("<system-out>note header-not-required"))
    }

    @Test("fails an answer that failed without a finding")
    func failureAlone() {
        let junit = Reports.report(workloads: ["Deployment a/b"], findings: [], verdicts: [.q4: .fail]).junit(made: Self.made)
        #expect(junit.count(of: "<failure ") == 1)
    }

    // MARK: SARIF

    private static func results(_ report: RehearsalReport, directory: String = "/") throws -> [JSONValue] {
        try #require(report.sarif(version: "1.2.3", directory: directory)["runs"]?.elements?.first?["results"]?.elements)
    }

    @Test("has a rule for each check, with help, and a result for each finding")
    func rules() throws {
        let run = try #require(Reports.ofHostileNames.sarif(version: "1.2.3", directory: "/")["runs"]?.elements?.first)
        let rules = try #require(run["tool"]?["driver"]?["rules"]?.elements)
        #expect(rules.compactMap { $0["id"]?.text } == Checks.table.map(\.id))
        for rule in rules {
            let texts = [rule["shortDescription"]?["text"], rule["help"]?["text"], rule["help"]?["markdown"]].map { $0?.text ?? "" }
            #expect(texts.allSatisfy { !$0.isEmpty && !$0.contains("{") })
        }
        let results = try Self.results(Reports.ofHostileNames)
        #expect(results.map { $0["level"] } == ["error", "warning", "note"])
        for result in results {
            let index = try #require(result["ruleIndex"]?.wholeNumber)
            #expect(rules[index]["id"] == result["ruleId"])
        }
    }

    @Test("gives equal findings fingerprints of their own, and the same in every run")
    func fingerprints() throws {
        func prints(line: Int) throws -> [String] {
            let twice = (0..<2).map { _ in
                Finding(
                    id: "random-choice", severity: .warning, question: .q14, workload: "Deployment a/b", summary: "",
                    evidence: [.manifest(ManifestReference(file: "a.yaml", line: line, object: "Deployment a/b"))], fix: "")
            }
            let report = Reports.report(workloads: ["Deployment a/b"], findings: twice, verdicts: [:])
            return try Self.results(report).compactMap { $0["partialFingerprints"]?["primaryLocationLineHash"]?.text }
        }
        let first = try prints(line: 3)
        #expect(Set(first).count == 2)
        #expect(try prints(line: 30) == first)
    }

    @Test(
        "names files as URIs, relative where they lie below the working directory",
        arguments: [
            ("cluster/a.yaml", "cluster/a.yaml"), ("./a.yaml", "a.yaml"), ("/home/me/a.yaml", "a.yaml"),
            ("/home/me2/a.yaml", "file:///home/me2/a.yaml"),
            ("../a b.yaml", "../a%20b.yaml"), ("standard input", "standard%20input"), ("a:b.yaml", "a%3Ab.yaml"),
        ])
    func places(file: String, uri: String) {
        let places = SARIFPlaces(Reports.ofWorkloads(1), directory: "/home/me")
        let place = places.physical(ManifestReference(file: file, line: 2, object: ""))
        #expect(place?["artifactLocation"]?["uri"]?.text == uri)
    }

    @Test("puts a finding that names no object where its workload is, and one of the cluster at the first file's beginning")
    func fallback() throws {
        func line(_ workload: String) throws -> Int? {
            let bare = Finding(id: "x", severity: .note, question: .q1, workload: workload, summary: "", evidence: [.fact("")], fix: "")
            let result = try Self.results(Reports.report(workloads: ["Deployment a/b"], findings: [bare], verdicts: [:]))[0]
            return result["locations"]?.elements?.first?["physicalLocation"]?["region"]?["startLine"]?.wholeNumber
        }
        #expect(try line("Deployment a/b") == 7)
        #expect(try line("cluster") == 1)
    }

    // MARK: HTML

    @Test("asks for nothing and runs nothing")
    func alone() {
        #expect(Self.html.contains("default-src 'none'"))
        for word in ["http://", "https://", "src=", "url(", "@import", "<script"] { #expect(!Self.html.contains(word), "\(word)") }
    }

    @Test("marks what is not exercised as unknown, never as a pass")
    func marks() {
        let row = Reports.ofHostileNames.rows[0]
        #expect(row.mark(.q7) == .blocker && row.mark(.q14) == .warning && row.mark(.q1) == .pass && row.mark(.q2) == .unknown)
        #expect(WorkloadRow(row.summary, answers: [], findings: []).mark(.q1) == .unknown)
        #expect(Self.html.count(of: #"<td class="pass">"#) == 1)
    }

    @Test("says in its title whether anything blocks")
    func headline() {
        #expect(Self.html.contains("<h1>Not ready to migrate: 1 blocker</h1>"))
        #expect(Reports.ofWorkloads(1).html(made: Self.made, version: "1").contains("<h1>Nothing blocks the migration</h1>"))
    }

    @Test("escapes what is interpolated and keeps what is markup")
    func markup() {
        let inner: Markup = "<b>\("<'\"&>")</b>"
        let outer: Markup = #"<p title="\#("a\nb")">\#(inner)\#(2)</p>"#
        #expect(outer.text == #"<p title="a&#10;b"><b>&lt;&#39;&quot;&amp;&gt;</b>2</p>"#)
    }

    // MARK: Text

    @Test("tells a kind of finding once, with the other workloads by their names")
    func text() {
        let findings = (1...12).map { Reports.finding("claims-differ", .note, .q3, of: "Deployment a/w\($0)") }
        let text = Reports.report(workloads: ["Deployment a/w1"], findings: findings, verdicts: [:]).text
        #expect(text.count(of: "It breaks.\n") == 4)
        #expect(text.contains("Likewise: Deployment a/w2,") && text.contains("3 more"))
    }
}

import FoundationEssentials
import Testing

@testable import Rehearsal

/// The committed page of findings and questions is the one the code makes.
@Suite("The page of findings")
struct FindingsPageTests {
    private static let path =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        + "/Sources/Rehearsal/Rehearsal.docc/Findings.md"

    /// Set, it writes the page; the run fails all the same, so that no page is ever accepted unseen.
    private static let writes = ProcessInfo.processInfo.environment["UNDERSTUDY_WRITE_REFERENCE"] != nil

    private static var page: String {
        let head = [
            "# Findings and questions", "",
            "<!-- Made from the code. UNDERSTUDY_WRITE_REFERENCE=1 swift test --filter FindingsPageTests makes it anew. -->", "",
            "All that a rehearsal can find, and the questions it answers for each workload.", "", "## Findings", "",
            "An id never changes its meaning. Dots stand for what differs from finding to finding.", "",
            "| Id | Severity | Question | What | Fix |", "| --- | --- | --- | --- | --- |",
        ]
        let findings = Checks.table.map { check in
            let cells = [
                "`\(check.id)`", check.severity.rawValue, check.question.rawValue, MarkdownText.plain(check.summary.withoutValues),
                MarkdownText.plain(check.fix.withoutValues),
            ]
            return MarkdownText.row(cells)
        }
        let questions = Question.allCases.map { question in
            let ids = Checks.table.filter { $0.question == question }.map { "`\($0.id)`" }
            return MarkdownText.row([question.rawValue, question.title, ids.isEmpty ? "–" : ids.joined(separator: ", ")])
        }
        let middle = ["", "## Questions", "", "| Number | Question | Findings under it |", "| --- | --- | --- |"]
        return (head + findings + middle + questions).joined(separator: "\n") + "\n"
    }

    @Test("is the one the code makes")
    func page() throws {
        if Self.writes {
            try Self.page.write(toFile: Self.path, atomically: true, encoding: .utf8)
            Issue.record("Findings.md was written; look at what changed, and run without UNDERSTUDY_WRITE_REFERENCE")
            return
        }
        #expect(
            try String(contentsOfFile: Self.path, encoding: .utf8) == Self.page,
            "UNDERSTUDY_WRITE_REFERENCE=1 swift test --filter FindingsPageTests writes it")
    }
}

import FoundationEssentials
import Testing

@testable import PodIdentity

/// The committed pages of the reference are those that the code and the tests make true.
@Suite struct PodIdentityReferenceTests {
    private static let root =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    private static let catalogue = root + "/Sources/PodIdentity/PodIdentity.docc/"

    /// Set, it writes the page; the run fails all the same, so that no page is ever accepted unseen.
    private static let writes = ProcessInfo.processInfo.environment["UNDERSTUDY_WRITE_REFERENCE"] != nil

    private static var quirks: String {
        let lines = [
            "# What nobody would expect", "",
            "<!-- Made from the code. UNDERSTUDY_WRITE_REFERENCE=1 swift test --filter PodIdentityReferenceTests makes it anew. -->", "",
            "What NMI and MIC do against expectation. Each is emulated, used where it lives, proved by a golden of its own, and named in the decisions it made",
            "a difference to.", "", "| Quirk | What happens |", "| --- | --- |",
        ]
        return (lines + NMIQuirk.allCases.map { "| `\($0.rawValue)` | \($0.sentence) |" }).joined(separator: "\n") + "\n"
    }

    private static func page(_ name: String) throws -> String { try String(contentsOfFile: catalogue + name, encoding: .utf8) }

    @Test func `the table of quirks is the one the code makes`() throws {
        if Self.writes {
            try Self.quirks.write(toFile: Self.catalogue + "Quirks.md", atomically: true, encoding: .utf8)
            Issue.record("Quirks.md was written; look at what changed, and run without UNDERSTUDY_WRITE_REFERENCE")
            return
        }
        #expect(try Self.page("Quirks.md") == Self.quirks)
    }

    /// What the live suites check too, each in its own words; here it holds where they cannot run.
    @Test func `every answer and every case on the wire has one transcript, every case from end to end one scenario`() throws {
        func text(_ path: String) throws -> String { try String(contentsOfFile: "\(Self.root)/Tests/\(path)", encoding: .utf8) }
        let families = ["R": 28, "H": 6, "S": 11, "M": 6, "E": 3]
        let transcripts = try ["answers", "original"].map { try text("Fixtures/nmi-cases/\($0).transcript") }.joined()
        for id in families.flatMap({ family, count in (1...count).map { "\(family)\($0)" } }) {
            #expect(transcripts.ranges(of: "## \(id). ").count == 1, "\(id)")
        }
        let scenarios = try text("Live/scenarios.py") + text("Conformance/az.py")
        for number in 1...22 { #expect(scenarios.ranges(of: "\"X\(number). ").count == 1, "X\(number)") }
    }

    @Test func `every case of the original's has a row, and every test a row names exists`() throws {
        let rows = try Self.page("Cases.md").split(separator: "\n").filter { $0.hasPrefix("| ") }.map { $0.split(separator: "|") }
        let named = Set(rows.flatMap { $0[0].split { !$0.isLetter && !$0.isNumber }.map(String.init) })
        let ids = (1...16).map { "C\($0)" } + (1...8).map { "U\($0)" } + ["P1", "P9"]
        #expect(ids.filter { !named.contains($0) } == [])
        let tests = try SourceText.files(under: Self.root + "/Tests/Unit")
        let live = try ["standard", "intercept"].map {
            try String(contentsOfFile: "\(Self.root)/Tests/Live/\($0).py", encoding: .utf8)
        }
        for row in rows where row[0] != " --- " {
            for name in row[1].split(separator: "`", omittingEmptySubsequences: false).enumerated().filter({ $0.offset % 2 == 1 }) {
                let name = String(name.element)
                let exists =
                    name.hasPrefix("Tests/")
                    ? FileManager.default.fileExists(atPath: "\(Self.root)/\(name)")
                    : tests.contains { $0.holds(name) } || live.contains { $0.contains(name) }
                #expect(exists, "\(row[0]) names \(name), which is not there")
            }
        }
    }
}

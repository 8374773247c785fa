import FoundationEssentials
import Testing

/// The committed pages of the reference are those that the code makes.
@Suite struct ReferenceTests {
    private static let catalogue =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        + "/Sources/MetadataService/MetadataService.docc/"

    /// Set, it writes the pages; the run fails all the same, so that no page is ever accepted unseen.
    private static let writes = ProcessInfo.processInfo.environment["UNDERSTUDY_WRITE_REFERENCE"] != nil

    @Test("the committed page is the one the code makes", arguments: ReferencePage.allCases)
    func committed(page: ReferencePage) throws {
        let path = "\(Self.catalogue)\(page.rawValue).md"
        if Self.writes {
            try Data(page.text.utf8).write(to: URL(filePath: path))
            Issue.record("\(page.rawValue).md was written; look at what changed, and run without UNDERSTUDY_WRITE_REFERENCE")
            return
        }
        let committed = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let (wanted, found) = (page.text.split(separator: "\n"), committed.split(separator: "\n"))
        for (line, (made, kept)) in zip(wanted, found).enumerated() where made != kept {
            Issue.record("\(page.rawValue).md differs near line \(line + 1): the code makes \(made), committed is \(kept)")
            return
        }
        #expect(page.text == committed, "UNDERSTUDY_WRITE_REFERENCE=1 swift test --filter ReferenceTests writes it")
    }

    @Test("the overview names every page")
    func overview() throws {
        let overview = try String(decoding: Data(contentsOf: URL(filePath: Self.catalogue + "MetadataService.md")), as: UTF8.self)
        for page in ReferencePage.allCases { #expect(overview.contains("<doc:\(page.rawValue)>")) }
    }
}

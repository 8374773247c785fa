import Testing
import WireFormats

@Suite struct TextDifferenceTests {
    @Test func `the same text has no difference`() {
        #expect(TextDifference(presented: "a/", expected: "a/") == nil)
    }

    @Test(
        arguments: [
            ("https://a.example", "https://a.example/", .slashMissing, 17, "it lacks the slash at its end"),
            ("https://a.example/", "https://a.example", .slashAdded, 17, "it has a slash at its end that does not belong there"),
            ("sa:prod:WEB", "sa:prod:web", .letterCase, 8, "letter case: character 9 is \"W\", not \"w\""),
            ("web ", "web", .blanks, 3, "blanks around it: character 4 is a blank"),
            ("web", "web\n", .blanks, 3, "blanks around it: U+000A is missing at character 4"),
            (" web", "web", .blanks, 0, "blanks around it: character 1 is a blank"),
            ("caf\u{E9}", "cafe\u{301}", .unicodeForm, 3, "another Unicode form of the same text: character 4 is \"\u{E9}\", not \"e\""),
            ("sa:prod:web", "sa:prod:web-0", .endsEarly, 11, "it ends after character 11, where \"-0\" is missing"),
            ("sa:prod:web-0", "sa:prod:web", .goesOn, 11, "it goes on with \"-0\", where it should end"),
            ("sa:prod:web", "sa:test:web", .otherText, 3, "character 4 is \"p\", not \"t\""),
            ("", "web", .endsEarly, 0, "it ends after character 0, where \"web\" is missing"),
            ("we\u{200B}b", "web", .otherText, 2, "character 3 is U+200B, not \"b\""),
        ] as [(String, String, TextDifference.Slip, Int, String)])
    func `names the slip and its place`(
        presented: String, expected: String, slip: TextDifference.Slip, offset: Int, sentence: String
    ) throws {
        let difference = try #require(TextDifference(presented: presented, expected: expected))
        #expect((difference.slip, difference.offset, difference.sentence) == (slip, offset, sentence))
    }

    @Test(
        arguments: [
            // What cannot be seen is spelled out: <U+0007> takes eight columns.
            ("sa:prod:WEB", "sa:prod:web", 8), ("a", "a/", 1), ("we\u{200B}b", "web", 2), ("\u{7}x", "\u{7}y", 8),
        ])
    func `the caret stands under the first difference`(presented: String, expected: String, column: Int) throws {
        let lines = try #require(TextDifference(presented: presented, expected: expected)).lines(presented: "found", expected: "is")
        #expect(lines[0].hasPrefix("found  ") && lines[1].hasPrefix("is     "))
        #expect(lines[2] == String(repeating: " ", count: "found  ".count + column) + "^")
    }

    @Test(
        arguments: [
            ("sa:prod:web", ["sa:test:job", "sa:prod:web2", "x"], "sa:prod:web2"),
            ("https://a/", ["https://ab", "https://a"], "https://a"),
            ("SA:PROD:WEB", ["SA:PROD:WEXXXX", "sa:prod:web"], "sa:prod:web"),
        ])
    func `the nearest candidate is the one with the smallest slip`(presented: String, candidates: [String], nearest: String) {
        #expect(TextDifference.nearest(to: presented, among: candidates) { $0 }?.candidate == nearest)
    }

    @Test func `nothing is near the text itself, or when there is nothing`() {
        #expect(TextDifference.nearest(to: "a", among: ["b", "a"]) { $0 } == nil)
        #expect(TextDifference.nearest(to: "a", among: []) { $0 } == nil)
    }
}

import ManifestReading
import Testing

@Suite struct ManifestErrorTests {
    @Test(
        "names the place, the reason and the usual mistake",
        arguments: [
            (
                "metadata:\n\tname: a",
                "m.yaml:2:1: document 1: no value can start with this character; line 2 is indented with a tab; use spaces"
            ),
            (
                "metadata:\n  name:a\n  namespace: x",
                "m.yaml:3:12: document 1: a ':' stands where no mapping can start; put a space after the ':' on line 2"
            ),
            ("a: 1\n---\nb: \"x\nc: y\n", "m.yaml:3:4: document 2: this quote is not closed; add the closing quote"),
            ("kind: Pod\nname", "m.yaml:2:1: document 1: a name without ':' after it; write it as 'name: value', with the ':' and a space"),
            ("a: @x", "m.yaml:1:4: document 1: no value can start with this character; quote the value"),
            ("{\"a\": 1,\n \"b\" 2}", "m.yaml:2:6: document 1: ':' is expected after the name \"b\""),
            (
                "a:\n  - b\n c: d",
                "m.yaml:3:2: document 1: this line does not fit the mapping that starts on line 1; "
                    + "align it with the lines above it, and look for an unclosed quote or bracket before it"
            ),
            (
                "a: [1, 2\nb: 3",
                "m.yaml:2:2: document 1: ',' or ']' is expected here, for the '[' opened on line 1; "
                    + "add what is missing, or quote a value that contains brackets or braces"
            ),
            (
                "a: 1\nb: x\u{1}",
                "m.yaml:2:5: document 1: the text contains a control character; remove it, or write it as an escape in double quotes"
            ),
        ])
    func described(text: String, expected: String) throws {
        #expect(refusal(text)?.description == expected)
    }

    @Test(
        "refuses what is not UTF-8 and says on which line",
        arguments: [
            (Array("a: 1\n---\nb: ".utf8) + [0xff], 3, 4, 2, "save the file as UTF-8"), ([0xc0, 0x80], 1, 1, 1, "save the file as UTF-8"),
            (Array("a: é".utf8.dropLast()), 1, 4, 1, "save the file as UTF-8"),
            ([0xff, 0xfe, 0x61, 0x00], 1, 1, 1, "it looks like UTF-16; save the file as UTF-8"),
        ] as [([UInt8], Int, Int, Int, String)])
    func encoding(bytes: [UInt8], line: Int, column: Int, document: Int, hint: String) throws {
        let error = try #require(refusal(bytes))
        #expect(error == .init(file: "m.yaml", document: document, line: line, column: column, reason: "the text is not UTF-8", hint: hint))
    }

    @Test("refuses a file of more than 256 MiB")
    func size() throws {
        let error = try #require(refusal([UInt8](repeating: 0x20, count: 256 * 1024 * 1024 + 1)))
        #expect(error.reason == "the file has 268435457 bytes, which is more than 256 MiB")
    }

    @Test(
        "values name their kind",
        arguments: zip(["~", "yes", "1", "x", "[]", "{}"], ["nothing", "a boolean", "a number", "a string", "a list", "a mapping"]))
    func kinds(text: String, name: String) throws {
        #expect(try documents("a: \(text)")[0].root["a"]?.kindName == name)
    }
}

import ManifestReading
import Testing

@Suite struct JSONReaderTests {
    @Test(
        "reads JSON",
        arguments: [
            (#"{"a": [1, -2.50, 1E+3, true, false, null, "x"]}"#, #"{"a":[1,-2.50,1E+3,true,false,null,"x"]}"#), ("{}", "{}"), ("[]", "[]"),
            (#"["\ud83d\ude00\u00e9\n\t\"\\\/\b\f\r"]"#, "[\"\u{1f600}é\\n\\t\\\"\\\\/\\u{08}\\u{0C}\\r\"]"),
            ("{\t\"a\"\t:\t1}", #"{"a":1}"#),
            (#"["\ud83d", "\ude00x", "\ud83d\u0041"]"#, "[\"\u{fffd}\",\"\u{fffd}x\",\"\u{fffd}A\"]"), ("\u{feff}{}", "{}"),
            (" \n[1]\n", "[1]"),
        ])
    func reads(text: String, expected: String) throws {
        #expect(try json(text) == expected)
    }

    @Test("reads several documents in a row, with lines and numbers")
    func several() throws {
        let read = try documents("{\"a\":\n 1}\n{\"b\": 2} [3]\n---\n{\"c\":\n[\n4]}\n---\n")
        #expect(read.map { json($0.root) } == [#"{"a":1}"#, #"{"b":2}"#, "[3]", #"{"c":[4]}"#])
        #expect(read.map(\.index) == [1, 2, 3, 4])
        #expect(read.map(\.line) == [1, 3, 3, 5])
        #expect(read[0].root["a"]?.line == 2)
        #expect(read[3].root["c"]?.elements?[0].line == 7)
    }

    @Test(
        "reads what only starts like JSON as YAML",
        arguments: [
            ("{a: 1}", #"{"a":1}"#), ("[1, 2,]", "[1,2]"), ("{'a': 0x10}", #"{"a":16}"#), ("{\"a\": 1} # c", #"{"a":1}"#),
            ("{\"a\": 1}\n---\nb: 2", #"{"a":1}|{"b":2}"#), ("{\"a\": 1,}", #"{"a":1}"#),
        ])
    func fallsBack(text: String, expected: String) throws {
        #expect(try json(text) == expected)
    }

    @Test(
        "says where JSON breaks",
        arguments: [
            ("{\"a\": 1,\n \"b\" 2}", 2, 6, "':' is expected after the name \"b\""),
            ("{\"a\": 1,\n", 2, 1, "a name in double quotes is expected here"),
            ("{\"a\": [1, 2\n", 2, 1, "',' or ']' is expected after an element"), ("[\"é\", \"x]", 1, 7, "this quote is not closed"),
            ("{}\n{\"a\": \"\\q\"}", 2, 8, "this escape is unknown to JSON"),
        ])
    func breaks(text: String, line: Int, column: Int, reason: String) throws {
        let error = try #require(refusal(text))
        #expect(error.reason == reason)
        #expect((error.line, error.column) == (line, column))
    }

    @Test("bounds nesting without exhausting the stack")
    func nesting() throws {
        #expect(refusal(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)) == nil)
        #expect(
            refusal(String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000))?.reason
                == "mappings and lists are nested deeper than 100 levels")
    }
}

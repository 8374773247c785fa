import ManifestReading
import Testing

@Suite struct YAMLDocumentTests {
    @Test(
        "documents are numbered as a person counts separators, and empty ones are left out",
        arguments: [
            ("", []), ("# only a comment\n", []), ("---\n", []), ("a: 1", [1]), ("---\na: 1\n---\nb: 2\n", [1, 2]),
            ("a: 1\n---\n---\nb: 2", [1, 3]), ("a: 1\n---\n# nothing\n---\nnull\n---\nb: 2\n---\n", [1, 4]),
            ("a: 1\n...\n---\nb: 2\n...\n", [1, 2]),
            ("\u{feff}a: 1\n", [1]), ("%YAML 1.2\n---\na: 1", [1]), ("--- # first\na: 1", [1]),
        ])
    func numbering(text: String, indexes: [Int]) throws {
        #expect(try documents(text).map(\.index) == indexes)
    }

    @Test("every value knows its line")
    func lines() throws {
        let root = try documents("# c\n---\nmetadata:\n  name: a\n  labels: {x: 1,\n    y: 2}\nitems:\n- 1\n-\n  k: v\n")[0].root
        #expect(root.line == 3)
        #expect(root.members?.map(\.nameLine) == [3, 7])
        #expect(root["metadata"]?.line == 4)
        #expect(root["metadata"]?["labels"]?.members?.map(\.nameLine) == [5, 6])
        #expect(root["items"]?.elements?.map(\.line) == [8, 10])
    }

    @Test("aliases and merges stand for what they refer to")
    func aliases() throws {
        #expect(try json("a: &x {b: 1}\nc: *x\nd: [*x, *x]") == #"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}"#)
        #expect(try json("a: &x 1\nb: &x 2\nc: *x") == #"{"a":1,"b":2,"c":2}"#)
        #expect(try json("&k a: 1\nb: *k") == #"{"a":1,"b":"a"}"#)
        #expect(try json("a: &x k\n*x : 2") == #"{"a":"k","k":2}"#)
    }

    @Test(
        "merge keys follow the order of writing, as in Kubernetes' parser",
        arguments: [
            ("<<: {a: 1}\nb: 2", #"{"a":1,"b":2}"#), ("<<: {a: 1}\na: 2", #"{"a":2}"#), ("a: 2\n<<: {a: 1}", #"{"a":1}"#),
            ("<<: [{a: 1, b: 1}, {a: 2, c: 2}]", #"{"a":1,"b":1,"c":2}"#), ("'<<': {a: 1}", #"{"<<":{"a":1}}"#),
            ("<<: []\nb: 1", #"{"b":1}"#),
        ])
    func merges(text: String, expected: String) throws {
        #expect(try json(text) == expected)
    }

    @Test(
        "refuses a name given twice and says both lines",
        arguments: [
            ("a: 1\nb: 2\na: 3", "a", "on lines 1 and 3", 3), ("{a: 1, a: 2}", "a", "on line 1", 1),
            ("1: x\n'1': y", "1", "on lines 1 and 2", 2),
            ("<<: {a: 1}\na: 2\na: 3", "a", "on lines 2 and 3", 3), ("{\"a\": 1,\n \"a\": 2}", "a", "on lines 1 and 2", 2),
            ((0..<40).map { "k\($0): 1\n" }.joined() + "k3: 2", "k3", "on lines 4 and 41", 41),
        ])
    func duplicates(text: String, name: String, lines: String, line: Int) throws {
        let error = try #require(refusal(text))
        #expect(error.reason == "the name \"\(name)\" is given twice in one mapping, \(lines)")
        #expect(error.line == line)
    }

    @Test(
        "refuses what has no meaning here",
        arguments: [
            ("a: *b", "the alias *b refers to nothing"), ("a: &a 1\n---\nb: *a", "the alias *a refers to nothing"),
            ("a: &a [*a]", "the alias *a stands inside what it refers to"), ("? [a]\n: b", "a mapping or list cannot be a name"),
            ("a: {{ .Values.x }}", "a mapping or list cannot be a name"), ("~: b", "a name is missing before ':'"),
            ("<<: 3", "'<<' takes a mapping or a list of mappings, not a number"),
            ("<<: [{a: 1}, 2]", "'<<' takes a mapping or a list of mappings, not a list"),
        ])
    func refused(text: String, reason: String) throws {
        #expect(refusal(text)?.reason == reason)
    }

    @Test("bounds nesting", arguments: ["[", "{a: ", "- "])
    func nesting(opening: String) throws {
        let closing = ["[": "]", "{a: ": "}"][opening] ?? ""
        func nested(_ depth: Int) -> String {
            "x:\n  " + String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        #expect(refusal(nested(99)) == nil)
        #expect(refusal(nested(100))?.reason == "mappings and lists are nested deeper than 100 levels")
        #expect(refusal(nested(100_000)) != nil)
    }

    @Test("bounds what aliases stand for, and does not count what is written out")
    func laughs() throws {
        var text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        for (name, before) in zip("bcdefgh", "abcdefg") {
            text += "\(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ","))]\n"
        }
        let error = try #require(refusal(text))
        #expect(error.reason == "the aliases of this document stand for more than 1000000 values")
        #expect(error.line == 6)
        #expect(try documents("- x\n" + String(repeating: "- y\n", count: 1_000_100))[0].root.elements?.count == 1_000_101)
    }
}

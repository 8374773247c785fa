import Testing
import WireFormats

@Suite("JSON written as YAML")
struct YAMLWriterTests {
    @Test(
        "quotes what some reader of YAML takes for something else",
        arguments: [
            "", "y", "n", "Y", "N", "yes", "No", "TRUE", "false", "on", "Off", "null", "Null", "~", "<<", "=", "1", "-1", "+1", "0", "007",
            "0o17", "0x1F", "0b101", "1_000", "1.5", ".5", "1.", "1e3", "1E-3", "-.5", ".inf", "-.INF", ".nan", "12:30:45", "2024-01-01",
            "2024-01-01T00:00:00Z", "-", "?", ":", "- a", "? a", ": a", "---", "...1", "#a", "&a", "*a", "!a", "|", ">", "'a'", "\"a\"",
            "%a", "@a",
            "`a", "[a", "]", "{a", "}", ",a", "a: b", "a:", "a #b", " a", "a ", "\t", "a\tb", "a\rb", "a\u{7f}", "a\u{2028}b", "\u{feff}a",
        ])
    func quotes(_ text: String) {
        #expect(JSONValue.object([JSONMember("k", .string(text))]).yaml.hasPrefix("k: \""), "\(text)")
    }

    @Test(
        "leaves words as they are",
        arguments: [
            "a", "nginx:1.29-alpine", "1.36-alpine", "10Mi", "a:b", "a#b", "-a", "?a", ":a", "/var/run", "a b", "v1", "yesterday",
            "ünïcode", "0a0a0a0a-1111-4222-8333-444444444444",
            "0x", "0 3 * * *", "0b2x",
            "api://AzureADTokenExchange", "--proxy-port=8000",
        ])
    func plain(_ text: String) { #expect(JSONValue.object([JSONMember("k", .string(text))]).yaml == "k: \(text)\n") }

    @Test("quotes names like values")
    func names() {
        #expect(
            JSONValue.object([JSONMember("on", 1), JSONMember("a/b", true), JSONMember("8080", .null)]).yaml
                == "\"on\": 1\na/b: true\n\"8080\": null\n")
    }

    @Test(
        "writes lines as a block, and ends it as the text ends",
        arguments: [
            ("a\nb\n", "k: |\n  a\n  b\n"), ("a\nb", "k: |-\n  a\n  b\n"), ("a\n\n b\n", "k: |\n  a\n\n   b\n"),
            ("a\n\n", "k: |+\n  a\n\n"),
            ("\na\n", "k: \"\\na\\n\"\n"), (" a\nb\n", "k: \" a\\nb\\n\"\n"), ("a \nb\n", "k: \"a \\nb\\n\"\n"),
            ("a\tb\nc\n", "k: \"a\\tb\\nc\\n\"\n"),
        ])
    func blocks(_ text: String, _ yaml: String) { #expect(JSONValue.object([JSONMember("k", .string(text))]).yaml == yaml) }

    @Test("puts lists under their names, and objects behind their dashes")
    func nesting() {
        let document: JSONValue = [
            "spec": [
                "containers": [["name": "app", "args": ["-v", "1"], "resources": [:], "env": []], ["name": "b"]],
                "deep": [["x", "y"], [["z"]]],
            ],
            "text": [["script": "one\ntwo\n"]],
        ]
        #expect(
            document.yaml == """
                spec:
                  containers:
                  - name: app
                    args:
                    - -v
                    - "1"
                    resources: {}
                    env: []
                  - name: b
                  deep:
                  - - x
                    - "y"
                  - - - z
                text:
                - script: |
                    one
                    two

                """)
    }

    @Test("writes what is no collection as one line")
    func scalars() {
        let written: [(JSONValue, String)] = [
            (.null, "null\n"), (.string("no"), "\"no\"\n"), (.array([]), "[]\n"), (.object([]), "{}\n"), (.number("1"), "1\n"),
        ]
        for (value, yaml) in written { #expect(value.yaml == yaml) }
    }
}

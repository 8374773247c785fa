import Testing
import WireFormats

private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

@Suite struct JSONParsingTests {
    @Test(
        "reads every escape",
        arguments: [
            (#""\"""#, "\""), (#""\\""#, "\\"), (#""\/""#, "/"), (#""\b""#, "\u{8}"), (#""\f""#, "\u{c}"), (#""\n""#, "\n"),
            (#""\r""#, "\r"), (#""\t""#, "\t"), (#""\u0041""#, "A"), (#""\u00e9""#, "é"), (#""\u00E9""#, "é"), (#""\u0000""#, "\u{0}"),
        ])
    func escapes(text: String, value: String) throws { #expect(try parse(text) == .string(value)) }

    @Test(
        "joins surrogate pairs, and reads a lone half as U+FFFD",
        arguments: [
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"), (#""\ud83d""#, "\u{fffd}"), (#""\ude00""#, "\u{fffd}"),
            (#""\ud83dx""#, "\u{fffd}x"), (#""\ud83d\u0041""#, "\u{fffd}A"), (#""\ud83d\n""#, "\u{fffd}\n"),
            (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        ])
    func surrogates(text: String, value: String) throws { #expect(try parse(text) == .string(value)) }

    @Test(
        "keeps the text of a number as written",
        arguments: ["0", "-0", "1", "-12", "1.50", "1e5", "1E+05", "1.0e-7", "123456789012345678901234567890"])
    func numbers(text: String) throws { #expect(try parse(text) == .number(text)) }

    @Test("keeps the order of members, repeated ones too, and a look-up gives the last")
    func order() throws {
        let value = try parse(#" { "b" : 1 , "a" : [ true , null , false ] , "b" : 2 } "#)
        #expect(value == .object([JSONMember("b", 1), JSONMember("a", [true, .null, false]), JSONMember("b", 2)]))
        #expect(value["b"] == 2)
        #expect(value["c"] == nil)
    }

    @Test(
        "refuses what is not JSON, and says at which byte",
        arguments: [
            ("", "unexpected end of JSON input", 0), ("  ", "unexpected end of JSON input", 2), ("{", "expected a member name", 1),
            ("[1", "unexpected end of JSON input", 2), ("[1,]", "invalid character", 3), ("[,1]", "invalid character", 1),
            (#"{"a":1,}"#, "expected a member name", 7), (#"{"a" 1}"#, "expected ':' after a member name", 5),
            (#"{"a":1 "b":2}"#, "expected ',' or '}' in an object", 7), ("[1 2]", "expected ',' or ']' in an array", 3),
            ("{a:1}", "expected a member name", 1), ("'a'", "invalid character", 0), ("tru", "invalid literal", 0),
            ("True", "invalid character", 0), ("nul", "invalid literal", 0), ("01", "unexpected text after the document", 1),
            ("1 2", "unexpected text after the document", 2), ("-", "expected a digit", 1), ("1.", "expected a digit", 2),
            (".5", "invalid character", 0), ("+1", "invalid character", 0), ("1e", "expected a digit", 2), ("1e+", "expected a digit", 3),
            ("NaN", "invalid character", 0), ("\"a", "unexpected end of JSON input", 2), ("\"a\nb\"", "control character in a string", 2),
            (#""\x""#, "invalid escape", 3), (#""\u12g4""#, "invalid unicode escape", 5), (#""\u12""#, "unexpected end of JSON input", 3),
            (#""\"#, "unexpected end of JSON input", 2), (#"{"a":"#, "unexpected end of JSON input", 5),
            (#"{"a":1"#, "unexpected end of JSON input", 6),
        ])
    func malformed(text: String, reason: String, offset: Int) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
        do {
            _ = try parse(text)
        } catch let error as JSONSyntaxError {
            #expect(error.description == "\(reason) at byte \(offset)")
        } catch {}
    }

    @Test("takes 128 levels and refuses the next", arguments: [("[", "]"), (#"{"a":"#, "}")])
    func depth(open: String, close: String) throws {
        func nested(_ levels: Int) -> String {
            String(repeating: open, count: levels - 1) + "[]" + String(repeating: close, count: levels - 1)
        }
        _ = try parse(nested(128))
        #expect(throws: JSONSyntaxError.self) { try parse(nested(129)) }
        #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: open, count: 1_000_000)) }
    }
}

@Suite struct JSONWritingTests {
    @Test(
        "escapes what JSON demands, and for Go what HTML demands as well",
        arguments: [
            ("\"", #"\""#, #"\""#), ("\\", #"\\"#, #"\\"#), ("/", "/", "/"), ("\n", #"\n"#, #"\n"#), ("\r", #"\r"#, #"\r"#),
            ("\t", #"\t"#, #"\t"#), ("\u{8}", #"\b"#, #"\b"#), ("\u{c}", #"\f"#, #"\f"#), ("\u{0}", #"\u0000"#, #"\u0000"#),
            ("\u{1f}", #"\u001f"#, #"\u001f"#), ("\u{7f}", "\u{7f}", "\u{7f}"), ("<", "<", #"\u003c"#), (">", ">", #"\u003e"#),
            ("&", "&", #"\u0026"#), ("\u{2028}", "\u{2028}", #"\u2028"#), ("\u{2029}", "\u{2029}", #"\u2029"#), ("é😀", "é😀", "é😀"),
            ("'", "'", "'"),
        ])
    func escapes(text: String, compact: String, go: String) {
        #expect(JSONValue.string(text).rendered() == "\"\(compact)\"")
        #expect(JSONValue.string(text).rendered(.goHTMLSafe) == "\"\(go)\"")
    }

    @Test("writes compact and pretty forms of the same document")
    func styles() {
        let value: JSONValue = ["b": 1, "a": [true, .null], "empty": [], "none": .object([]), "<": "x"]
        #expect(value.rendered() == #"{"b":1,"a":[true,null],"empty":[],"none":{},"<":"x"}"#)
        #expect(value.rendered(.goHTMLSafe) == #"{"b":1,"a":[true,null],"empty":[],"none":{},"\u003c":"x"}"#)
        #expect(
            value.rendered(.pretty) == """
                {
                  "b": 1,
                  "a": [
                    true,
                    null
                  ],
                  "empty": [],
                  "none": {},
                  "<": "x"
                }
                """)
    }

    @Test("what is written is read back the same, in every style", arguments: [JSONStyle.compact, .goHTMLSafe, .pretty])
    func roundTrip(style: JSONStyle) throws {
        var every = ""
        for value in UInt32(0)..<0x3000 { if let scalar = Unicode.Scalar(value) { every.unicodeScalars.append(scalar) } }
        every.unicodeScalars.append("\u{10ffff}")
        let value: JSONValue = ["text": .string(every), "list": [1, .number("-1.5e3"), false, .null, ["x": [[]]]]]
        #expect(try JSONValue(parsing: value.bytes(style)) == value)
    }
}

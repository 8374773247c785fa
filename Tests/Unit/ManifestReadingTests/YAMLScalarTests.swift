import ManifestReading
import Testing

/// Rows were compared with go-yaml v2 as sigs.k8s.io/yaml 1.3.0 calls it.
@Suite struct YAMLScalarTests {
    @Test(
        "a plain scalar means what Kubernetes takes it for",
        arguments: [
            ("true", "true"), ("True", "true"), ("TRUE", "true"), ("yes", "true"), ("Yes", "true"), ("on", "true"), ("ON", "true"),
            ("y", "true"), ("Y", "true"), ("false", "false"), ("no", "false"), ("No", "false"), ("off", "false"), ("n", "false"),
            ("tRue", "\"tRue\""), ("yEs", "\"yEs\""), ("", "null"), ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"),
            ("nUll", "\"nUll\""), ("0", "0"), ("-1", "-1"), ("+1", "1"), ("-0", "0"), ("1_000", "1000"), ("0x1F", "31"), ("-0x1f", "-31"),
            ("0o17", "15"), ("017", "15"), ("08", "8"), ("0b101", "5"), ("-0b11", "-3"), ("0x", "\"0x\""), ("0xg", "\"0xg\""),
            ("18446744073709551615", "18446744073709551615"), ("-9223372036854775808", "-9223372036854775808"), ("1.50", "1.50"),
            (".5", "0.5"), ("5.", "5"), ("+.5", "0.5"), ("-.5", "-0.5"), ("00.5", "0.5"), ("1e3", "1e3"), ("1.e3", "1e3"),
            ("1E-3", "1E-3"), ("6.85_0e+5", "6.850e+5"), ("1e400", "\"1e400\""), ("1.2.3", "\"1.2.3\""), ("_1", "\"_1\""), ("-", "[null]"),
            ("+", "\"+\""), ("12:30", "\"12:30\""), ("2015-01-01", "\"2015-01-01\""), ("2015-01-01T10:00:00Z", "\"2015-01-01T10:00:00Z\""),
            ("10.0.0.1", "\"10.0.0.1\""), ("3s", "\"3s\""), ("-b", "\"-b\""), (".x", "\".x\""), ("<<", "\"<<\""),
        ])
    func plain(text: String, expected: String) throws {
        if text == "-" {
            #expect(try json("-") == expected)
        } else {
            #expect(try json("a: \(text)") == "{\"a\":\(expected)}")
        }
    }

    @Test("quoted and block scalars are strings", arguments: ["'1'", "\"true\"", "'~'", "|-\n  1", ">-\n  1", "\"<<\""])
    func quoted(text: String) throws {
        #expect(try documents("a: \(text)")[0].root["a"]?.text != nil)
    }

    @Test(
        "an explicit tag decides",
        arguments: [
            ("!!str 1", "\"1\""), ("!!str", "\"\""), ("!!int '7'", "7"), ("!!int 0x10", "16"), ("!!bool 'yes'", "true"),
            ("!!null ''", "null"),
            ("!!float 1", "1"), ("!!float '1.5'", "1.5"), ("!!binary aGVsbG8=", "\"hello\""), ("!!binary aGVs\n  bG8h", "\"hello!\""),
            ("!!binary gA==", "\"\u{fffd}\""), ("! 12", "\"12\""), ("!<tag:yaml.org,2002:str> 5", "\"5\""), ("!!map {b: 1}", "{\"b\":1}"),
            ("!!seq [1]", "[1]"), ("!!timestamp 2015-01-01", "\"2015-01-01\""),
        ])
    func tagged(text: String, expected: String) throws {
        #expect(try json("a: \(text)") == "{\"a\":\(expected)}")
    }

    @Test(
        "refuses a value its tag or JSON cannot hold, at its place",
        arguments: [
            (".inf", ".inf is a number that JSON cannot hold"), ("-.Inf", "-.Inf is a number that JSON cannot hold"),
            (".NAN", ".NAN is a number that JSON cannot hold"), ("!!int x", "\"x\" cannot be read as !!int"),
            ("!!int 1.5", "\"1.5\" cannot be read as !!int"), ("!!bool 1", "\"1\" cannot be read as !!bool"),
            ("!!null x", "\"x\" cannot be read as !!null"), ("!!float x", "\"x\" cannot be read as !!float"),
            ("!!binary a?", "the text of !!binary is not base64"), ("!!binary abc", "the text of !!binary is not base64"),
            ("!mine 1", "the tag !mine is unknown"), ("!!set {b}", "the tag tag:yaml.org,2002:set is unknown"),
            ("!mine [1]", "the tag !mine is unknown"),
        ])
    func refused(text: String, reason: String) throws {
        let error = try #require(refusal("x: 1\na: \(text)"))
        #expect(error.reason == reason)
        #expect((error.line, error.column, error.document) == (2, 4, 1))
    }

    @Test(
        "a number or boolean used as a name becomes its text",
        arguments: [
            ("1", "1"), ("0x10", "16"), ("yes", "true"), ("off", "false"), ("1.10", "1.1"), ("1.0", "1"), ("1e6", "1e+06"),
            ("123456.5", "123456.5"),
            ("5453403.33", "5.4534035e+06"), ("0.0001", "0.0001"), ("0.00001", "1e-05"), ("-2.5", "-2.5"), (".inf", ".inf"),
            ("'1.10'", "1.10"),
            ("2015-01-01", "2015-01-01"),
        ])
    func names(text: String, name: String) throws {
        #expect(try documents("\(text): x")[0].root.members?.map(\.name) == [name])
    }
}

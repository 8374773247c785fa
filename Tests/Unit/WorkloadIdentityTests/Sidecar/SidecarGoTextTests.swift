import HTTPServing
import Testing

@testable import WorkloadIdentity

@Suite struct SidecarGoTextTests {
    @Test(arguments: [
        (#"{}"#, "{}"), (#"[ ]"#, "[]"), (#" {"a" : 1 , "b":[1,2]}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}"),
        (#"{"a":{"b":{}}}"#, "{\n  \"a\": {\n    \"b\": {}\n  }\n}"),
        (#"{"a":"b\" {,:[\r\n\u0027"}"#, "{\n  \"a\": \"b\\\" {,:[\\r\\n\\u0027\"\n}"),
        ("{\"a\":1.50e+3}\r\n", "{\n  \"a\": 1.50e+3\n}\r\n"), ("\n\"x\"", "\"x\""), ("not json", "not json"), ("{\"a\":", "{\"a\":"),
        ("[[],[[]]]", "[\n  [],\n  [\n    []\n  ]\n]"),
    ])
    func `lays JSON out as Go does and leaves its values as written`(document: String, laidOut: String) {
        #expect(String(decoding: GoJSONIndent.indented(Array(document.utf8)), as: UTF8.self) == laidOut)
    }

    @Test(arguments: [
        ("", "text/plain; charset=utf-8"), ("{\"a\":1}", "text/plain; charset=utf-8"), (" <!DocType html>", "text/html; charset=utf-8"),
        ("<b>", "text/html; charset=utf-8"), ("<bold>", "text/plain; charset=utf-8"), ("<?xml version", "text/xml; charset=utf-8"),
        ("%PDF-1", "application/pdf"), ("a\u{0}b", "application/octet-stream"), ("a\u{1b}b", "text/plain; charset=utf-8"),
        ("<!-- x", "text/html; charset=utf-8"), ("<!--x", "text/plain; charset=utf-8"),
    ])
    func `guesses a type from the first bytes`(body: String, type: String) {
        #expect(GoContentType.sniffed(Array(body.utf8)) == type)
    }

    @Test(arguments: [
        ("https://h/p?q#f", "h", "443", "https://h/p"), ("http://h:8080", "h", "8080", "http://h:8080"),
        ("https://[::1]:8443/p", "[::1]", "8443", "https://[::1]:8443/p"), ("https://[::1]/p", "[::1]", "443", "https://[::1]/p"),
    ])
    func `takes a URL apart`(url: String, host: String, port: String, withoutQuery: String) {
        let parts = WebURL(url)
        #expect(String(parts.host) == host)
        #expect(parts.port == port)
        #expect(parts.withoutQuery == withoutQuery)
    }

    @Test(arguments: [(1, 0, 640), (1, 499, 1039), (2, 0, 1920), (3, 0, 4480), (3, 499, 7274)])
    func `waits longer from attempt to attempt, with some chance in it`(attempt: Int, jitter: Int, milliseconds: Int) {
        #expect(RetryPolicy.delay(afterAttempt: attempt, jitter: jitter) == milliseconds)
    }
}

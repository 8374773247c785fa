import HTTPServing
import Testing

private let peer = PeerAddress(host: .ipv4(0x7F00_0001), port: 1)

/// What a run of the parser amounts to, in a form that can be compared.
private func transcript(_ bytes: [UInt8], pieces: Int, rules: HTTPRequestParser.Rules = .init()) -> [String] {
    var parser = HTTPRequestParser(rules: rules, peer: peer)
    var lines: [String] = []
    var index = 0
    while index < bytes.count {
        let end = min(bytes.count, index + pieces)
        parser.push(bytes[index..<end])
        index = end
        drain: while true {
            switch parser.next() {
            case .incomplete: break drain
            case .wantsContinue: lines.append("continue")
            case .failed(let error):
                lines.append("failed: \(error)")
                return lines
            case .request(let request):
                let headers = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
                let body = String(decoding: request.body, as: UTF8.self)
                lines.append("\(request.method) \(request.target) 1.\(request.httpMinorVersion) [\(headers)] \(body)")
            }
        }
    }
    return lines
}

struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let output: [String]
    var rules = HTTPRequestParser.Rules()
    var testDescription: String { name }
}

private let h = "Host: a\r\n"
private let go = HTTPRequestParser.Rules(readsLikeGo: true)
private func bad(_ what: ProtocolError.Malformation) -> [String] { ["failed: \(ProtocolError.malformed(what))"] }

private let rows: [Row] = [
    Row(name: "plain GET", input: "GET / HTTP/1.1\r\n\(h)\r\n", output: ["GET / 1.1 [Host=a] "]),
    Row(name: "any method token", input: "FOO! /x HTTP/1.1\r\n\(h)\r\n", output: ["FOO! /x 1.1 [Host=a] "]),
    Row(name: "lower-case method", input: "get /x HTTP/1.1\r\n\(h)\r\n", output: ["get /x 1.1 [Host=a] "]),
    Row(name: "bare LF", input: "GET / HTTP/1.1\nHost: a\n\n", output: ["GET / 1.1 [Host=a] "]),
    Row(name: "HTTP/1.0 without Host", input: "GET / HTTP/1.0\r\n\r\n", output: ["GET / 1.0 [] "]),
    Row(name: "empty Host", input: "GET / HTTP/1.1\r\nHost: \r\n\r\n", output: ["GET / 1.1 [Host=] "]),
    Row(name: "value trimmed", input: "GET / HTTP/1.1\r\n\(h)Metadata: \t true \t\r\n\r\n", output: ["GET / 1.1 [Host=a|Metadata=true] "]),
    Row(name: "folded", input: "GET / HTTP/1.1\r\n\(h)Metadata:\r\n true\r\n\r\n", output: ["GET / 1.1 [Host=a|Metadata=true] "]),
    Row(
        name: "folded twice", input: "GET / HTTP/1.1\r\n\(h)M: a \r\n\t b\n  c  \r\nN: d\r\n\r\n",
        output: ["GET / 1.1 [Host=a|M=a b c|N=d] "]),
    Row(
        name: "folded blank line is not the end", input: "GET / HTTP/1.1\r\nHost: a\r\n \r\nM: x\r\n\r\n",
        output: ["GET / 1.1 [Host=a|M=x] "]),
    Row(
        name: "raw target kept", input: "GET //a/../b%zz?x=%zz&&? HTTP/1.1\r\n\(h)\r\n", output: ["GET //a/../b%zz?x=%zz&&? 1.1 [Host=a] "]),
    Row(name: "asterisk", input: "OPTIONS * HTTP/1.1\r\n\(h)\r\n", output: ["OPTIONS * 1.1 [Host=a] "]),
    Row(name: "absolute form", input: "GET HTTP://b/c HTTP/1.1\r\n\(h)\r\n", output: ["GET HTTP://b/c 1.1 [Host=a] "]),
    Row(name: "authority of CONNECT", input: "CONNECT b:443 HTTP/1.1\r\n\(h)\r\n", output: ["CONNECT b:443 1.1 [Host=a] "]),
    Row(
        name: "body by length, pipelined", input: "POST / HTTP/1.1\r\n\(h)Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\(h)\r\n",
        output: ["POST / 1.1 [Host=a|Content-Length=3] abc", "GET /2 1.1 [Host=a] "]),
    Row(
        name: "chunked", rest: "Transfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n00A\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
        output: ["POST / 1.1 [Host=a|Transfer-Encoding=Chunked] abc0123456789"]),
    Row(
        name: "chunked, pipelined", rest: "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n",
        output: ["POST / 1.1 [Host=a|Transfer-Encoding=chunked] ", "GET / 1.1 [Host=a] "]),
    Row(
        name: "expectation", rest: "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
        output: ["continue", "POST / 1.1 [Host=a|Expect=100-Continue|Content-Length=1] x"]),
    Row(name: "expectation without a body", rest: "Expect: 100-continue\r\n\r\n", output: ["POST / 1.1 [Host=a|Expect=100-continue] "]),
    Row(
        name: "same length twice", rest: "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        output: ["POST / 1.1 [Host=a|Content-Length=1|Content-Length=1] x"]),
    Row(name: "blank lines before a request", input: "\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n", output: ["GET / 1.1 [Host=a] "]),
    Row(
        name: "Go: blank line after a POST", input: "POST / HTTP/1.1\r\n\(h)\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n",
        output: ["POST / 1.1 [Host=a] ", "GET / 1.1 [Host=a] "], rules: go),
    Row(name: "Go: broken escape in the query", input: "GET /?%zz HTTP/1.1\r\n\(h)\r\n", output: ["GET /?%zz 1.1 [Host=a] "], rules: go),

    Row(name: "Go: blank line first", input: "\r\nGET / HTTP/1.1\r\n\(h)\r\n", output: bad(.requestLine), rules: go),
    Row(name: "many blank lines", input: "\r\n\r\n\r\nGET / HTTP/1.1\r\n\(h)\r\n", output: bad(.requestLine)),
    Row(name: "Go: broken escape in the path", input: "GET /a%zz HTTP/1.1\r\n\(h)\r\n", output: bad(.pathEscape), rules: go),
    Row(name: "Go: cut escape in the path", input: "GET /a%4 HTTP/1.1\r\n\(h)\r\n", output: bad(.pathEscape), rules: go),
    Row(name: "two words", input: "GET /\r\n", output: bad(.requestLine)),
    Row(name: "four words", input: "GET / a HTTP/1.1\r\n", output: bad(.requestLine)),
    Row(name: "no method", input: " / HTTP/1.1\r\n", output: bad(.method)),
    Row(name: "method not a token", input: "G@T / HTTP/1.1\r\n", output: bad(.method)),
    Row(name: "long version", input: "GET / HTTP/1.10\r\n", output: bad(.requestLine)),
    Row(name: "lower-case version", input: "GET / http/1.1\r\n", output: bad(.requestLine)),
    Row(name: "HTTP/2.0", input: "GET / HTTP/2.0\r\n", output: ["failed: unsupportedVersion"]),
    Row(name: "HTTP/0.9", input: "GET / HTTP/0.9\r\n", output: ["failed: unsupportedVersion"]),
    Row(name: "TLS hello", input: "\u{16}\u{3}\u{1}\u{2}\n", output: bad(.requestLine)),
    Row(name: "relative target", input: "GET metadata HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "empty target", input: "GET  HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "other scheme", input: "GET ftp://a/ HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "scheme only", input: "GET http:// HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "control in target", input: "GET /\u{1} HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "asterisk and more", input: "GET *a HTTP/1.1\r\n", output: bad(.target)),
    Row(name: "no Host", input: "GET / HTTP/1.1\r\n\r\n", output: bad(.missingHost)),
    Row(name: "two Hosts", input: "GET / HTTP/1.1\r\n\(h)\(h)\r\n", output: bad(.manyHosts)),
    Row(name: "bad Host", input: "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", output: bad(.hostValue)),
    Row(name: "no colon", input: "GET / HTTP/1.1\r\nHost\r\n\r\n", output: bad(.headerLine)),
    Row(name: "blank before colon", input: "GET / HTTP/1.1\r\nHost : a\r\n\r\n", output: bad(.headerName)),
    Row(name: "empty name", input: "GET / HTTP/1.1\r\n: a\r\n\r\n", output: bad(.headerName)),
    Row(name: "folded first line", input: "GET / HTTP/1.1\r\n Host: a\r\n\r\n", output: bad(.headerLine)),
    Row(name: "control in value", input: "GET / HTTP/1.1\r\nHost: a\u{0}\r\n\r\n", output: bad(.headerValue)),
    Row(name: "CR in value", input: "GET / HTTP/1.1\r\n\(h)A: b\rc\r\n\r\n", output: bad(.headerValue)),
    Row(name: "control in folded value", input: "GET / HTTP/1.1\r\n\(h)A: b\r\n \u{7F}\r\n\r\n", output: bad(.headerValue)),
    Row(name: "negative length", rest: "Content-Length: -1\r\n\r\n", output: bad(.contentLength)),
    Row(name: "plus length", rest: "Content-Length: +1\r\n\r\n", output: bad(.contentLength)),
    Row(name: "empty length", rest: "Content-Length:\r\n\r\n", output: bad(.contentLength)),
    Row(name: "list of lengths", rest: "Content-Length: 1, 1\r\n\r\n", output: bad(.contentLength)),
    Row(name: "two lengths", rest: "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", output: bad(.contentLength)),
    Row(name: "huge length", rest: "Content-Length: 99999999999999999999\r\n\r\n", output: ["failed: bodyTooLarge(limit: 1048576)"]),
    Row(name: "both lengths", rest: "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", output: bad(.ambiguousLength)),
    Row(
        name: "chunked in 1.0", input: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        output: bad(.ambiguousLength)),
    Row(name: "unknown coding", rest: "Transfer-Encoding: gzip, chunked\r\n\r\n", output: ["failed: unsupportedTransferCoding"]),
    Row(name: "unknown expectation", rest: "Expect: tea\r\n\r\n", output: ["failed: unsupportedExpectation"]),
    Row(name: "chunk without size", rest: "Transfer-Encoding: chunked\r\n\r\n\r\n", output: bad(.chunk)),
    Row(name: "chunk size not hex", rest: "Transfer-Encoding: chunked\r\n\r\n1g\r\n", output: bad(.chunk)),
    Row(name: "chunk longer than said", rest: "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", output: bad(.chunk)),
    Row(name: "chunk size past Int", rest: "Transfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", output: bad(.chunk)),
    Row(
        name: "length past the limit", rest: "Content-Length: 11\r\n\r\n", output: ["failed: bodyTooLarge(limit: 10)"],
        rules: .init(bodyBytes: 10)),
    Row(
        name: "chunks past the limit", rest: "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n",
        output: ["failed: bodyTooLarge(limit: 10)"], rules: .init(bodyBytes: 10)),
    Row(
        name: "head past the limit", input: "GET /aaaaaaaaaaaaaa HTTP/1.1\r\n", output: ["failed: headTooLarge(limit: 20)"],
        rules: .init(headBytes: 20)),
    Row(
        name: "trailers past the limit", rest: "Transfer-Encoding: chunked\r\n\r\n0\r\n" + String(repeating: "a: b\r\n", count: 20),
        output: ["failed: headTooLarge(limit: 100)"], rules: .init(headBytes: 100)),
]

extension Row {
    fileprivate init(name: String, rest: String, output: [String], rules: HTTPRequestParser.Rules = .init()) {
        self.init(name: name, input: "POST / HTTP/1.1\r\n\(h)\(rest)", output: output, rules: rules)
    }
}

@Suite("The request parser")
struct ParserTests {
    @Test("reads, and refuses, the same however the bytes are cut", arguments: rows)
    func table(row: Row) {
        let bytes = Array(row.input.utf8)
        #expect(transcript(bytes, pieces: bytes.count, rules: row.rules) == row.output)
        for pieces in [1, 2, 3, 7] { #expect(transcript(bytes, pieces: pieces, rules: row.rules) == row.output) }
    }

    @Test("accepts a head of exactly the limit and refuses one byte more")
    func headLimit() {
        let line = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(transcript(Array(line.utf8), pieces: 1, rules: .init(headBytes: line.utf8.count)).first?.hasPrefix("GET") == true)
        let tight = HTTPRequestParser.Rules(headBytes: line.utf8.count - 1)
        for pieces in [1, 5, 100] {
            #expect(transcript(Array(line.utf8), pieces: pieces, rules: tight) == ["failed: headTooLarge(limit: \(line.utf8.count - 1))"])
        }
    }

    @Test("survives mutated input, and reads it the same however it is cut")
    func mutations() {
        var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % max(1, bound)
        }
        let alphabet = Array("\r\n :;,%?/*09afAFxX\u{0}\u{7F}\tHTTP".utf8) + [0xFF, 0x80]
        for round in 0..<3000 {
            var bytes = Array(rows[round % rows.count].input.utf8) + Array(rows[next(rows.count)].input.utf8)
            for _ in 0..<(1 + next(4)) {
                let at = next(bytes.count)
                switch next(3) {
                case 0: bytes[at] = alphabet[next(alphabet.count)]
                case 1: bytes.insert(alphabet[next(alphabet.count)], at: at)
                default: if bytes.count > 1 { bytes.remove(at: at) }
                }
            }
            let rules = HTTPRequestParser.Rules(headBytes: 120, bodyBytes: 20, readsLikeGo: round % 2 == 0)
            let whole = transcript(bytes, pieces: bytes.count, rules: rules)
            #expect(transcript(bytes, pieces: 1, rules: rules) == whole)
            #expect(transcript(bytes, pieces: 1 + next(9), rules: rules) == whole)
        }
    }

    @Test("reads a dripped body and many dripped headers in linear time")
    func drip() {
        var parser = HTTPRequestParser(rules: .init(headBytes: 1 << 20), peer: peer)
        let headers = String(repeating: "a: b\r\n", count: 50_000)
        var requests = 0
        // Quadratic work on these 1.3 million pushes would take hours.
        for byte in "POST / HTTP/1.1\r\n\(h)Content-Length: 1000000\r\n\(headers)\r\n".utf8 + Array(repeating: 120, count: 1_000_000) {
            parser.push(CollectionOfOne(byte))
            if case .request(let request) = parser.next() {
                requests += 1
                #expect(request.body.count == 1_000_000)
            }
        }
        #expect(requests == 1)
    }

    @Test("tells where in a request it stands")
    func phases() {
        var parser = HTTPRequestParser(rules: .init(), peer: peer)
        #expect(parser.phase == .idle)
        parser.push("POST / HT".utf8)
        _ = parser.next()
        #expect(parser.phase == .head)
        parser.push("TP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n".utf8)
        _ = parser.next()
        #expect(parser.phase == .body)
        parser.push("ab".utf8)
        guard case .request = parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(parser.phase == .idle)
        #expect(!parser.hasUnreadBytes)
    }
}

import NIOCore
import Surroundings
import Testing
import WireFormats

@testable import HTTPServing

@Suite("Requests, addresses, answers")
struct ValueTests {
    static let peer = PeerAddress(host: .ipv4(0x0AF4_080B), port: 4711)

    @Test(
        "splits a target into raw path and raw query",
        arguments: [
            ("/a%2Fb?x=1?y", "/a%2Fb", "x=1?y"), ("/a", "/a", nil), ("/a?", "/a", ""), ("*", "*", nil), ("http://h/p/q?r", "/p/q", "r"),
            ("HTTPS://h:1", "/", nil), ("http://h?q=/x", "/", "q=/x"), ("h:443", "h:443", nil), ("//double", "//double", nil),
            ("/http://x", "/http://x", nil),
        ] as [(String, String, String?)])
    func targets(target: String, path: String, query: String?) {
        let request = HTTPRequest(method: "GET", target: target, headers: [], body: [], peer: Self.peer)
        #expect(request.target == target)
        #expect(request.rawPath == path)
        #expect(request.rawQuery == query)
    }

    @Test(
        "compares the ends of a raw path, the query aside",
        arguments: [
            ("/a/keys", true, true), ("/a/keys?x=/no", true, true), ("/b?/keys", false, false), ("/keys", false, true),
            ("/a/", true, false),
            ("/a", false, false), ("http://h/a/keys?q", true, true), ("http://h", false, false), ("*", false, false),
        ])
    func pathEnds(target: String, starts: Bool, ends: Bool) {
        let request = HTTPRequest(method: "GET", target: target, headers: [], body: [], peer: Self.peer)
        #expect(request.pathStarts(with: "/a/") == starts && request.pathEnds(with: "/keys") == ends)
        #expect(
            request.pathStarts(with: "/") == request.rawPath.hasPrefix("/") && request.pathEnds(with: "/") == request.rawPath.hasSuffix("/")
        )
    }

    @Test("finds the first header whatever its case, and compares values exactly")
    func headers() {
        let request = HTTPRequest(
            method: "get", target: "/", headers: [("MetaData", " true "), ("metadata", "no"), ("Empty", "")], body: [1], peer: Self.peer)
        #expect(request.header("Metadata") == "true")
        #expect(request.headerIs("Metadata", "true"))
        #expect(!request.headerIs("Metadata", "True"))
        #expect(!request.headerIs("Metadata", "tru"))
        #expect(request.hasHeader("empty") && request.header("empty")?.isEmpty == true)
        #expect(!request.hasHeader("absent") && request.header("absent") == nil && !request.headerIs("absent", ""))
        #expect(request.methodIs("get") && !request.methodIs("GET"))
        #expect(request.headers.map(\.name) == ["MetaData", "metadata", "Empty"])
        #expect(request.body == [1] && request.peer == Self.peer)
    }

    @Test("compares folded headers as joined")
    func folded() {
        var parser = HTTPRequestParser(rules: .init(), peer: Self.peer)
        parser.push("GET / HTTP/1.1\r\nHost: a\r\nMetadata:\r\n true\r\nTwo: a\r\n  b\r\n\r\n".utf8)
        guard case .request(let request) = parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.headerIs("metadata", "true") && request.headerIs("two", "a b") && request.header("TWO") == "a b")
    }

    @Test(
        "reads dotted-decimal addresses strictly",
        arguments: [
            ("10.244.8.11", 0x0AF4_080B), ("0.0.0.0", 0), ("255.255.255.255", .max), ("256.0.0.1", nil), ("1.2.3", nil), ("1.2.3.4.5", nil),
            ("01.2.3.4", nil), ("1..2.3", nil), ("", nil), ("1.2.3.4 ", nil), ("a.b.c.d", nil), ("1.2.3.", nil),
        ] as [(String, UInt32?)])
    func addresses(text: String, value: UInt32?) {
        #expect(IPv4.parse(text) == value)
        if let value { #expect(IPv4.text(value) == text) }
    }

    @Test("takes an IPv4 address mapped into IPv6 for the IPv4 address")
    func mapped() throws {
        #expect(try PeerAddress(SocketAddress(ipAddress: "::ffff:10.244.8.11", port: 4711)) == Self.peer)
        #expect(try PeerAddress(SocketAddress(ipAddress: "fe80:0::1", port: 1)).text == "fe80::1")
        #expect(try PeerAddress(SocketAddress(ipAddress: "127.0.0.1", port: 1)).isIPv4Loopback127_0_0_1)
        #expect(try !PeerAddress(SocketAddress(ipAddress: "127.0.0.2", port: 1)).isIPv4Loopback127_0_0_1)
        #expect(try !PeerAddress(SocketAddress(ipAddress: "::1", port: 1)).isIPv4Loopback127_0_0_1)
        #expect(PeerAddress(nil).text == "unknown")
    }

    @Test(
        "reads listen addresses",
        arguments: [
            ("127.0.0.1:2579", "127.0.0.1", 2579, true), ("[::1]:0", "::1", 0, true), ("0.0.0.0:80", "0.0.0.0", 80, false),
            ("localhost:1", "localhost", 1, true), ("127.9.9.9:1", "127.9.9.9", 1, true), ("[::]:65535", "::", 65535, false),
        ])
    func listenAddresses(text: String, host: String, port: Int, isLoopback: Bool) {
        let address = ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address?.isLoopback == isLoopback)
        #expect(address?.text == text)
    }

    @Test(
        "refuses broken listen addresses",
        arguments: ["", "80", ":80", "a:", "a:65536", "a:-1", "a:8x", "::1:80", "[a]:1", "[::1]", "[::1:1"])
    func brokenListenAddresses(text: String) { #expect(ListenAddress(text) == nil) }

    static let teapot = HTTPResponse(status: .teapot, headers: [.field("A", "b"), .date], body: Array("short".utf8))
    static let date = "Date: Tue, 10 Feb 2026 09:21:33 GMT\r\n"

    @Test(
        "writes head and body byte for byte",
        arguments: [
            (teapot, false, 1, false, "HTTP/1.1 418 I'm a teapot\r\nA: b\r\n\(date)Content-Length: 5\r\n\r\nshort"),
            (teapot, true, 1, false, "HTTP/1.1 418 I'm a teapot\r\nA: b\r\n\(date)Content-Length: 5\r\n\r\n"),
            (teapot, false, 1, true, "HTTP/1.1 418 I'm a teapot\r\nA: b\r\n\(date)Content-Length: 5\r\nConnection: close\r\n\r\nshort"),
            (
                teapot, false, 0, false,
                "HTTP/1.1 418 I'm a teapot\r\nA: b\r\n\(date)Content-Length: 5\r\nConnection: keep-alive\r\n\r\nshort"
            ),
            (
                HTTPResponse(status: .ok, headers: [.contentLength, .field("X", "y")], body: [65]), false, 1, false,
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: y\r\n\r\nA"
            ),
            (
                HTTPResponse(status: .ok, headers: [.date], body: Array(repeating: 65, count: 17), framing: .chunked), false, 1, true,
                "HTTP/1.1 200 OK\r\n\(date)Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n11\r\nAAAAAAAAAAAAAAAAA\r\n0\r\n\r\n"
            ),
            (
                HTTPResponse(status: .ok, headers: [], body: [], framing: .chunked), false, 1, false,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            (HTTPResponse(status: .ok, headers: [], body: [65], framing: .chunked), true, 1, false, "HTTP/1.1 200 OK\r\n\r\n"),
            (
                HTTPResponse(status: .ok, headers: [], body: [65], framing: .chunked), false, 0, true,
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nA"
            ),
            (HTTPResponse(status: .noContent, headers: [], body: [65]), false, 1, false, "HTTP/1.1 204 No Content\r\n\r\n"),
            (
                HTTPResponse(status: .ok, headers: [.field("A", "b\r\nEvil: 1"), .field("Connection", "close")], body: []), false, 1, true,
                "HTTP/1.1 200 OK\r\nA: b  Evil: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            ),
            (
                HTTPResponse(status: .ok, headers: [.field("N\n\0", "\u{e9}\r"), .field("", ""), .contentLength], body: []), false, 1,
                false,
                "HTTP/1.1 200 OK\r\nN  : \u{e9} \r\n: \r\nContent-Length: 0\r\n\r\n"
            ),
            (
                HTTPResponse(
                    status: .ok, headers: [.field("T", "a\tb\nc"), .constant(["A": "b", "C": "d"]), .constant(["A": "e"])], body: []),
                false, 1, false, "HTTP/1.1 200 OK\r\nT: a\tb c\r\nA: b\r\nC: d\r\nA: e\r\nContent-Length: 0\r\n\r\n"
            ),
            (
                HTTPResponse(status: .init(code: 299, reason: String(repeating: "r", count: 5000)), headers: [], body: []), false, 1, false,
                "HTTP/1.1 299 \(String(repeating: "r", count: 5000))\r\nContent-Length: 0\r\n\r\n"
            ),
            (
                goAnswer(.malformed(.target)), false, 1, true,
                "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
            ),
            (
                goAnswer(.unsupportedVersion), false, 1, true,
                "HTTP/1.1 505 HTTP Version Not Supported: unsupported protocol version\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n505 HTTP Version Not Supported: unsupported protocol version"
            ),
        ])
    func encoding(response: HTTPResponse, isHead: Bool, minorVersion: Int, closes: Bool, expected: String) {
        var encoder = ResponseEncoder(clock: .frozen(at: UnixSeconds(1_770_715_293)))
        var out = ByteBuffer()
        encoder.encode(response, .init(isHead: isHead, minorVersion: minorVersion, closes: closes), into: &out)
        #expect(String(buffer: out) == expected)
    }

    @Test("tells constant lines as fields, in their place")
    func expanded() {
        let lines: HTTPResponse.ConstantHeaders = ["B": "2", "C": "3"]
        let response = HTTPResponse(status: .ok, headers: [.field("A", "1"), .constant(lines + ["B": "4"]), .date], body: [])
        #expect(response.expandedHeaders == [.field("A", "1"), .field("B", "2"), .field("C", "3"), .field("B", "4"), .date])
    }

    @Test("names the limit in each plain refusal, and gives each its status")
    func plainErrors() throws {
        let errors: [(ProtocolError, Int, String)] = [
            (.headTooLarge(limit: 16384), 431, "16384"), (.bodyTooLarge(limit: 10), 413, "10"),
            (.headTimeout(limit: .seconds(10)), 408, "10.0 seconds"), (.bodyTimeout(limit: .seconds(3)), 408, "3.0 seconds"),
            (.tooManyConnections(limit: 7), 503, "7"), (.unsupportedTransferCoding, 501, "coding"),
            (.unsupportedExpectation, 417, "expect"),
        ]
        for (error, code, part) in errors {
            let answer = try #require(ProtocolErrorStyle.plain.answer(error))
            #expect(answer.status.code == code)
            #expect(String(decoding: answer.body, as: UTF8.self).contains(part))
        }
    }
}

/// Go's answer to an error that it answers.
private func goAnswer(_ error: ProtocolError) -> HTTPResponse {
    ProtocolErrorStyle.go.answer(error) ?? HTTPResponse(status: .teapot, headers: [], body: [])
}

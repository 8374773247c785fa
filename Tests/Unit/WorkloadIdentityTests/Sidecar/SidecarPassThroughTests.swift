import HTTPFetching
import HTTPServing
import Surroundings
import Synchronization
import Testing

@testable import WorkloadIdentity

/// Requests that go on to the metadata service.
@Suite(.timeLimit(.minutes(1))) struct SidecarPassThroughTests {
    private static let clock = WallClock.frozen(at: UnixSeconds(1_770_715_293))

    private func exchange(_ request: String, _ world: ScriptedWorld) async throws -> SidecarAnswer {
        var settings = try SidecarSettings(environment: ["AZURE_TENANT_ID": "t"])
        settings.metadataUpstream = "http://127.0.0.1:2579"
        let service = SidecarService(settings: settings, outbound: world.outbound(Self.clock), logger: SidecarSocket.quiet)
        return try await SidecarSocket.exchange(request, with: service, clock: Self.clock)
    }

    private func get(_ target: String, _ world: ScriptedWorld, method: String = "GET", fields: String = "") async throws -> SidecarAnswer {
        try await exchange("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(fields)Connection: close\r\n\r\n", world)
    }

    private func lines(_ answer: SidecarAnswer) -> [String] { answer.headers.map { "\($0.name): \($0.value)" } }

    private func answering(_ response: FetchResponse) -> ScriptedWorld { ScriptedWorld { _ in .success(response) } }

    @Test(arguments: [
        ("/a%2Fb", "/a%2Fb"), ("/a'(b)", "/a'(b)"), ("/a\"b", "/a%22b"), ("/a|b%41", "/a%7CbA"),
        ("/a?b=%zz&c", "/a?b=%zz&c"), ("/a?", "/a?"), ("/a?b#c", "/a?b"), ("/a#b", "/a%23b"),
        ("http://h/a?b", "/a?b"),
    ])
    func `asks for the path as Go's client writes it`(target: String, sent: String) async throws {
        let world = answering(StubAuthority.answer(200, "OK", "x"))
        _ = try await get(target, world)
        #expect(world.requests.map(\.url) == ["http://127.0.0.1:2579\(sent)"])
    }

    @Test(arguments: [
        ("GET", "", ["User-Agent: Go-http-client/1.1", "Connection: close", "Accept-Encoding: gzip"]),
        ("HEAD", "", ["User-Agent: Go-http-client/1.1", "Connection: close"]),
        ("GET", "Range: bytes=0-1\r\n", ["User-Agent: Go-http-client/1.1", "Connection: close", "Range: bytes=0-1"]),
        ("GET", "user-agent:\r\nb: 1\r\na: 2\r\nB: 3\r\n", ["A: 2", "B: 1", "B: 3", "Connection: close", "Accept-Encoding: gzip"]),
        ("PUT", "", ["User-Agent: Go-http-client/1.1", "Content-Length: 0", "Connection: close", "Accept-Encoding: gzip"]),
        ("DELETE", "", ["User-Agent: Go-http-client/1.1", "Connection: close", "Accept-Encoding: gzip"]),
    ])
    func `sends the client's headers, and Go's own`(method: String, fields: String, sent: [String]) async throws {
        let world = answering(StubAuthority.answer(200, "OK", ""))
        _ = try await get("/a", world, method: method, fields: fields)
        #expect(world.requests.first?.headers.map { "\($0.0): \($0.1)" } == ["Host: 169.254.169.254:80"] + sent)
    }

    @Test func `tells the type and date that the metadata service did not`() async throws {
        let answer = try await get("/a", answering(StubAuthority.answer(200, "Fine", "<html >", headers: [("x", "y")])))
        #expect(answer.statusLine == "HTTP/1.1 200 OK")
        #expect(
            lines(answer) == [
                "X: y", "Date: Tue, 10 Feb 2026 09:21:33 GMT", "Content-Length: 7", "Content-Type: text/html; charset=utf-8",
                "Connection: close",
            ])
    }

    @Test func `answers HEAD with the length the metadata service told`() async throws {
        let response = FetchResponse(status: 200, headers: [("Content-Length", "123"), ("Date", "d")], body: [])
        #expect(lines(try await get("/a", answering(response), method: "HEAD")) == ["Content-Length: 123", "Date: d", "Connection: close"])
    }

    @Test func `hands on more than Go's buffer in chunks when no length was told`() async throws {
        let answer = try await get("/a", answering(StubAuthority.answer(200, "OK", String(repeating: "x", count: 2049))))
        #expect(lines(answer).suffix(2) == ["Connection: close", "Transfer-Encoding: chunked"])
    }

    @Test func `tells of a body cut short, and adds what came of it`() async throws {
        let answer = try await get("/a", ScriptedWorld { .failure(.truncated(url: $0.url, received: Array("abc".utf8))) })
        #expect(answer.statusLine == "HTTP/1.1 500 Internal Server Error")
        #expect(answer.text == "unexpected EOF\nabc")
        #expect(lines(answer).contains("Content-Length: 18"))
    }

    @Test(arguments: ["GET", "POST", "BREW"])
    func `names the address everybody knows, and the method, when nobody answers`(method: String) async throws {
        let world = ScriptedWorld { .failure(.couldNotConnect(url: $0.url, reason: "", cause: .refused(errno: 111, address: "127.0.0.1"))) }
        let verb = method.prefix(1) + method.dropFirst().lowercased()
        #expect(
            try await get("/a?b", world, method: method).text
                == "\(verb) \"http://169.254.169.254:80/a?b\": dial tcp 169.254.169.254:80: connect: connection refused\n")
    }

    // MARK: Redirects

    private func redirecting(_ status: Int, _ locations: [String: String]) -> ScriptedWorld {
        ScriptedWorld { request in
            guard let location = locations[String(request.url.dropFirst("http://127.0.0.1:2579".count))] else {
                return .success(StubAuthority.answer(200, "OK", "arrived as \(request.method)"))
            }
            return .success(StubAuthority.answer(status, "", "moved", headers: [("Location", location)]))
        }
    }

    @Test(arguments: [
        (301, "GET", "GET"), (302, "POST", "GET"), (303, "HEAD", "HEAD"), (307, "BREW", "BREW"), (308, "GET", "GET"),
    ])
    func `follows redirects within the metadata service and says where it comes from`(status: Int, method: String, then: String)
        async throws
    {
        let world = redirecting(status, ["/a?x": "/b/c", "/b/c": "d?y", "/b/d?y": "http://169.254.169.254/e"])
        _ = try await get("/a?x", world, method: method)
        #expect(world.requests.map { String($0.url.dropFirst(21)) } == ["/a?x", "/b/c", "/b/d?y", "/e"])
        #expect(world.requests.last?.method == then)
        let referrers = world.requests.map { request in request.headers.first { $0.0 == "Referer" }?.1 }
        #expect(referrers == [nil] + ["/a?x", "/b/c", "/b/d?y"].map { "http://169.254.169.254:80\($0)" })
    }

    @Test func `stops after ten`() async throws {
        let world = redirecting(302, ["/loop": "/loop"])
        let answer = try await get("/loop", world)
        #expect(answer.statusLine == "HTTP/1.1 500 Internal Server Error")
        #expect(answer.text == "Get \"/loop\": stopped after 10 redirects\n")
        #expect(world.requests.count == 10)
    }

    @Test(arguments: ["https://elsewhere.test/", "http://elsewhere.test/a", "//elsewhere.test/a", "http://169.254.169.254.elsewhere.test/"])
    func `follows nobody out of the metadata service`(location: String) async throws {
        let world = redirecting(302, ["/a": location])
        let answer = try await get("/a", world)
        #expect(answer.statusLine == "HTTP/1.1 302 Found")
        #expect(answer.text == "moved")
        #expect(world.requests.count == 1)
    }

    @Test func `hands on a redirect that would need the body again`() async throws {
        let world = redirecting(307, ["/a": "/b"])
        let answer = try await exchange("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nz", world)
        #expect(answer.statusLine == "HTTP/1.1 307 Temporary Redirect")
        #expect(world.requests.count == 1)
    }

    // MARK: Probe

    @Test(arguments: [([200], nil, 0), ([503, 200], nil, 1), ([404], "failed to probe proxy", 7)] as [([Int], String?, Int)])
    func `probes until it is ready, seven times at most`(statuses: [Int], failure: String?, pauses: Int) async throws {
        let script = Script(statuses)
        let world = ScriptedWorld { _ in .success(StubAuthority.answer(script.next(), "", "")) }
        let outbound = world.outbound(Self.clock)
        let probe = ReadinessProbe(fetch: outbound.fetch, pause: outbound.pause)
        #expect(await probe.failure(of: "http://localhost:8000") == failure)
        #expect(world.pauses == Array(repeating: .seconds(1), count: pauses))
        #expect(world.requests.allSatisfy { $0.url == "http://localhost:8000/readyz" })
    }

    @Test func `gives a probe up when nobody listens`() async throws {
        let world = ScriptedWorld { .failure(.couldNotConnect(url: $0.url, reason: "", cause: .refused(errno: 111, address: "127.0.0.1"))) }
        let outbound = world.outbound(Self.clock)
        let failure = await ReadinessProbe(fetch: outbound.fetch, pause: outbound.pause).failure(of: "http://localhost:8000")
        #expect(
            failure == "failed to probe: Get \"http://localhost:8000/readyz\": dial tcp 127.0.0.1:8000: connect: connection refused")
        #expect(world.requests.count == 1)
    }
}

/// Gives its numbers in order, and the last one for ever.
private final class Script: Sendable {
    private let rest: Mutex<[Int]>

    init(_ numbers: [Int]) { rest = Mutex(numbers) }

    func next() -> Int { rest.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
}

import HTTPServing
import Surroundings
import Synchronization
import Testing

@Suite("A listener over real sockets", .timeLimit(.minutes(1)))
struct ListenerTests {
    static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    static let bye = "GET /bye HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test("answers, tells the caller's address, and keeps the connection")
    func simple() async throws {
        try await withListener({ .now(text("\($0.method) \($0.target) \($0.peer.text)")) }) { running in
            let client = try await running.client()
            try await client.send(Self.get)
            #expect(await client.read(through: "127.0.0.1") == "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nGET / 127.0.0.1")
            try await client.send(Self.bye)
            #expect(
                await client.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 18\r\nConnection: close\r\n\r\nGET /bye 127.0.0.1")
        }
    }

    @Test("answers pipelined requests in order when some answers come later")
    func pipelining() async throws {
        try await withListener({ request in
            let target = request.target
            guard request.hasHeader("later") else { return .now(text(target)) }
            return .later {
                await Task.yield()
                return text(target)
            }
        }) { running in
            let client = try await running.client()
            var input = ""
            for index in 0..<200 {
                input += "GET /\(index) HTTP/1.1\r\nHost: a\r\n\(index % 3 == 1 ? "later: 1\r\n" : "")\r\n"
            }
            try await client.send(input + Self.bye)
            let bodies = (0..<200).map { "HTTP/1.1 200 OK\r\nContent-Length: \("/\($0)".utf8.count)\r\n\r\n/\($0)" }
            #expect(
                await client.readToEnd() == bodies.joined() + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n/bye")
        }
    }

    @Test(
        "answers a pipeline far larger than the socket's buffers to a client that reads late, each once",
        arguments: [(1000, 5000, false), (30_000, 500, false), (100_000, 300, false), (30_000, 300, true)])
    func backpressure(size: Int, count: Int, later: Bool) async throws {
        let body = String(repeating: "x", count: size)
        try await withListener({ _ in later ? .later { text(body) } : .now(text(body)) }) { running in
            let client = try await running.client()
            try await client.send(String(repeating: Self.get, count: count) + Self.bye)
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8.count
            #expect(await client.readToEnd().utf8.count == (count + 1) * (head + size) + "Connection: close\r\n".utf8.count)
        }
    }

    @Test("sends no body to HEAD, and frames chunks")
    func headAndChunks() async throws {
        try await withListener({ _ in
            .now(HTTPResponse(status: .ok, headers: [.date], body: Array("hello".utf8), framing: .chunked))
        }) { running in
            let client = try await running.client()
            let date = "Date: Tue, 10 Feb 2026 09:21:33 GMT\r\n"
            try await client.send(Self.get)
            #expect(
                await client.read(through: "0\r\n\r\n")
                    == "HTTP/1.1 200 OK\r\n\(date)Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await client.readToEnd() == "HTTP/1.1 200 OK\r\n\(date)Connection: close\r\n\r\n")
        }
    }

    @Test("asks for the body of a client that waits, then answers")
    func continues() async throws {
        try await withListener({ .now(HTTPResponse(status: .ok, headers: [], body: $0.body)) }) { running in
            let client = try await running.client()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(await client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("abc")
            #expect(await client.read(through: "abc") == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        }
    }

    @Test("serves HTTP/1.0 once, or for longer when asked to")
    func oldClients() async throws {
        try await withListener({ _ in .now(text("x")) }) { running in
            let client = try await running.client()
            try await client.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            #expect(await client.read(through: "\r\n\r\nx").contains("\r\nConnection: keep-alive\r\n"))
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(await client.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        }
    }

    static let small: HTTPLimits = {
        var limits = HTTPLimits()
        limits.headBytes = 200
        limits.bodyBytes = 10
        return limits
    }()

    @Test(
        "refuses with its own words and closes, never asking the responder",
        arguments: [
            ("GET /\(String(repeating: "a", count: 300))", 431, "larger than 200 bytes."),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789a", 413, "larger than 10 bytes."),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", 413, "larger than 10 bytes."),
            ("GET / HTTP/1.1\r\n\r\n", 400, "The Host header is missing."), ("GET / HTTP/3.0\r\n\r\n", 505, "Only HTTP/1.0"),
        ])
    func refusals(input: String, code: Int, part: String) async throws {
        try await withListener(limits: Self.small, { _ in .now(text("asked")) }) { running in
            let client = try await running.client()
            try await client.send(input)
            let answer = await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(code) "))
            #expect(answer.contains(part) && !answer.contains("asked"))
            #expect(answer.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test("refuses as Go does, after what was asked before")
    func refusesLikeGo() async throws {
        try await withListener(style: .go, { _ in .now(text("x")) }) { running in
            let client = try await running.client()
            try await client.send("\(Self.get)GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(
                await client.readToEnd()
                    == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
            )
            let other = try await running.client()
            try await other.send("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(
                await other.readToEnd()
                    == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Tue, 10 Feb 2026 09:21:33 GMT\r\nConnection: close\r\n\r\n")
        }
    }

    @Test(
        "answers 408 when a head or a body takes too long, a silent client included",
        arguments: ["", "GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"])
    func slow(input: String) async throws {
        var limits = HTTPLimits()
        limits.headTimeout = .milliseconds(50)
        limits.bodyTimeout = .milliseconds(60)
        try await withListener(limits: limits, { _ in .now(text("x")) }) { running in
            let client = try await running.client()
            if !input.isEmpty { try await client.send(input) }
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        }
    }

    @Test("leaves one who takes too long without an answer where Go is emulated", arguments: ["", "GET / HT"])
    func slowLikeGo(input: String) async throws {
        var limits = HTTPLimits()
        limits.headTimeout = .milliseconds(50)
        try await withListener(limits: limits, style: .go, { _ in .now(text("x")) }) { running in
            let client = try await running.client()
            if !input.isEmpty { try await client.send(input) }
            #expect(await client.readToEnd() == "")
        }
    }

    @Test("answers an HTTP/1.0 client in its own version where Go is emulated, and without a word about the close")
    func oldClientsLikeGo() async throws {
        try await withListener(style: .go, { _ in .now(text("x")) }) { running in
            let client = try await running.client()
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(
                await client.read(through: "\r\n\r\nx") == "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx")
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(await client.readToEnd() == "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx")
        }
    }

    @Test("does not say that a connection lives on which closes")
    func closesAgainstTheAnswer() async throws {
        let kept = HTTPResponse(status: .ok, headers: [.field("Connection", "keep-alive")], body: [])
        try await withListener({ _ in .now(kept) }) { running in
            let client = try await running.client()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await client.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
    }

    @Test("closes an idle connection without a word")
    func idle() async throws {
        var limits = HTTPLimits()
        limits.idleTimeout = .milliseconds(50)
        try await withListener(limits: limits, { _ in .now(text("x")) }) { running in
            let client = try await running.client()
            try await client.send(Self.get)
            #expect(await client.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        }
    }

    @Test("tells a connection past the limit so, and serves the others")
    func connectionLimit() async throws {
        var limits = HTTPLimits()
        limits.maximumConnections = 1
        try await withListener(limits: limits, { _ in .now(text("x")) }) { running in
            let first = try await running.client()
            try await first.send(Self.get)
            _ = await first.read(through: "\r\n\r\nx")
            let second = try await running.client()
            let answer = await second.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") && answer.hasSuffix("There are 1 connections already.\n"))
            #expect(running.listener.connections >= 1)
            try await first.send(Self.bye)
            #expect(await first.readToEnd().hasSuffix("\r\n\r\nx"))
        }
    }

    @Test("on shutdown closes idle connections, answers what is under way with Connection: close, and returns")
    func drain() async throws {
        let started = Gate()
        let finish = Gate()
        try await withListener({ request in
            if request.target == "/" { return .now(text("x")) }
            return .later {
                started.open()
                await finish.wait()
                return text("done")
            }
        }) { running in
            let idle = try await running.client()
            try await idle.send(Self.get)
            _ = await idle.read(through: "\r\n\r\nx")
            let busy = try await running.client()
            try await busy.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.wait()
            await running.shutDown()
            #expect(await idle.readToEnd().isEmpty)
            finish.open()
            #expect(await busy.readToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone")
            await running.stopped.wait()
            #expect(running.listener.connections == 0)
            await #expect(throws: (any Error).self) { try await running.client() }
        }
    }

    @Test("on shutdown closes by force what does not finish in time, and cancels its work")
    func force() async throws {
        var limits = HTTPLimits()
        limits.drainTime = .milliseconds(50)
        let started = Gate()
        let cancelled = Gate()
        try await withListener(
            limits: limits,
            { _ in
                .later {
                    started.open()
                    await Gate().wait()  // ends only by cancellation
                    cancelled.open()
                    return text("never")
                }
            }
        ) { running in
            let client = try await running.client()
            try await client.send(Self.get)
            await started.wait()
            await running.shutDown()
            await running.stopped.wait()
            #expect(await client.readToEnd().isEmpty)
            await cancelled.wait()
        }
    }

    @Test("cancels work for a client that has gone")
    func gone() async throws {
        let started = Gate()
        let cancelled = Gate()
        try await withListener({ _ in
            .later {
                started.open()
                await Gate().wait()
                cancelled.open()
                return text("never")
            }
        }) { running in
            let client = try await running.client()
            try await client.send(Self.get)
            await started.wait()
            await client.close()
            await cancelled.wait()
        }
    }

    @Test("answers a client that has shut its sending side")
    func halfClosed() async throws {
        try await withListener({ _ in .later { text("x") } }) { running in
            let client = try await running.client()
            try await client.send(Self.get + Self.get)
            try await client.closeOutput()
            #expect(await client.readToEnd().components(of: "\r\n\r\nx") == 2)
        }
    }

    @Test("says which listener cannot bind where, and why")
    func occupied() async throws {
        try await withListener({ _ in .now(text("x")) }) { running in
            let other = HTTPListener(
                name: "metadata", address: running.address, tls: nil, clock: .live, protocolErrors: .plain, logger: quiet(),
                responder: Answering { _ in .now(text("x")) })
            let error = await #expect(throws: ListenError.self) { try await other.bind() }
            #expect(
                error?.description == "metadata listener cannot bind \(running.address.text): address already in use; "
                    + "`understudy doctor` says by whom, or choose another HOST:PORT")
        }
    }

    @Test("refuses a certificate that is none when it binds, without showing the key")
    func brokenCertificate() async throws {
        let listener = HTTPListener(
            name: "authority", address: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSMaterial(certificateChainPEM: "no", privateKeyPEM: SecretBytes(Array("hush".utf8))), clock: .live,
            protocolErrors: .plain, logger: quiet(), responder: Answering { _ in .now(text("x")) })
        let error = await #expect(throws: ListenError.self) { try await listener.bind() }
        #expect(error?.description == "authority listener cannot bind 127.0.0.1:0: the certificate chain or its key cannot be used")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}

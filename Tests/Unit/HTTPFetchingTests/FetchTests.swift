import HTTPFetching
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct FetchTests {
    private let fetcher = HTTPFetcher()

    private static func answer(_ status: String = "200 OK", _ fields: [String] = [], body: String = "") -> [UInt8] {
        Array((["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + fields + ["", body]).joined(separator: "\r\n").utf8)
    }

    @Test func `answers with status, header and body whatever the status`() async throws {
        try await ScriptedServer.serving { _ in
            Self.answer("418 I'm a teapot", ["X-One:  a b \t", "x-two:", "X-One: second"], body: "short\0stout")
        } _: { server in
            let response = try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(server.port)/pot?a=b%20c"))
            #expect(response.status == 418)
            #expect(response.headers.map(\.name) == ["Content-Length", "X-One", "x-two", "X-One"])
            #expect(response.headers.map(\.value) == ["11", "a b", "", "second"])
            #expect(response.header("x-ONE") == "a b")
            #expect(response.header("X-Three") == nil)
            #expect(response.body == Array("short\0stout".utf8))
        }
    }

    @Test func `sends the fields given and none of its own making`() async throws {
        try await ScriptedServer.serving { _ in
            Self.answer()
        } _: { server in
            _ = try await fetcher.fetch(
                FetchRequest(url: "http://127.0.0.1:\(server.port)/a/../b?q", headers: [("Metadata", "true"), ("Empty", "")]))
            let host = "127.0.0.1:\(server.port)"
            #expect(
                server.requests == ["GET /a/../b?q HTTP/1.1\r\nHost: \(host)\r\nAccept: */*\r\nMetadata: true\r\nEmpty:\r\n\r\n"])
        }
    }

    @Test(arguments: [
        ("POST", nil, "POST / HTTP/1.1", "\r\nContent-Length: 0\r\n\r\n"),
        ("POST", "a=b", "POST / HTTP/1.1", "\r\nContent-Length: 3\r\n\r\na=b"),
        ("PUT", "x", "PUT / HTTP/1.1", "\r\nContent-Length: 1\r\n\r\nx"), ("DELETE", nil, "DELETE / HTTP/1.1", "\r\n\r\n"),
        ("HEAD", nil, "HEAD / HTTP/1.1", "\r\n\r\n"), ("PATCH", "a\0b", "PATCH / HTTP/1.1", "\r\nContent-Length: 3\r\n\r\na\0b"),
    ])
    func `sends the method and the body`(method: String, body: String?, start: String, end: String) async throws {
        try await ScriptedServer.serving { _ in
            Self.answer("204 No Content")
        } _: { server in
            let request = FetchRequest(method: method, url: "http://127.0.0.1:\(server.port)/", body: body.map { Array($0.utf8) })
            #expect(try await fetcher.fetch(request).status == 204)
            let sent = try #require(server.requests.first)
            #expect(sent.hasPrefix(start))
            #expect(sent.hasSuffix(end))
            #expect(!sent.lowercased().contains("content-type"))
            #expect(!sent.lowercased().contains("expect"))
        }
    }

    @Test func `a large body arrives without waiting for a go-ahead`() async throws {
        try await ScriptedServer.serving { request in
            Self.answer(body: "\(request.utf8.count > 2_000_000)")
        } _: { server in
            let body = [UInt8](repeating: 0x61, count: 2_000_000)
            let response = try await fetcher.fetch(FetchRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: body))
            #expect(response.body == Array("true".utf8))
        }
    }

    @Test func `interim answers leave no trace`() async throws {
        try await ScriptedServer.serving { _ in
            Array("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".utf8) + Self.answer(body: "ok")
        } _: { server in
            let response = try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(server.port)/"))
            #expect(response.status == 200)
            #expect(response.headers.map(\.name) == ["Content-Length"])
        }
    }

    @Test func `a redirect is answered as it is unless redirects are asked for`() async throws {
        try await ScriptedServer.serving { request in
            request.hasPrefix("GET /from") ? Self.answer("302 Found", ["Location: /to", "X-Hop: 1"]) : Self.answer(body: "there")
        } _: { server in
            var request = FetchRequest(url: "http://127.0.0.1:\(server.port)/from")
            let kept = try await fetcher.fetch(request)
            #expect(kept.status == 302)
            #expect(kept.header("location") == "/to")
            #expect(server.requests.count == 1)
            request.maximumRedirects = 1
            let followed = try await fetcher.fetch(request)
            #expect(followed.status == 200)
            #expect(followed.body == Array("there".utf8))
            #expect(followed.header("X-Hop") == nil)
        }
    }

    @Test(arguments: ["/again", "file:///etc/hostname", "gopher://127.0.0.1/"])
    func `too many redirects, and redirects elsewhere than the web, are errors`(location: String) async throws {
        try await ScriptedServer.serving { _ in
            Self.answer("302 Found", ["Location: \(location)"])
        } _: { server in
            await #expect(throws: FetchError.self) {
                try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(server.port)/", maximumRedirects: 3))
            }
        }
    }

    @Test func `silence ends with the time allowed`() async throws {
        try await ScriptedServer.serving { _ in
            nil
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            await #expect(throws: FetchError.timedOut(url: url, seconds: 1)) {
                try await fetcher.fetch(FetchRequest(url: url, timeoutSeconds: 1))
            }
        }
    }

    @Test func `cancelling the task ends the fetch`() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        try await ScriptedServer.serving { _ in
            arrived.yield()
            return nil
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            let task = Task { [fetcher] in try await fetcher.fetch(FetchRequest(url: url, timeoutSeconds: 60)) }
            var iterator = arrivals.makeAsyncIterator()
            await iterator.next()
            task.cancel()
            await #expect(throws: FetchError.cancelled(url: url)) { try await task.value }
        }
    }

    @Test(arguments: [true, false])
    func `a body over the limit is an error, announced or not; one at the limit is not`(announced: Bool) async throws {
        try await ScriptedServer.serving { _ in
            let body = String(repeating: "x", count: 1000)
            return announced ? Self.answer(body: body) : Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)".utf8)
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            let whole = try await fetcher.fetch(FetchRequest(url: url, maximumBytes: 1000))
            #expect(whole.body.count == 1000)
            for limit in [999, 0] {
                await #expect(throws: FetchError.tooLarge(url: url, limit: limit)) {
                    try await fetcher.fetch(FetchRequest(url: url, maximumBytes: limit))
                }
            }
        }
    }

    @Test func `an endless header is an error`() async throws {
        try await ScriptedServer.serving { _ in
            Self.answer("200 OK", (0..<4000).map { "X-\($0): " + String(repeating: "y", count: 100) })
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            await #expect(throws: FetchError.tooLarge(url: url, limit: 262144)) { try await fetcher.fetch(FetchRequest(url: url)) }
        }
    }

    @Test func `a refused connection says where`() async throws {
        let url = "http://127.0.0.1:\(try ScriptedServer.closedPort())/"
        let error = await #expect(throws: FetchError.self) { try await fetcher.fetch(FetchRequest(url: url)) }
        guard case .couldNotConnect(url: url, let reason, .refused)? = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(reason.contains("refused"))
    }

    @Test func `a peer that closes without an answer is an error`() async throws {
        try await ScriptedServer.serving { _ in
            []
        } _: { server in
            let error = await #expect(throws: FetchError.self) {
                try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(server.port)/"))
            }
            #expect(error == .noAnswer(url: "http://127.0.0.1:\(server.port)/"))
        }
    }

    @Test func `a refused connection tells the system's number and the address it tried`() async throws {
        let port = try ScriptedServer.closedPort()
        for (host, address) in [("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1")] {
            let error = await #expect(throws: FetchError.self) { try await fetcher.fetch(FetchRequest(url: "http://\(host):\(port)/")) }
            guard case .couldNotConnect(_, _, .refused(111, address))? = error else {
                return #expect(Bool(false), "\(String(describing: error))")
            }
        }
    }

    @Test func `a body cut short is an error that holds what came of it`() async throws {
        try await ScriptedServer.serving { _ in
            Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc".utf8)
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            await #expect(throws: FetchError.truncated(url: url, received: Array("abc".utf8))) {
                try await fetcher.fetch(FetchRequest(url: url))
            }
        }
    }

    @Test(arguments: [("200 OK", "OK"), ("404 No such thing here", "No such thing here"), ("500 ", "")])
    func `keeps the reason phrase`(line: String, reason: String) async throws {
        try await ScriptedServer.serving { _ in
            Array("HTTP/1.1 \(line)\r\nContent-Length: 0\r\n\r\n".utf8)
        } _: { server in
            let response = try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(server.port)/"))
            #expect(response.reason == reason)
        }
    }

    @Test func `leaves Accept out and unpacks gzip only when told to`() async throws {
        // `{"a":1}`
        let packed: [UInt8] = [
            0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 0x05, 0, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0,
            0,
            0,
        ]
        try await ScriptedServer.serving { _ in
            Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n".utf8) + packed
        } _: { server in
            var request = FetchRequest(url: "http://127.0.0.1:\(server.port)/")
            let kept = try await fetcher.fetch(request)
            #expect(kept.body == packed)
            request.sendsAccept = false
            request.unpacksGzip = true
            request.headers = [("X", "y"), ("Accept-Encoding", "gzip")]
            let unpacked = try await fetcher.fetch(request)
            #expect(unpacked.body == Array(#"{"a":1}"#.utf8))
            #expect(server.requests.map { $0.contains("Accept: ") } == [true, false])
            #expect(server.requests.last?.hasSuffix("X: y\r\nAccept-Encoding: gzip\r\n\r\n") == true)
        }
    }

    @Test func `a Unix socket takes the place of the host`() async throws {
        var template = Array("/tmp/understudy-test-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        #expect(made)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = directory + "/socket"
        defer {
            _ = unsafe unlink(path)
            _ = unsafe rmdir(directory)
        }
        try await ScriptedServer.serving(at: path) { _ in
            Self.answer(body: "local")
        } _: { server in
            let response = try await fetcher.fetch(FetchRequest(url: "http://cluster.test/x", unixSocket: path))
            #expect(response.body == Array("local".utf8))
            #expect(server.requests.first?.contains("Host: cluster.test\r\n") == true)
        }
        let gone = await #expect(throws: FetchError.self) {
            try await fetcher.fetch(FetchRequest(url: "http://cluster.test/x", unixSocket: directory + "/none"))
        }
        guard case .couldNotConnect? = gone else { return #expect(Bool(false), "\(String(describing: gone))") }
    }

    @Test(arguments: [
        "", "/path", "127.0.0.1", "127.0.0.1:80/a", "file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http:/a", "http://",
        "http://a b/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\0", "http://127.0.0.1:99999/", "http://täst/",
    ])
    func `rejects what is not an absolute web URL`(url: String) async {
        let error = await #expect(throws: FetchError.self) { try await fetcher.fetch(FetchRequest(url: url, timeoutSeconds: 2)) }
        guard case .invalidURL? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test(arguments: [
        ("G T", [("A", "b")]), ("", [("A", "b")]), ("GET", [("A b", "c")]), ("GET", [("", "c")]), ("GET", [("A", "b\r\nC: d")]),
        ("GET", [("A:", "b")]), ("GET", [("A", "b\0")]),
    ])
    func `rejects a method or field that would change the request`(method: String, headers: [(String, String)]) async throws {
        try await ScriptedServer.serving { _ in
            Self.answer()
        } _: { server in
            await #expect(throws: FetchError.self) {
                try await fetcher.fetch(FetchRequest(method: method, url: "http://127.0.0.1:\(server.port)/", headers: headers))
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `errors do not repeat user information or the query`() async throws {
        let port = try ScriptedServer.closedPort()
        let error = await #expect(throws: FetchError.self) {
            try await fetcher.fetch(FetchRequest(url: "http://user:secret@127.0.0.1:\(port)/a/@b?token=secret#secret"))
        }
        #expect(error?.description.hasPrefix("could not connect to http://127.0.0.1:\(port)/a/@b: ") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `many fetches at a time all get their own answer`() async throws {
        try await ScriptedServer.serving { request in
            Self.answer(body: String(request.dropFirst(5).prefix { $0 != " " }))
        } _: { server in
            let port = server.port
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<40 {
                    group.addTask { [fetcher] in
                        try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(port)/\(index)")).body == Array("\(index)".utf8)
                    }
                }
                for try await own in group { #expect(own) }
            }
        }
    }
}

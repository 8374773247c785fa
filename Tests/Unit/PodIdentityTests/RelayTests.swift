import HTTPServing
import Testing

/// How upstream's answers are handed on: nmi.md §1.9 and the recordings `proxy-*`.
@Suite(.timeLimit(.minutes(1))) struct RelayTests {
    private func relayed(_ response: HTTPResponse, method: String = "GET") async throws -> RawAnswer {
        let harness = Harness(try Fixtures.store(), upstream: ScriptedUpstream([response]))
        let request = "\(method) /metadata/instance HTTP/1.1\r\nHost: a\r\nMetadata: true\r\nConnection: close\r\n\r\n"
        return try await harness.exchange(Array(request.utf8), from: try Fixtures.peer("p1"))
    }

    private func lines(_ answer: RawAnswer) -> [String] { answer.headers.map { "\($0.name): \($0.value)" } }

    @Test func `spells and sorts headers as Go does and keeps duplicates in their order`() async throws {
        let answer = try await relayed(
            HTTPResponse(
                status: .ok,
                headers: [
                    .field("x-b", "2"), .field("Server", "S"), .field("X-A", "1"), .field("x-b", "1"), .date,
                    .field("x-ms-request-id", "G"),
                ],
                body: Array("body".utf8)))
        #expect(
            lines(answer) == [
                "Content-Length: 4", "Date: \(Harness.date)", "Server: S", "X-A: 1", "X-B: 2", "X-B: 1", "X-Ms-Request-Id: G",
                "Connection: close",
            ])
    }

    @Test(arguments: [HTTPResponse.Framing.untilClose, .chunked])
    func `counts a short answer without a length and sends a long one in chunks`(_ framing: HTTPResponse.Framing) async throws {
        func answer(_ count: Int) async throws -> RawAnswer {
            try await relayed(
                HTTPResponse(
                    status: .ok, headers: [.field("X", "1")], body: [UInt8](repeating: UInt8(ascii: "x"), count: count), framing: framing))
        }
        #expect(lines(try await answer(2048)) == ["X: 1", "Content-Length: 2048", "Connection: close"])
        let long = try await answer(2049)
        #expect(lines(long) == ["X: 1", "Connection: close", "Transfer-Encoding: chunked"])
        #expect(long.body.starts(with: "801\r\nx".utf8))
    }

    @Test func `adds no length to an answer that has no body`() async throws {
        let answer = try await relayed(HTTPResponse(status: .noContent, headers: [.date], body: []))
        #expect(lines(answer) == ["Date: \(Harness.date)", "Connection: close"])
    }

    @Test func `sends the head alone in answer to HEAD`() async throws {
        let answer = try await relayed(HTTPResponse(status: .ok, headers: [.contentLength], body: Array("body".utf8)), method: "HEAD")
        #expect(lines(answer) == ["Content-Length: 4", "Connection: close"])
        #expect(answer.body.isEmpty)
    }
}

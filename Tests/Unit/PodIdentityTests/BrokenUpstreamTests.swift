import HTTPServing
import Testing

/// A metadata service whose answers do not come whole: adal calls that a network error, and asks again (source: nmi.md §2.2).
@Suite(.timeLimit(.minutes(1))) struct BrokenUpstreamTests {
    @Test(
        "an answer that breaks off is a 503 that says how, after five attempts",
        arguments: [
            (HTTPResponse.Delivery.nothing, "EOF"), (.reset, "read tcp: read: connection reset by peer"),
            (.cut(bodyBytes: 3), "unexpected EOF"),
        ])
    func broken(delivery: HTTPResponse.Delivery, reason: String) async throws {
        var response = HTTPResponse(status: .ok, headers: [], body: Array("{}".utf8))
        response.delivery = delivery
        let upstream = ScriptedUpstream([response])
        let harness = Harness(try Fixtures.store(), upstream: upstream)
        let request =
            "GET /metadata/identity/oauth2/token?resource=r HTTP/1.1\r\nHost: a\r\nMetadata: true\r\nConnection: close\r\n\r\n"
        let answer = try await harness.exchange(Array(request.utf8), from: try Fixtures.peer("p1"))
        #expect(answer.statusLine.contains("503"))
        let body = String(decoding: answer.body, as: UTF8.self)
        #expect(body.contains("adal: Failed to execute the refresh request. Error = 'Get \"http://169.254.169.254/metadata"), "\(body)")
        #expect(body.contains(reason), "\(body)")
    }
}

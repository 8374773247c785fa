import Testing

@testable import HTTPServing

@Suite struct DeliveryTests {
    private static func answer(_ delivery: HTTPResponse.Delivery, _ framing: HTTPResponse.Framing = .contentLength) -> HTTPResponse {
        var response = HTTPResponse(status: .ok, headers: [], body: Array("0123456789".utf8), framing: framing)
        response.delivery = delivery
        return response
    }

    @Test(
        "an answer is cut off in its body, after a head that tells of all of it, and the connection ends",
        arguments: [
            (HTTPResponse.Framing.contentLength, 4, "Content-Length: 10\r\n\r\n0123"), (.contentLength, 0, "Content-Length: 10\r\n\r\n"),
            (.contentLength, 99, "Content-Length: 10\r\n\r\n0123456789"), (.chunked, 4, "Transfer-Encoding: chunked\r\n\r\na\r\n0123"),
            (.untilClose, 4, "\r\n\r\n0123"),
        ])
    func cut(framing: HTTPResponse.Framing, bytes: Int, end: String) async throws {
        try await withListener({ _ in .now(Self.answer(.cut(bodyBytes: bytes), framing)) }) { running in
            let client = try await running.client()
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let text = await client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix(end), "\(text)")
            #expect(!text.contains("Connection: close"))
        }
    }

    @Test("nothing is sent where nothing is to be, at once or later", arguments: [HTTPResponse.Delivery.nothing, .reset], [false, true])
    func nothing(delivery: HTTPResponse.Delivery, later: Bool) async throws {
        try await withListener({ _ in later ? .later { Self.answer(delivery) } : .now(Self.answer(delivery)) }) { running in
            let client = try await running.client()
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await client.readToEnd() == "")
        }
    }

    @Test("what was answered before a cut answer on the same connection is whole")
    func earlierAnswers() async throws {
        try await withListener({ request in .now(Self.answer(request.rawPath == "/first" ? .whole : .cut(bodyBytes: 1))) }) { running in
            let client = try await running.client()
            try await client.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n")
            let text = await client.readToEnd()
            #expect(
                text.components(of: "HTTP/1.1 200 OK") == 2 && text.contains("0123456789HTTP") && text.hasSuffix("\r\n\r\n0"), "\(text)")
        }
    }

    @Test("a remark goes with a request, and stays when its body goes")
    func remark() {
        let request = HTTPRequest(
            method: "GET", target: "/", headers: [], body: [1], peer: PeerAddress(host: .ipv4(1), port: 1))
        #expect(request.remark == nil)
        let remarked = request.remarked("seen")
        #expect(remarked.remark as? String == "seen" && remarked.body == [1])
        #expect(remarked.withoutBody.remark as? String == "seen" && remarked.withoutBody.body.isEmpty)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

import HTTPServing
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("The original webhook's recordings")
struct RecordingTests {
    @Test("are all there") func count() {
        #expect(Exchange.reviews.count == 100)
        #expect(Exchange.starts.count == 5)
    }

    @Test("answer the same, header for header and byte for byte", arguments: Exchange.reviews)
    func answers(_ exchange: Exchange) throws {
        let answer = try answer(to: exchange)
        let recorded = try #require(exchange.row["http"])
        #expect(recorded["status"] == .integer(answer.status.code))
        #expect(headers(of: answer) == recordedHeaders(recorded))

        guard let wanted = exchange.row["response"], wanted != .null else {
            #expect(String(decoding: answer.body, as: UTF8.self) == recorded["body"]?.text)
            return
        }
        #expect(answer.body.last == UInt8(ascii: "\n"))
        let given = try JSONValue(parsing: answer.body)
        #expect(withoutPatch(given) == withoutPatch(wanted))
        let object = exchange.row["review"]?["request"]?["object"] ?? .null
        let (asked, made) = (try object.patched(by: patch(wanted)).ordered, try object.patched(by: patch(given)).ordered)
        #expect(made == asked)
        if let mutated = exchange.row["mutated"], mutated != .null {
            #expect(made == mutated.ordered)
        }
    }

    @Test("of a bad start tell the same", arguments: Exchange.starts)
    func starts(_ exchange: Exchange) throws {
        let output = try #require(exchange.row["start"]?["output"]?.text)
        let prefix = "panic: unable to set up pod mutator: "
        let wanted = output.hasPrefix(prefix) ? String(output.dropFirst(prefix.count)) : output
        do throws(WebhookSetupError) {
            _ = try exchange.setup().settings()
            #expect(wanted.isEmpty)
        } catch {
            #expect(error.description == wanted)
        }
    }

    private func answer(to exchange: Exchange) throws -> HTTPResponse {
        if exchange.row["request"]?["bodyBytes"] != nil {
            return try #require(AdmissionWebhook.protocolErrors.answer(.bodyTooLarge(limit: AdmissionWebhook.limits.bodyBytes)))
        }
        let webhook = AdmissionWebhook(settings: try exchange.setup().settings(), serviceAccounts: Exchange.serviceAccounts)
        guard case .now(let response) = webhook.respond(to: exchange.request) else {
            Issue.record("the answer is not made at once")
            return HTTPResponse(status: .teapot, headers: [], body: [])
        }
        return response
    }

    /// As they would stand on the wire, without `Date` and `Connection`.
    private func headers(of answer: HTTPResponse) -> [[String]] {
        var lines: [[String]] = []
        for line in answer.expandedHeaders {
            switch line {
            case .field(let name, let value): lines.append([name, value])
            case .constant: break
            case .contentLength: lines.append(["Content-Length", "\(answer.body.count)"])
            case .date: continue
            }
        }
        switch answer.framing {
        case .chunked: lines.append(["Transfer-Encoding", "chunked"])
        // A length that no line places stands last.
        case .contentLength where !answer.headers.contains(.contentLength): lines.append(["Content-Length", "\(answer.body.count)"])
        default: break
        }
        return lines
    }

    private func recordedHeaders(_ recorded: JSONValue) -> [[String]] {
        (recorded["headers"]?.elements ?? []).map { ($0.elements ?? []).compactMap(\.text) }
            .filter { !["Date", "Connection"].contains($0.first) }
    }

    private func withoutPatch(_ review: JSONValue) -> JSONValue {
        guard let response = review["response"], response["patch"] != nil else { return review }
        return review.setting("response", response.setting("patch", "left out"))
    }

    private func patch(_ review: JSONValue) throws -> [JSONValue] {
        guard let text = review["response"]?["patch"]?.text else { return [] }
        let bytes = try #require(Base64.decode(text))
        return try #require(try JSONValue(parsing: bytes).elements)
    }
}

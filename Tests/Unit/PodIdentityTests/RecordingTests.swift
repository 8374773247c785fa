import HTTPServing
import Surroundings
import Testing
import WireFormats

@testable import PodIdentity

/// Every recording of the original, in managed and in standard mode, replayed over a socket.
///
/// Status line, every header in its order and the bytes of the body are compared. Masked by rule: `Date` where the answer is NMI's own, and
/// which of several identities is taken when none is named. Upstream's requests are compared too: of NMI's own token calls all of the
/// head but the Go version in `User-Agent`; of relayed requests method, target and the client's own headers, for `Host`, `Connection`,
/// `Accept-Encoding` and Go's default `User-Agent` are of a socket that an upstream within the process does not have; of requests to Entra
/// tenant and form.
@Suite(.timeLimit(.minutes(2))) struct RecordingTests {
    /// Recordings that differ, and why.
    ///
    /// One that no longer differs fails its test until it leaves this table.
    static let excepted = [
        "m/caller-p13": "the body is Go's dump of two pods, with uids and times of the API server; compared up to the dump"
    ]

    @Test func `reads 178 recordings, of which one is excepted`() {
        #expect(Recording.all.count == 178)
        #expect(Self.excepted.count == 1)
        #expect(Set(Self.excepted.keys).isSubset(of: Recording.all.map(\.name)))
        #expect(Set(Recording.all.map(\.configuration)) == Set(Fixtures.configurations.keys))
        #expect(Recording.all.count { $0.configuration.hasPrefix("standard") } == 59)
    }

    @Test(arguments: Recording.all) func `is answered as recorded`(_ recording: Recording) async throws {
        var found = try await differences(recording, entropy: 0)
        // Which of two identities is taken is random: one of the two choices has to give what was recorded.
        if !found.isEmpty, try await differences(recording, entropy: 1).isEmpty { found = [] }
        guard Self.excepted[recording.name] == nil else {
            #expect(!found.isEmpty, "It is answered as recorded now: take it out of the table.")
            return
        }
        #expect(found == [])
    }

    @Test func `answers several pods at one address with their dump, in chunks`() async throws {
        let recording = try Recording.named("m/caller-p13")
        let answer = try await replay(recording, entropy: 0).answer
        #expect(answer.statusLine == recording.answer.statusLine)
        #expect(answer.headers.map(\.name) == recording.answer.headers.map(\.name))
        let beginning = "\r\nfailed to match pod IP 10.244.8.23 with [&Pod{ObjectMeta:{p1"
        for body in [answer.body, recording.answer.body] {
            #expect(String(decoding: body.drop { $0 != UInt8(ascii: "\r") }.prefix(beginning.utf8.count), as: UTF8.self) == beginning)
            #expect(String(decoding: body.suffix(9), as: UTF8.self) == "]\n\r\n0\r\n\r\n")
        }
    }

    // MARK: Replaying

    private func replay(_ recording: Recording, entropy: UInt64) async throws -> (answer: RawAnswer, asked: [HTTPRequest]) {
        guard !recording.asksEntra else { return (try await replayEntra(recording), []) }
        var script: [HTTPResponse] = []
        for (index, asked) in recording.asked.enumerated() {
            // Only the last answer's body was recorded; the others were retried, and nothing of them is ever shown.
            let last = index == recording.asked.count - 1 ? recording.upstream : nil
            script.append(last ?? HTTPResponse(status: HTTPStatus(code: asked.status), headers: [], body: Array("{}".utf8)))
        }
        let harness = Harness(
            try Fixtures.store(recording.configuration), upstream: ScriptedUpstream(script), entropy: Entropy { entropy })
        let answer = try await harness.exchange(recording.request, from: try Fixtures.peer(recording.caller))
        return (answer, harness.upstream.asked)
    }

    /// The authority is asked in process, so its requests are compared by what they say.
    private func replayEntra(_ recording: Recording) async throws -> RawAnswer {
        let last = try #require(recording.upstream)
        // Only the last tenant's answer was recorded: the others are made from it, for its token names the tenant.
        let script = try recording.asked.map { asked in
            let (own, other) = (asked.tenant, try #require(recording.asked.last).tenant)
            let body = String(decoding: last.body, as: UTF8.self).replacing("tok.aad.\(other).", with: "tok.aad.\(own).")
            return ServicePrincipalAnswer(status: asked.status, body: Array(body.utf8))
        }
        let harness = Harness(
            try Fixtures.store(recording.configuration), upstream: ScriptedUpstream([]), authority: ScriptedAuthority(script))
        let answer = try await harness.exchange(recording.request, from: try Fixtures.peer(recording.caller))
        #expect(harness.authority.asked.map(Self.shown) == recording.asked.map { "\($0.tenant) \($0.form)" })
        #expect(harness.upstream.asked.isEmpty)
        return answer
    }

    private static func shown(_ request: ServicePrincipalRequest) -> String {
        var form = [("client_id", request.clientID), ("grant_type", "client_credentials"), ("resource", request.resource)]
        if case .secret(let secret) = request.credential {
            form.append(("client_secret", secret.reveal { String(decoding: $0, as: UTF8.self) }))
        }
        let body = form.sorted { $0.0 < $1.0 }.map { "\($0.0)=\(Percent.encodeQuery($0.1))" }.joined(separator: "&")
        return "\(request.tenant) \(body)"
    }

    private func differences(_ recording: Recording, entropy: UInt64) async throws -> [String] {
        let (answer, asked) = try await replay(recording, entropy: entropy)
        var found: [String] = []
        func compare(_ what: String, _ ours: String, _ theirs: String) {
            if ours != theirs { found.append("\(what): \(ours) instead of \(theirs)") }
        }
        compare("status line", answer.statusLine, recording.answer.statusLine)
        let headers = recording.answer.headers.map { name, value in
            "\(name): \(name == "Date" && !recording.isRelayed ? Harness.date : value)"
        }
        compare("headers", "\(answer.headers.map { "\($0.name): \($0.value)" })", "\(headers)")
        if answer.body != recording.answer.body {
            found.append(
                "body: \(String(decoding: answer.body, as: UTF8.self)) instead of \(String(decoding: recording.answer.body, as: UTF8.self))"
            )
        }
        guard !recording.asksEntra else { return found }
        compare("requests upstream", "\(asked.count)", "\(recording.asked.count)")
        for (ours, theirs) in zip(asked, recording.asked) {
            let shown = recording.isRelayed ? Self.relayedHead : Self.ownHead
            compare("request upstream", "\(shown("\(ours.method) \(ours.target) HTTP/1.1", ours.headers))", "\(Self.head(theirs, shown))")
        }
        return found
    }

    // MARK: Requests upstream

    private typealias Shown = (_ line: String, _ headers: [(name: String, value: String)]) -> [String]

    private static func head(_ asked: Recording.Asked, _ shown: Shown) -> [String] {
        let lines = RawAnswer.lines(ArraySlice(asked.text.utf8)).prefix { !$0.isEmpty }
        return shown(lines.first ?? "", lines.dropFirst().map(RawAnswer.header))
    }

    /// NMI's own call: everything in order, but for the version of Go it was built with.
    private static func ownHead(_ line: String, _ headers: [(name: String, value: String)]) -> [String] {
        [line]
            + headers.map { name, value in
                guard name == "User-Agent", value.hasPrefix("Go/go") else { return "\(name): \(value)" }
                return "\(name): Go/go*\(value.drop { $0 != " " })"
            }
    }

    /// A relayed request: what the client wrote, sorted, for Go sorts what it sends.
    private static func relayedHead(_ line: String, _ headers: [(name: String, value: String)]) -> [String] {
        [line]
            + headers.filter { name, value in
                !["host", "connection", "accept-encoding"].contains(name.lowercased()) && value != "Go-http-client/1.1"
            }.map { "\($0.name.lowercased()): \($0.value)" }.sorted()
    }
}

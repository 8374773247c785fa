import HTTPFetching
import HTTPServing
import Testing
import WireFormats

@testable import WorkloadIdentity

/// Every recording of the original sidecar over HTTP, replayed over a socket with the world that the recorder had.
///
/// Status line, headers in their order and body bytes are compared, and what the metadata service was sent. Excepted by rule: the version in
/// `Server`, and `Date` where the sidecar's own server wrote it.
@Suite(.timeLimit(.minutes(2))) struct SidecarRecordingTests {
    private static let assertion = "eyJ.projected.token"
    /// What stood in `RUN/tok`, by group.
    private static let tokenFiles = [
        "token file garbage": "garbage", "token file empty": "", "token file with newline": assertion + "\n",
        "token file three dots": "a.b.c.d",
    ]
    private static let second: Int64 = 1_000_000_000

    @Test func `reads 77 exchanges over HTTP`() {
        #expect(SidecarRecording.all.count == 77)
        #expect(SidecarRecording.all.count { $0.isRelayed } == 17)
        #expect(SidecarRecording.all.count { $0.token != nil && !$0.isRelayed } == 29)
    }

    @Test(arguments: SidecarRecording.all) func `is answered as recorded`(_ recording: SidecarRecording) async throws {
        let directory = try TemporaryDirectory()
        var environment = recording.environment
        if let content = Self.content(environment["AZURE_FEDERATED_TOKEN_FILE"], recording.group) {
            environment["AZURE_FEDERATED_TOKEN_FILE"] = try directory.write(content)
        }
        // Halfway through a second, so that what is cut off differs from what is rounded; and time passes.
        let expires = recording.token?.expiresOn ?? 1_795_255_952
        let clock = MovableClock((expires - 3599) * Self.second + Self.second / 2, tick: 1_000_000)
        let world = Self.world(of: recording)
        let service = SidecarService(
            settings: try SidecarSettings(environment: environment), outbound: world.outbound(clock.clock), logger: SidecarSocket.quiet)
        if let token = recording.token, !recording.isRelayed, token.expiresIn < 3599 - 11 {
            // Less is left than of a fresh token, so the recorder asked before; the cache knows the token since.
            _ = try await SidecarSocket.exchange(recording.request, with: service, clock: clock.clock)
            clock.set((expires - token.expiresIn - 10) * Self.second - Self.second / 2)
        }
        let answer = try await SidecarSocket.exchange(recording.request, with: service, clock: clock.clock)
        #expect(answer.statusLine == recording.statusLine)
        #expect(Self.shown(answer.headers, recording) == Self.shown(recording.headers, recording))
        let isHead = recording.request.hasPrefix("HEAD")
        #expect(answer.text == (isHead ? "" : String(decoding: recording.body, as: UTF8.self)))
        #expect(isHead || answer.body == recording.body)
        if let upstream = recording.upstream { #expect(world.requests.map(Self.wire) == [upstream]) }
    }

    // MARK: The recorder's world

    private static func content(_ file: String?, _ group: String) -> String? {
        switch file {
        case "PEERS/run/stub/token.jwt": assertion
        case "RUN/tok": tokenFiles[group]
        default: nil
        }
    }

    private static func world(of recording: SidecarRecording) -> ScriptedWorld {
        let text = String(decoding: recording.body, as: UTF8.self)
        return ScriptedWorld { request in
            if request.url.hasPrefix("http://") { return metadata(recording, request) }
            if text.contains("connection refused") {
                return .failure(
                    .couldNotConnect(url: request.url, reason: "", cause: .refused(errno: 111, address: "127.0.0.1")))
            }
            if text.contains("unknown authority") { return .failure(.tls(url: request.url, reason: "", cause: .unknownAuthority)) }
            if request.url.hasSuffix("/v2.0/.well-known/openid-configuration?") { return .success(StubAuthority.discovery()) }
            // Of an answer to HEAD only the length is known: it is that of the first exchange.
            if recording.status == 200, let token = recording.token ?? SidecarRecording.all.first?.token {
                return .success(StubAuthority.token(token.token))
            }
            return .success(refusal(in: text))
        }
    }

    /// The authority's answer that the recorded report tells of: its status line, and its JSON without the layout.
    private static func refusal(in report: String) -> FetchResponse {
        let parts = report.split(separator: String(repeating: "-", count: 80) + "\n")
        guard parts.count == 4, let colon = parts[1].firstRange(of: ": "), let document = try? JSONValue(parsing: Array(parts[2].utf8))
        else { return StubAuthority.answer(200, "OK", "nothing was recorded") }
        let line = parts[1][colon.upperBound...].dropLast()
        let code = line.prefix { $0 != " " }
        return StubAuthority.answer(Int(code) ?? 0, String(line.dropFirst(code.count + 1)), document.rendered())
    }

    private static func metadata(_ recording: SidecarRecording, _ request: FetchRequest) -> Result<FetchResponse, FetchError> {
        guard recording.isRelayed else {
            return .failure(.couldNotConnect(url: request.url, reason: "", cause: .refused(errno: 111, address: "127.0.0.1")))
        }
        // In another order and spelling than they must leave in.
        var headers = recording.headers.filter { $0.name != "Connection" && ($0.name != "Date" || isUpstreamsDate(recording)) }
            .map { (name: $0.name.lowercased(), value: $0.value) }
        headers.reverse()
        if request.unpacksGzip, request.url.contains("gzip") { headers += [("content-encoding", "gzip"), ("content-length", "27")] }
        if recording.header("Content-Encoding") == nil, request.url.contains("gzip") { headers.removeAll { $0.value == "7" } }
        return .success(FetchResponse(status: recording.status, reason: "Whatever", headers: headers, body: recording.body))
    }

    /// Go sorts what it hands on, so a date among the sorted came from upstream.
    private static func isUpstreamsDate(_ recording: SidecarRecording) -> Bool {
        let names = recording.headers.map(\.name).filter { $0 != "Connection" }
        return names == names.sorted() && names.last != "Date"
    }

    // MARK: Comparing

    private static func shown(_ headers: [SidecarRecording.Header], _ recording: SidecarRecording) -> [String] {
        headers.map { header in
            switch header.name {
            case "Server" where header.value.hasPrefix("azure-workload-identity/proxy/"): "Server: azure-workload-identity/proxy/*"
            case "Date" where !(recording.isRelayed && isUpstreamsDate(recording)): "Date: *"
            default: "\(header.name): \(header.value)"
            }
        }
    }

    /// The request as it leaves: libcurl adds nothing to these, which the live test checks.
    private static func wire(_ request: FetchRequest) -> String {
        let target = request.url.dropFirst("http://169.254.169.254:80".count)
        let head = "\(request.method) \(target) HTTP/1.1\r\n" + request.headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
        guard let body = request.body else { return head }
        return head + String(body.count, radix: 16) + "\r\n" + String(decoding: body, as: UTF8.self) + "\r\n0\r\n\r\n"
    }
}

import HTTPFetching
import HTTPServing
import Surroundings
import Synchronization
import Testing
import WireFormats

@testable import WorkloadIdentity

/// What is asked of the authority, when, and what is kept.
@Suite(.timeLimit(.minutes(1))) struct SidecarTokenTests {
    private static let start: Int64 = 1_770_715_293_000_000_000

    private let clock = MovableClock(start)
    private let directory: TemporaryDirectory
    private let file: String

    init() throws {
        directory = try TemporaryDirectory()
        file = try directory.write("first")
    }

    private func service(_ world: ScriptedWorld) throws -> SidecarService {
        SidecarService(
            settings: try SidecarSettings(environment: [
                "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": file,
            ]), outbound: world.outbound(clock.clock), logger: SidecarSocket.quiet)
    }

    private func ask(_ service: SidecarService, _ query: String = "resource=r") async -> HTTPResponse {
        let request = HTTPRequest(
            method: "GET", target: "/metadata/identity/oauth2/token?\(query)", headers: [], body: [],
            peer: PeerAddress(host: .unknown, port: 0))
        switch service.respond(to: request) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func token(_ response: HTTPResponse) throws -> String? { try JSONValue(parsing: response.body)["access_token"]?.text }

    /// Numbers its tokens.
    private func numbering(expiresIn: String = "3600", more: String = "") -> ScriptedWorld {
        let counter = Counter()
        return StubAuthority.world { _ in .success(StubAuthority.token("tok\(counter.next())", expiresIn: expiresIn, more: more)) }
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    // MARK: Caching

    @Test(arguments: [(3299, "tok1"), (3300, "tok1"), (3301, "tok2")])
    func `gives a token out until five minutes before it expires`(after seconds: Int64, expected: String) async throws {
        let service = try service(numbering())
        #expect(try token(await ask(service)) == "tok1")
        clock.advance(seconds)
        #expect(try token(await ask(service)) == expected)
    }

    @Test(arguments: [(1800, "tok1"), (1801, "tok2")])
    func `asks again once the authority would rather have it so`(after seconds: Int64, expected: String) async throws {
        let service = try service(numbering(more: #","refresh_in":1800"#))
        _ = await ask(service)
        clock.advance(seconds)
        #expect(try token(await ask(service)) == expected)
    }

    @Test func `falls back on a good token when it cannot have the one that is due`() async throws {
        let world = numbering(more: #","refresh_in":1800"#)
        let service = try service(world)
        _ = await ask(service)
        clock.advance(2000)
        world.change { .failure(.noAnswer(url: $0.url)) }
        #expect(try token(await ask(service)) == "tok1")
        #expect(world.count("POST", "/token") == 5)
    }

    @Test func `keeps tokens by resource and by client, and never for a scope that holds a blank`() async throws {
        let world = numbering()
        let service = try service(world)
        for (query, expected) in [
            ("resource=a", "tok1"), ("resource=a/", "tok2"), ("resource=a", "tok1"), ("resource=a&client_id=d", "tok3"),
            ("resource=a/.default", "tok1"), ("resource=a+b", "tok4"), ("resource=a+b", "tok5"),
        ] { #expect(try token(await ask(service, query)) == expected) }
        #expect(world.count("GET", "openid-configuration") == 2)
    }

    @Test func `does not keep a token that is as good as expired`() async throws {
        let service = try service(numbering(expiresIn: #""299""#))
        #expect(try token(await ask(service)) == "tok1")
        #expect(try token(await ask(service)) == "tok2")
    }

    @Test func `answers a token it holds at once`() async throws {
        let service = try service(numbering())
        _ = await ask(service)
        let request = HTTPRequest(
            method: "GET", target: "/metadata/identity/oauth2/token?resource=r", headers: [], body: [],
            peer: PeerAddress(host: .unknown, port: 0))
        guard case .now = service.respond(to: request) else {
            Issue.record("It was answered later.")
            return
        }
    }

    @Test func `asks once for ten requests at a time`() async throws {
        let world = numbering()
        let service = try service(world)
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<10 { group.addTask { try token(await ask(service)) } }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(tokens == ["tok1"])
        #expect(world.requests.count == 2)
    }

    @Test func `forgets the client that asked longest ago, of more than 128`() async throws {
        let world = numbering()
        let service = try service(world)
        for client in 0..<128 { _ = await ask(service, "resource=r&client_id=c\(client)") }
        _ = await ask(service, "resource=r&client_id=c0")
        _ = await ask(service, "resource=r&client_id=new")
        #expect(world.count("POST", "/token") == 129)
        _ = await ask(service, "resource=r&client_id=c0")
        #expect(world.count("POST", "/token") == 129)
        _ = await ask(service, "resource=r&client_id=c1")
        #expect(world.count("POST", "/token") == 130)
    }

    @Test(arguments: [(25 * 3600 - 1, 1), (25 * 3600, 2)])
    func `makes a client's credential anew after 25 hours`(after seconds: Int64, discoveries: Int) async throws {
        let world = numbering(expiresIn: "999999")
        let service = try service(world)
        _ = await ask(service)
        clock.advance(seconds)
        _ = await ask(service)
        #expect(world.count("GET", "openid-configuration") == discoveries)
    }

    // MARK: The token file

    @Test(arguments: [(600, "first"), (601, "second")])
    func `reads the token file again after ten minutes`(after seconds: Int64, expected: String) async throws {
        let world = numbering()
        let service = try service(world)
        _ = await ask(service)
        _ = try directory.write("second")
        clock.advance(seconds)
        _ = await ask(service, "resource=other")
        let form = String(decoding: world.requests.last?.body ?? [], as: UTF8.self)
        #expect(form.hasPrefix("client_assertion=\(expected)&client_assertion_type="))
    }

    @Test func `looks for a missing token file on every request`() async throws {
        try directory.remove()
        let service = try service(numbering())
        #expect(text(await ask(service)) == "WorkloadIdentityCredential: open \(file): no such file or directory\n")
        _ = try directory.write("late")
        #expect(try token(await ask(service)) == "tok1")
    }

    // MARK: Attempts

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func `asks four times when the authority is busy, and tells its last answer`(status: Int) async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.answer(status, "", "")) }
        let answer = text(await ask(try service(world)))
        #expect(world.count("POST", "/token") == 4)
        #expect(world.pauses == [.milliseconds(640), .milliseconds(1920), .milliseconds(4480)])
        #expect(answer.contains("RESPONSE \(status): \(status) \(HTTPStatus(code: status).reason)\n"))
        #expect(answer.contains("\nResponse contained no body\n"))
    }

    @Test func `waits as long as it is asked to, but never more than a minute`() async throws {
        let patient = StubAuthority.world { _ in .success(StubAuthority.answer(503, "", "", headers: [("retry-after", "7")])) }
        _ = await ask(try service(patient))
        #expect(patient.pauses == [.seconds(7), .seconds(7), .seconds(7)])
        let impatient = StubAuthority.world { _ in .success(StubAuthority.answer(503, "", "", headers: [("Retry-After", "61")])) }
        _ = await ask(try service(impatient))
        #expect(impatient.count("POST", "/token") == 1)
        #expect(impatient.pauses == [])
    }

    @Test(arguments: [
        (FetchError.couldNotConnect(url: "", reason: "", cause: .unknownName), "dial tcp: lookup login.microsoftonline.com: no such host"),
        (
            .couldNotConnect(url: "", reason: "", cause: .refused(errno: 113, address: "::1")),
            "dial tcp [::1]:443: connect: no route to host"
        ),
        (.timedOut(url: "", seconds: 30), "dial tcp login.microsoftonline.com:443: i/o timeout"), (.noAnswer(url: ""), "EOF"),
        (
            .tls(url: "", reason: "", cause: .outOfTime),
            "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
        ),
    ])
    func `tells in Go's words why the authority cannot be asked`(error: FetchError, words: String) async throws {
        let world = StubAuthority.world { _ in .failure(error) }
        #expect(
            text(await ask(try service(world)))
                == "WorkloadIdentityCredential: server response error:\n Post \"\(StubAuthority.tokenEndpoint)\": \(words)\n")
        #expect(world.count("POST", "/token") == 4)
    }

    @Test(arguments: [
        (404, " gone \n", ": reply status code was 404:\ngone\n"), (403, "", ": reply status code was 403\n"),
    ])
    func `tells what discovery answered`(status: Int, body: String, words: String) async throws {
        let world = ScriptedWorld { _ in .success(StubAuthority.answer(status, "", body)) }
        let answer = text(await ask(try service(world)))
        #expect(
            answer
                == "WorkloadIdentityCredential: unable to resolve an endpoint: http call(https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration?)(GET) error"
                + words)
    }

    @Test func `misses an endpoint in the discovery document`() async throws {
        let world = ScriptedWorld { _ in .success(StubAuthority.answer(200, "OK", #"{"authorization_endpoint":"x","issuer":"y"}"#)) }
        #expect(text(await ask(try service(world))).contains("token endpoint was not found in the openid configuration\n"))
    }

    @Test func `puts the tenant into the endpoint's template`() async throws {
        let world = ScriptedWorld { request in
            .success(
                request.method == "GET" ? StubAuthority.discovery("https://elsewhere.test/{tenant}/token") : StubAuthority.token("x"))
        }
        _ = await ask(try service(world))
        #expect(world.requests.last?.url == "https://elsewhere.test/t/token")
    }

    @Test(arguments: [#"{"token_type":"Bearer"}"#, "[]", "no json", #"{"access_token":""}"#])
    func `does not take any answer for a token`(body: String) async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.answer(200, "OK", body)) }
        let answer = await ask(try service(world))
        #expect(answer.status == .internalServerError)
        #expect(text(answer).hasPrefix("WorkloadIdentityCredential: "))
    }

    @Test func `sends a long token in chunks`() async throws {
        let long = String(repeating: "x", count: 2500)
        let answer = await ask(try service(StubAuthority.world { _ in .success(StubAuthority.token(long)) }))
        #expect(answer.framing == .chunked)
        #expect(try token(answer) == long)
    }

    @Test func `shows neither token nor assertion in a dump`() async throws {
        let token = AccessToken(token: SecretBytes(Array("secret".utf8)), expiresOnNanoseconds: 0, refreshOnNanoseconds: nil)
        var shown = "\(token)"
        dump(token, to: &shown)
        #expect(!shown.contains("secret"))
    }
}

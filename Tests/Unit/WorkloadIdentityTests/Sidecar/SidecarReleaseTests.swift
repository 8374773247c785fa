import HTTPFetching
import HTTPServing
import Testing
import WireFormats

@testable import WorkloadIdentity

/// Where releases before 1.6 differ (source: workload-identity.md, version forks, §2.1, §2.5).
@Suite(.timeLimit(.minutes(1))) struct SidecarReleaseTests {
    private let clock = MovableClock(1_770_715_293_000_000_000)
    private let directory: TemporaryDirectory
    private let variables: [String: String]

    init() throws {
        directory = try TemporaryDirectory()
        variables = [
            "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": try directory.write("first"),
            "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
        ]
    }

    private func ask(
        _ world: ScriptedWorld, _ release: String, _ changes: [String: String] = [:], times: Int = 1
    ) async throws -> HTTPResponse {
        let settings = try SidecarSettings(
            environment: variables.merging(changes) { $1 }, release: try #require(WebhookVersion(release)))
        let service = SidecarService(settings: settings, outbound: world.outbound(clock.clock), logger: SidecarSocket.quiet)
        var response = HTTPResponse(status: .ok, headers: [], body: [])
        for _ in 0..<times {
            let request = HTTPRequest(
                method: "GET", target: "/metadata/identity/oauth2/token?resource=r", headers: [], body: [],
                peer: PeerAddress(host: .unknown, port: 0))
            switch service.respond(to: request) {
            case .now(let answer): response = answer
            case .later(let work): response = await work()
            }
        }
        return response
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test(arguments: [("1.0", 3, 3), ("1.5.1", 3, 3), ("1.6", 1, 1)])
    func `remembers nothing before release 1.6`(release: String, discoveries: Int, tokens: Int) async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.token("tok")) }
        #expect(try await ask(world, release, times: 3).status == .ok)
        #expect(world.count("GET", "openid-configuration") == discoveries)
        #expect(world.count("POST", "/token") == tokens)
    }

    @Test(arguments: [("1.5.1", 1), ("1.6", 4)])
    func `asks once only before release 1.6`(release: String, attempts: Int) async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.answer(503, "Service Unavailable", "later")) }
        #expect(try await ask(world, release).status == .internalServerError)
        #expect(world.count("POST", "/token") == attempts)
    }

    @Test func `tells a refusal in MSAL's words before release 1.6, the authority's body as it came`() async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.answer(401, "Unauthorized", #"{"error":"invalid_client"}"#)) }
        let answer = try await ask(world, "1.4")
        #expect(
            text(answer) == "failed to acquire token: http call(\(StubAuthority.tokenEndpoint))(POST) error: reply status code was 401:\n"
                + #"{"error":"invalid_client"}"# + "\n")
        #expect(answer.headers.contains(.field("Server", "azure-workload-identity/proxy/v1.4.0 (linux/amd64) /")) || isARM)
    }

    private var isARM: Bool {
        #if arch(arm64)
            true
        #else
            false
        #endif
    }

    @Test(arguments: [
        (["AZURE_FEDERATED_TOKEN_FILE": "/nowhere/token"], "failed to acquire token: open /nowhere/token: no such file or directory\n"),
        (
            ["AZURE_AUTHORITY_HOST": "http://login.example/"],
            "failed to create confidential client app: authority url scheme must be https\n"
        ),
    ])
    func `tells what is wrong with its settings in older words`(changes: [String: String], expected: String) async throws {
        let world = StubAuthority.world { _ in .success(StubAuthority.token("tok")) }
        #expect(text(try await ask(world, "1.5", changes)) == expected)
    }

    @Test func `tells a discovery that fails in older words`() async throws {
        let world = ScriptedWorld { .failure(.noAnswer(url: $0.url)) }
        #expect(
            text(try await ask(world, "1.5")).hasPrefix(
                "failed to acquire token: unable to resolve an endpoint: server response error:\n Get \"https://login.microsoftonline.com/t/"
            ))
    }

    @Test(arguments: [("1.5", SidecarSetupError.authorityMissing), ("1.6", nil)])
    func `starts without an authority from release 1.6 on`(release: String, failure: SidecarSetupError?) throws {
        let environment = ["AZURE_TENANT_ID": "t"]
        let version = try #require(WebhookVersion(release))
        if let failure {
            #expect(throws: failure) { try SidecarSettings(environment: environment, release: version) }
            #expect(failure.description == "setup: failed to create proxy: AZURE_AUTHORITY_HOST not set")
        } else {
            _ = try SidecarSettings(environment: environment, release: version)
        }
    }
}

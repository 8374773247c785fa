import Decisions
import HTTPServing
import IdentityStore
import Testing

@testable import PodIdentity

/// Asking NMI on a caller's behalf.
@Suite struct OnBehalfTests {
    private static let token = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))
    private static let stranger = PeerAddress(host: .ipv4(0x0af4_08fe), port: 1)

    @Test(
        arguments: [
            (PeerAddress(host: .ipv4(0x0af4_080b), port: 1), false), (PeerAddress(host: .ipv4(0x0af4_080b), port: 1), true),
            (stranger, false),
        ])
    func `says what it says to the caller, and why, and records nothing`(_ peer: PeerAddress, _ answersLater: Bool) async throws {
        let store = try Fixtures.store()
        let harness = Harness(store, upstream: ScriptedUpstream([Self.token], answersLater: answersLater))
        let target = "/metadata/identity/oauth2/token?resource=r"
        let request = HTTPRequest(method: "GET", target: target, headers: [("Metadata", "true")], body: [], peer: peer)
        let (response, decision) =
            switch harness.service.respondUnrecorded(to: request, in: store.current) {
            case .now(let response, let decision): (response, decision)
            case .later(let work): await work()
            }
        #expect(harness.decisions.isEmpty)

        let direct = await harness.ask(target, from: peer)
        let recorded = try #require(harness.decisions.first)
        #expect(response.status == direct.status && response.body == direct.body)
        #expect(decision?.pod == recorded.pod && decision?.outcome == recorded.outcome && decision?.reason() == recorded.reason())
        #expect(decision?.matched == recorded.matched && decision?.waitMilliseconds == recorded.waitMilliseconds)
    }
}

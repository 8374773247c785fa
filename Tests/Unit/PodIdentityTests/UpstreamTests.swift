import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import PodIdentity

/// A metadata service, or an Entra, that gives no answer: nmi.md §1.7, §2.2.
@Suite struct UpstreamTests {
    private static let reason = "dial tcp 169.254.169.254:80: connect: connection refused"

    private struct Absent: InstanceMetadataUpstream, ServicePrincipalAuthority {
        let isElsewhere = true

        func token(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> UpstreamAnswer {
            .later { () async throws(UnreachableUpstream) in throw UnreachableUpstream(reason: reason) }
        }
        func relayed(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
            .now(HTTPResponse(status: .teapot, headers: [], body: []))
        }
        func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem? { nil }
        func answer(_ request: ServicePrincipalRequest) async throws(UnreachableUpstream) -> ServicePrincipalAnswer {
            throw UnreachableUpstream(reason: reason)
        }
    }

    /// A metadata service of another program, which has a token for everybody.
    private struct Elsewhere: InstanceMetadataUpstream {
        let isElsewhere = true

        func token(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> UpstreamAnswer {
            .now(HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"theirs"}"#.utf8)))
        }
        func relayed(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
            .now(HTTPResponse(status: .teapot, headers: [], body: []))
        }
    }

    private func service(_ store: IdentityStore, _ harness: Harness) -> PodIdentityService {
        PodIdentityService(
            store: store, upstream: Absent(), authority: Absent(), journal: harness.journal, entropy: Entropy { 0 }, timing: .instant)
    }

    @Test(arguments: [
        (
            "p1", 503,
            "Get \"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&client_id=aaaaaaaa-0001-4000-8000-00000000abc1&resource=r\"", 112_000
        ),
        ("p3", 403, "Get \"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r\"", 112_000),
        ("p9", 503, "Post \"http://169.254.169.254/bbbbbbbb-0001-4000-8000-000000000001/oauth2/token?api-version=1.0\"", 0),
    ])
    func `tells the network's error, after five attempts at the metadata service`(
        _ caller: String, _ status: Int, _ url: String, _ wait: Int
    ) async throws {
        let store = try Fixtures.store()
        let harness = Harness(store, upstream: ScriptedUpstream([]))
        let request = HTTPRequest(
            method: "GET", target: "/metadata/identity/oauth2/token?resource=r", headers: [("Metadata", "true")], body: [],
            peer: try Fixtures.peer(caller))
        let response: HTTPResponse
        switch service(store, harness).respond(to: request) {
        case .now(let answer): response = answer
        case .later(let work): response = await work()
        }
        #expect(response.status.code == status)
        let text = "adal: Failed to execute the refresh request. Error = '\(url): \(Self.reason)'\n"
        #expect(
            String(decoding: response.body, as: UTF8.self) == (status == 403 ? "failed to get service principal token, error: " : "") + text
        )
        #expect(harness.decisions.map(\.waitMilliseconds) == [wait])
    }

    @Test func `does not guess whom a token of another program is about when nobody was asked for`() async throws {
        let store = try Fixtures.store()
        let own = Harness(store, upstream: ScriptedUpstream([HTTPResponse(status: .ok, headers: [], body: Array("{}".utf8))]))
        let elsewhere = PodIdentityService(
            store: store, upstream: Elsewhere(), authority: Absent(), journal: own.journal, entropy: Entropy { 0 }, timing: .instant)
        // An excepted pod, which gets whatever the metadata service has.
        let request = HTTPRequest(
            method: "GET", target: "/metadata/identity/oauth2/token?resource=r", headers: [("Metadata", "true")], body: [],
            peer: try Fixtures.peer("p3"))
        for service in [own.service, elsewhere] {
            switch service.respond(to: request) {
            case .now: break
            case .later(let work): _ = await work()
            }
        }
        #expect(own.decisions.map(\.outcome) == [.issued, .issued])
        #expect(own.decisions.map { $0.principal?.category } == [.systemAssigned, nil])
    }

    @Test func `an explanation does not claim to know what another program says`() throws {
        let store = try Fixtures.store()
        let explanation = PodIdentityExplanation(snapshot: store.current, upstream: Absent(), authority: Absent())
        let document = explanation.document(
            caller: .pod(NamespacedName(namespace: "default", name: "p1")), parameters: [("resource", "r")])
        let steps = document["steps"]?.elements?.compactMap(\.text) ?? []
        #expect(steps.last?.hasPrefix("The metadata service behind is asked for client id aaaaaaaa-0001") == true)
    }
}

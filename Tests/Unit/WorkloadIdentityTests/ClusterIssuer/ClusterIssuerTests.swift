import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct ClusterIssuerTests {
    static let tenant = object(
        "understudy.internal/v1alpha1", "Tenant", "name: contoso", "spec: {tenantID: 11111111-2222-4333-8444-555555555555}")
    static let authority = "https://127.0.0.1:8443"

    static func cluster(_ name: String, _ spec: String = "{}") -> String {
        object("understudy.internal/v1alpha1", "Cluster", "name: \(name)", "spec: \(spec)")
    }

    @Test("without a Cluster there is one, whose issuer has AKS's shape on the authority listener, with the slash at its end")
    func derived() throws {
        let issuers = ClusterIssuer.all(in: try store(Self.tenant).current, authority: Self.authority)
        let id = DerivedIDs.issuerID(ofCluster: "understudy")
        #expect(issuers.map(\.url) == ["https://127.0.0.1:8443/11111111-2222-4333-8444-555555555555/\(id)/"])
        #expect(issuers.first?.keySetURL == "https://127.0.0.1:8443/11111111-2222-4333-8444-555555555555/\(id)/openid/v1/jwks")
    }

    @Test("an issuer that is somebody else's is none of ours; one that is emulated keeps its very name")
    func foreign() throws {
        let world = try store(
            Self.cluster("a", "{issuer: 'https://oidc.example/kind', trustedIssuerCA: ca.pem}")
                + Self.cluster("b", "{issuer: 'https://kubernetes.default.svc.cluster.local', emulated: true}"))
        let issuers = ClusterIssuer.all(in: world.current, authority: Self.authority)
        #expect(issuers.map(\.url) == ["https://kubernetes.default.svc.cluster.local"])
        #expect(issuers.first?.discoveryURL == "https://kubernetes.default.svc.cluster.local/.well-known/openid-configuration")
    }

    @Test(
        "a Cluster that cannot be is refused with its field",
        arguments: [
            ("{issuer: 'http://oidc.example/'}", "spec.issuer", "an https URL without query and fragment"),
            ("{issuer: 'https://oidc.example/?a=b'}", "spec.issuer", "an https URL without query and fragment"),
            ("{emulated: false}", "spec.emulated", "true, or the issuer whose cluster it is"),
            ("{trustedIssuerCA: ca.pem}", "spec.trustedIssuerCA", "no file, or an issuer that is not emulated"),
        ])
    func refused(spec: String, path: String, allowed: String) throws {
        let refusal = #expect(throws: ManifestRefusal.self) { try store(Self.cluster("x", spec)) }
        #expect(refusal?.description.contains("Cluster x: \(path): found ") == true)
        #expect(refusal?.description.contains("allowed: \(allowed)") == true)
    }

    // MARK: Documents

    private struct Behind: HTTPResponder {
        func respond(to request: HTTPRequest) -> HTTPAnswer {
            .now(HTTPResponse(status: .notFound, headers: [], body: Array("authority".utf8)))
        }
    }

    private static func answer(
        _ world: IdentityStore, _ path: String, method: String = "GET", host: String = "127.0.0.1:8443", keys: ClusterKeys
    ) async -> HTTPResponse {
        let responder = ClusterIssuerResponder(
            issuers: ClusterIssuers(store: world, keys: keys, authority: { authority }),
            journal: DecisionJournal(capacity: 8, clock: .frozen(at: start)), before: Behind())
        let address = PeerAddress(host: .ipv4(0x7f00_0001), port: 1)
        let request = HTTPRequest(method: method, target: path, headers: [("Host", host)], body: [], peer: address)
        switch responder.respond(to: request) {
        case .now(let response): return response
        case .later(let work): return await work()
        }
    }

    private static func keys() -> ClusterKeys { ClusterKeys(directory: nil, clock: .frozen(at: start)) }

    @Test("discovery and keys are Kubernetes' bytes and headers")
    func documents() async throws {
        let world = try store(Self.tenant)
        let keys = Self.keys()
        let base = "/11111111-2222-4333-8444-555555555555/\(DerivedIDs.issuerID(ofCluster: "understudy"))"
        let discovery = await Self.answer(world, "\(base)/.well-known/openid-configuration", keys: keys)
        #expect(
            String(decoding: discovery.body, as: UTF8.self)
                == #"{"issuer":"https://127.0.0.1:8443\#(base)/","jwks_uri":"https://127.0.0.1:8443\#(base)/openid/v1/jwks","#
                + #""response_types_supported":["id_token"],"subject_types_supported":["public"],"#
                + #""id_token_signing_alg_values_supported":["RS256"]}"#)
        #expect(
            discovery.headers == [
                .field("Cache-Control", "public, max-age=3600"), .field("Content-Type", "application/json"), .date, .contentLength,
            ])
        let keySet = await Self.answer(world, "\(base)/openid/v1/jwks", keys: keys)
        let published = try keys.published()
        #expect(
            String(decoding: keySet.body, as: UTF8.self) == #"{"keys":[\#(published.map { $0.jwk.rendered() }.joined(separator: ","))]}"#)
        #expect(
            keySet.headers == [
                .field("Cache-Control", "public, max-age=3600"), .field("Content-Type", "application/jwk-set+json"), .date, .contentLength,
            ])
    }

    @Test(
        "every other path and method is the authority's",
        arguments: [
            ("GET", "/11111111-2222-4333-8444-555555555555/v2.0/.well-known/openid-configuration"), ("GET", "/openid/v1/jwks"),
            ("GET", "/11111111-2222-4333-8444-555555555555/BASE//openid/v1/jwks"),
            ("POST", "/11111111-2222-4333-8444-555555555555/BASE/openid/v1/jwks"),
        ])
    func passedOn(method: String, path: String) async throws {
        let path = path.replacing("BASE", with: DerivedIDs.issuerID(ofCluster: "understudy"))
        let answer = await Self.answer(try store(Self.tenant), path, method: method, keys: Self.keys())
        #expect(String(decoding: answer.body, as: UTF8.self) == "authority")
    }

    @Test("the authority is told the keys of our issuers, whole and with their case, and of no others")
    func local() throws {
        let world = try store(
            Self.cluster("a", "{issuer: 'https://a.example/', emulated: true}") + Self.cluster("b", "{issuer: 'https://b.example/'}"))
        let issuers = ClusterIssuers(store: world, keys: Self.keys(), authority: { Self.authority })
        let published = try issuers.keys.published().map(\.jwk)
        #expect(try issuers.keySet(of: "https://a.example/") == ["keys": .array(published)])
        for other in ["https://a.example", "https://A.example/", "https://b.example/"] { #expect(try issuers.keySet(of: other) == nil) }
    }

    @Test("of two issuers with one path the one whose host is asked answers, else the first", arguments: [("b.example", "b"), ("x", "a")])
    func byHost(host: String, wanted: String) async throws {
        let world = try store(
            Self.cluster("a", "{issuer: 'https://a.example/', emulated: true}")
                + Self.cluster("b", "{issuer: 'https://B.example/', emulated: true}"))
        let answer = await Self.answer(world, "/.well-known/openid-configuration", host: host, keys: Self.keys())
        #expect(String(decoding: answer.body, as: UTF8.self).lowercased().hasPrefix(#"{"issuer":"https://\#(wanted).example/""#))
    }
}

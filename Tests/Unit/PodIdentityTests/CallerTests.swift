import Decisions
import IdentityModel
import IdentityStore
import NIOCore
import Surroundings
import Testing

@testable import HTTPServing
@testable import PodIdentity

/// Who the caller is, and which identity it gets.
@Suite struct CallerTests {
    private static let token = "/metadata/identity/oauth2/token?resource=r"
    private static let answer = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))

    private func harness(_ store: IdentityStore, entropy: Entropy = Entropy { 0 }) -> Harness {
        Harness(store, upstream: ScriptedUpstream([Self.answer]), entropy: entropy)
    }

    // MARK: Addresses

    @Test(arguments: [PeerAddress.Host.ipv6(text: "fe80::1"), .ipv6(text: "::1"), .unknown])
    func `has no address for a caller that is not IPv4`(_ host: PeerAddress.Host) async throws {
        let harness = harness(try Fixtures.store())
        let response = await harness.ask(Self.token, from: PeerAddress(host: host, port: 1))
        #expect(response.status == .internalServerError)
        #expect(String(decoding: response.body, as: UTF8.self) == "request remote address is empty\n")
        #expect(harness.decisions.map(\.waitMilliseconds) == [0])
        #expect(harness.upstream.asked.isEmpty)
    }

    @Test func `takes IPv4 mapped into IPv6 for IPv4`() async throws {
        let harness = harness(try Fixtures.store())
        let peer = PeerAddress(try SocketAddress(ipAddress: "::ffff:10.244.8.11", port: 1))
        #expect(await harness.ask(Self.token, from: peer).status == .ok)
        #expect(harness.decisions.map(\.pod) == [NamespacedName(namespace: "default", name: "p1")])
    }

    @Test(arguments: [("10.244.8.31", "p21"), ("10.244.8.25", nil), ("10.244.8.22", nil)])
    func `knows pods that are pending or running`(_ address: String, _ pod: String?) async throws {
        let harness = harness(try Fixtures.store())
        let response = await harness.ask(Self.token, from: Fixtures.address(address))
        #expect(harness.decisions.map { $0.pod?.name } == [pod])
        #expect(response.status == (pod == nil ? .internalServerError : .ok))
    }

    @Test func `takes host requests from 127.0.0.1 alone`() async throws {
        let harness = harness(try Fixtures.store())
        let headers = [("podns", "default"), ("podname", "p1")]
        var statuses: [Int] = []
        for address in ["127.0.0.1", "127.0.0.2", "::1"] {
            statuses.append(await harness.ask("/host/token?resource=r", from: Fixtures.address(address), headers: headers).status.code)
        }
        #expect(statuses == [200, 500, 500])
    }

    // MARK: Exceptions

    private static let more = """
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzurePodIdentityException
        metadata: {name: either, namespace: team}
        spec: {podLabels: {tier: back, zone: a}}
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzurePodIdentityException
        metadata: {name: none, namespace: empty}
        spec: {podLabels: {}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: one-of-two, namespace: team, labels: {zone: A, tier: front}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: key-in-capitals, namespace: team, labels: {ZONE: a}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: micro, namespace: team, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: mic-1, uid: u}]}
        """

    @Test(arguments: [
        ("default", "p3", "ex"), ("default", "p18", "ex"), ("default", "p7", "mic"), ("team", "one-of-two", "either"),
        ("team", "p22", nil), ("team", "key-in-capitals", nil), ("team", "micro", nil), ("empty", "p16", nil), ("default", "p1", nil),
    ]) func `lets pods past whose labels one exception of their namespace covers, and MIC's`(
        _ namespace: String, _ name: String, _ by: String?
    ) throws {
        let snapshot = try Fixtures.load(and: Self.more).current
        let pod = try #require(snapshot.pod(NamespacedName(namespace: namespace, name: name)))
        let found: String? =
            switch CallerResolution.exception(of: pod, in: snapshot) {
            case .excepted(let exception): exception.id.name
            case .looksLikeMIC: "mic"
            case nil: nil
            }
        #expect(found == by)
    }

    @Test func `looks for MIC in the namespace that the node names`() throws {
        let snapshot = try Fixtures.load("nmi: {micNamespace: TEAM}", and: Self.more).current
        let pods = ["micro", "p7"].map { NamespacedName(namespace: $0 == "p7" ? "default" : "team", name: $0) }
        #expect(try pods.map { CallerResolution.exception(of: try #require(snapshot.pod($0)), in: snapshot) != nil } == [true, false])
    }

    // MARK: Selection

    private static let one = "aaaaaaaa-0001-4000-8000-00000000abc1"
    private static let resourceID =
        "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"

    @Test(arguments: [
        ("p1", "", one), ("p1", "&client_id=\(one)", one), ("p1", "&client_id=\(one.uppercased())", nil),
        ("p1", "&mi_res_id=\(resourceID)", one), ("p1", "&msi_res_id=\(resourceID)", one),
        ("p1", "&mi_res_id=\(resourceID.lowercased())", nil), ("p1", "&msi_res_id=x&mi_res_id=\(resourceID)", nil),
        ("p1", "&msi_res_id=&mi_res_id=\(resourceID)", one), ("p1", "&client_id=x&mi_res_id=\(resourceID)", one),
        ("p1", "&client_id=\(one)&mi_res_id=x", one), ("p1", "&client_id=&client_id=x", one), ("p1", "&CLIENT_ID=x", one),
        ("p11", "&client_id=AAAAAAAA-0003-4000-8000-00000000ABC3", "AAAAAAAA-0003-4000-8000-00000000ABC3"),
        ("p11", "&client_id=aaaaaaaa-0003-4000-8000-00000000abc3", nil), ("p6", "", ""),
        ("p2", "", nil), ("p5", "", nil), ("p16", "", "aaaaaaaa-0002-4000-8000-00000000abc2"), ("p17", "", nil), ("p20", "", nil),
    ]) func `wants namespaces, labels and ids equal with their case`(_ pod: String, _ query: String, _ clientID: String?) async throws {
        let harness = harness(try Fixtures.store())
        let response = await harness.ask(Self.token + query, from: try Fixtures.peer(pod))
        #expect(response.status == (clientID == nil ? .notFound : .ok))
        let asked = clientID.map { $0.isEmpty ? "" : "&client_id=\($0)" }
        #expect(
            harness.upstream.asked.map(\.target)
                == (asked.map { ["/metadata/identity/oauth2/token?api-version=2018-02-01\($0)&resource=r"] } ?? []))
    }

    // MARK: Choice

    /// SplitMix64: the same numbers for the same seed.
    private static func seeded(_ seed: UInt64) -> Entropy {
        let state = Counter(seed)
        return Entropy {
            var word = state.add(0x9E37_79B9_7F4A_7C15)
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    private func choices(_ pod: String, seed: UInt64) async throws -> [String] {
        let harness = harness(try Fixtures.store(), entropy: Self.seeded(seed))
        let peer = try Fixtures.peer(pod)
        for _ in 0..<32 { _ = await harness.ask(Self.token, from: peer) }
        return harness.upstream.asked.map(\.target)
    }

    @Test func `chooses among several identities, the same ones for the same seed`() async throws {
        let choices = try await choices("p4", seed: 1)
        #expect(Set(choices).count == 2)
        #expect(choices.count == 32)
        #expect(try await self.choices("p4", seed: 1) == choices)
        #expect(try await self.choices("p4", seed: 2) != choices)
        #expect(Set(try await self.choices("p1", seed: 1)).count == 1)
    }

    @Test(arguments: ["aaaaaaaa-0001-4000-8000-00000000abc1", "aaaaaaaa-0002-4000-8000-00000000abc2"])
    func `leaves nothing to chance when an identity is named`(_ clientID: String) async throws {
        let harness = harness(try Fixtures.store(), entropy: Self.seeded(3))
        for _ in 0..<8 { _ = await harness.ask("\(Self.token)&client_id=\(clientID)", from: try Fixtures.peer("p4")) }
        #expect(harness.upstream.asked.allSatisfy { $0.target.contains("client_id=\(clientID)&") })
        #expect(harness.upstream.asked.count == 8)
    }
}

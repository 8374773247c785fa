import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import Testing

@testable import PodIdentity

/// The wait of standard mode and its every ending: nmi.md §1.8, with the original's own sixteen and four looks, five seconds apart.
@Suite struct StandardWaitTests {
    private static let token = "/metadata/identity/oauth2/token?resource=r"
    private static let ok = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))

    private func store() throws -> IdentityStore { try Fixtures.load("podIdentityMode: standard, mic: {off: true}") }

    private func object(_ pod: String, _ state: String) -> String {
        """
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureAssignedIdentity
        metadata: {name: \(pod)-late, namespace: default, labels: {nodename: node1}}
        spec:
          pod: \(pod)
          podNamespace: default
          nodename: node1
          azureIdentityRef: {metadata: {name: one, namespace: default}, spec: {clientID: one}}
        status: {status: '\(state)'}
        """
    }

    @Test(arguments: [
        // caller, query, what it ends with, milliseconds
        ("p2", "", "getting assigned identities for pod default/p2 in CREATED state failed after 16 attempts", 80_000),
        ("s1", "", "getting assigned identities for pod default/s1 in ASSIGNED state failed after 20 attempts", 100_000),
        ("s3", "", "getting assigned identities for pod default/s3 in CREATED state failed after 16 attempts", 80_000),
        ("p1", "&client_id=x", "clientID in request: x, getting assigned identities for pod default/p1 in CREATED state", 80_000),
        ("p1", "&mi_res_id=x", "clientID in request: , getting assigned identities for pod default/p1 in CREATED state", 80_000),
        ("s1", "&client_id=AAAAAAAA-0001-4000-8000-00000000ABC1", "getting assigned identities for pod default/s1 in ASSIGNED", 100_000),
        ("s4", "&client_id=aaaaaaaa-0001-4000-8000-00000000abc1", "getting assigned identities for pod default/s4 in ASSIGNED", 100_000),
        ("p1", "&client_id=AAAAAAAA-0001-4000-8000-00000000ABC1", "no azure identity found for request clientID AAAA#####", 0),
        ("s6", "", "runtime error: index out of range [0] with length 0\n", 0),
        ("s6", "&client_id=aaaaaaaa-0007-4000-8000-00000000abc7", "no azure identity found for request clientID aaaa#####", 0),
    ]) func `records the wait that would have been, and says how it ends`(_ caller: String, _ query: String, _ text: String, _ wait: Int)
        async throws
    {
        let harness = Harness(try store(), upstream: ScriptedUpstream([Self.ok]))
        let response = await harness.ask(Self.token + query, from: try Fixtures.peer(caller))
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix(text))
        #expect(response.status == (text.hasPrefix("runtime") ? .internalServerError : .notFound))
        #expect(harness.decisions.map(\.waitMilliseconds) == [wait])
        #expect(harness.upstream.asked.isEmpty)
    }

    @Test(arguments: [("p2", 16), ("s1", 20)]) func `sleeps five seconds after each look when timing is real`(
        _ caller: String, _ sleeps: Int
    ) async throws {
        let slept = Mutex<[Int]>([])
        let harness = Harness(
            try store(), upstream: ScriptedUpstream([Self.ok]), timing: .real { milliseconds in slept.withLock { $0.append(milliseconds) } }
        )
        #expect(await harness.ask(Self.token, from: try Fixtures.peer(caller)).status == .notFound)
        #expect(slept.withLock { $0 } == Array(repeating: 5000, count: sleeps))
        #expect(harness.decisions.map(\.waitMilliseconds) == [sleeps * 5000])
    }

    @Test func `goes on as soon as a look finds the identity assigned`() async throws {
        let store = try store()
        let looks = Counter()
        let late = object("p2", "Assigned")
        let timing = Timing.real { _ in if looks.add(1) == 3 { _ = try? store.apply(Array(late.utf8), from: "test") } }
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]), timing: timing)
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p2")).status == .ok)
        #expect(harness.decisions.map(\.waitMilliseconds) == [15_000])
        #expect(looks.add(0) == 3)
    }

    @Test func `gives up at once when what was created goes after the sixteenth look`() async throws {
        let store = try store()
        let key = ObjectKey(kind: .azureAssignedIdentity, name: "s1-default-one")
        let looks = Counter()
        let timing = Timing.real { _ in if looks.add(1) == 18 { _ = try? store.delete(key) } }
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]), timing: timing)
        let response = await harness.ask(Self.token, from: try Fixtures.peer("s1"))
        #expect(String(decoding: response.body, as: UTF8.self).contains("in CREATED state failed after 16 attempts"))
        #expect(looks.add(0) == 18)
    }

    @Test func `stops waiting when the client goes away`() async throws {
        let harness = Harness(
            try store(), upstream: ScriptedUpstream([Self.ok]), timing: .real { _ in unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } })
        let peer = try Fixtures.peer("p2")
        let response = await Task { await harness.ask(Self.token, from: peer) }.value
        #expect(String(decoding: response.body, as: UTF8.self) == "context canceled\n")
        #expect(harness.decisions.map(\.outcome) == [.failed])
    }

    @Test(arguments: [(0, 0, 0), (2, 0, 2), (0, 3, 0)]) func `counts looks by the node's settings`(
        _ created: Int, _ assigned: Int, _ waited: Int
    )
        async throws
    {
        let settings = "retryAttemptsForCreated: \(created), retryAttemptsForAssigned: \(assigned), findIdentityRetryInterval: 1"
        let store = try Fixtures.load("podIdentityMode: standard, mic: {off: true}, nmi: {\(settings)}")
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]))
        let response = await harness.ask(Self.token, from: try Fixtures.peer("p2"))
        #expect(harness.decisions.map(\.waitMilliseconds) == [waited * 1000])
        // With no looks beyond those for Created, the loop ends by itself, in the other text.
        let state = assigned == 0 ? "ASSIGNED state failed after \(created)" : "CREATED state failed after \(created)"
        #expect(String(decoding: response.body, as: UTF8.self).contains(state))
    }

    // MARK: Choice

    @Test func `chooses among several at random, from the state that goes first`() async throws {
        let word = Counter()
        let harness = Harness(try store(), upstream: ScriptedUpstream([Self.ok]), entropy: Entropy { word.add(1) })
        for _ in 0..<8 { _ = await harness.ask(Self.token, from: try Fixtures.peer("p4")) }
        #expect(Set(harness.upstream.asked.map(\.target)).count == 2)
        // s5 has one without a state and one Assigned: the former hides the latter.
        for _ in 0..<8 { _ = await harness.ask(Self.token, from: try Fixtures.peer("s5")) }
        #expect(Set(harness.upstream.asked.suffix(8).map(\.target)).count == 1)
        #expect(harness.upstream.asked.last?.target.contains("client_id=aaaaaaaa-0001-") == true)
    }

    @Test func `sees what is assigned on its own node only`() async throws {
        let store = try store()
        try store.apply(Array(object("p2", "Assigned").replacing("nodename: node1}", with: "nodename: node2}").utf8), from: "test")
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]))
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p2")).status == .notFound)
    }

    @Test(arguments: ["podIdentityMode: standard, mic: {off: true}", "podIdentityMode: managed"])
    func `asks for the token in the world the identity was found in, though a change comes between`(_ mode: String) async throws {
        let store = try Fixtures.load(mode)
        let before = store.current.generation
        let late = object("p2", "Assigned")
        // The choice among p4's identities is the last that is done before the metadata service is asked.
        let entropy = Entropy {
            _ = try? store.apply(Array(late.utf8), from: "test")
            return 0
        }
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]), entropy: entropy)
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p4")).status == .ok)
        #expect(harness.upstream.generations == [before])
        #expect(store.current.generation > before)
    }

    // MARK: With MIC

    private static let world = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: n1}
        spec: {plane: pod-identity, podIdentityMode: standard}
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentity
        metadata: {name: one, namespace: default}
        spec:
          resourceID: /subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one
          clientID: one
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentityBinding
        metadata: {name: one, namespace: default}
        spec: {azureIdentity: one, selector: app}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: p, namespace: default, labels: {aadpodidbinding: app}}
        status: {phase: Running, podIP: 10.0.0.1}
        """

    @Test func `serves a new pod at once when waits are skipped`() async throws {
        let store = IdentityStore()
        try store.apply(Array(Self.world.utf8), from: "test")
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]))
        #expect(await harness.ask(Self.token, from: Fixtures.address("10.0.0.1")).status == .ok)
    }

    @Test func `makes a new pod wait 40 to 60 seconds for MIC when they are not`() async throws {
        let now = Mutex<Int64>(0)
        let store = IdentityStore(clock: WallClock { now.withLock { $0 } }, assignmentTakesTime: true)
        try store.apply(Array(Self.world.utf8), from: "test")
        let timing = Timing.real { milliseconds in
            now.withLock { $0 += Int64(milliseconds) * 1_000_000 }
            store.settleAssignments()
        }
        let harness = Harness(store, upstream: ScriptedUpstream([Self.ok]), timing: timing)
        #expect(await harness.ask(Self.token, from: Fixtures.address("10.0.0.1")).status == .ok)
        let waited = try #require(harness.decisions.first?.waitMilliseconds)
        #expect((40_000...60_000).contains(waited))
    }
}

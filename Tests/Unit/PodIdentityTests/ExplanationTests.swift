import HTTPServing
import IdentityModel
import IdentityStore
import Testing
import WireFormats

@testable import PodIdentity

/// Why a caller gets, or does not get, an identity, told to people.
@Suite struct ExplanationTests {
    private static func identity(_ name: String, namespace: String = "default", arm: String? = nil, more: String = "") -> String {
        """
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentity
        metadata: {name: \(name), namespace: \(namespace)\(more)}
        spec:
          clientID: \(name)
          resourceID: \(arm ?? "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)")
        """
    }

    private static func binding(_ name: String, _ identity: String, selector: String = "app", namespace: String = "default") -> String {
        """
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentityBinding
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {azureIdentity: \(identity), selector: \(selector)}
        """
    }

    private static let bindings = [
        identity("good"), identity("odd", arm: "x"), identity("far", namespace: "far"), identity("good", namespace: "far"),
        identity("fenced", namespace: "far", more: ", annotations: {aadpodidentity.k8s.io/Behavior: namespaced}"),
        binding("a", "good"), binding("b", "odd"), binding("c", "gone"), binding("d", "good", selector: "APP"),
        binding("e", "good", selector: "else"), binding("f", "far", namespace: "far"), binding("g", "good", namespace: "far"),
        binding("h", "fenced", namespace: "far"),
    ].joined(separator: "\n")

    private func store(_ spec: String, nodeName: String? = nil) throws -> IdentityStore {
        let store = IdentityStore(nodeName: nodeName)
        let pods = [("p", "n1", "10.0.0.1"), ("q", "n2", "10.0.0.2")].map { name, node, address in
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name), namespace: default, labels: {aadpodidbinding: app}}
            spec: {nodeName: \(node)}
            status: {phase: Running, podIP: \(address)}
            """
        }
        let node = """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: n1}
            spec: {plane: pod-identity, \(spec)}
            """
        try store.apply(Array("\(node)\n\(pods.joined(separator: "\n"))\n\(Self.bindings)".utf8), from: "test")
        return store
    }

    private func explain(
        _ store: IdentityStore, _ caller: PodIdentityExplanation.Caller = .pod(NamespacedName(namespace: "default", name: "p")),
        _ parameters: [(name: String, value: String)] = [],
        upstream: HTTPResponse = HTTPResponse(status: .ok, headers: [], body: Array("{}".utf8))
    ) -> JSONValue {
        PodIdentityExplanation(
            snapshot: store.current, upstream: ScriptedUpstream([upstream]), authority: ScriptedAuthority([])
        ).document(
            caller: caller, parameters: parameters)
    }

    @Test func `tells in standard mode what MIC made of each binding, and what is assigned`() throws {
        let document = explain(try store("podIdentityMode: standard, mic: {assignmentFailures: [{identity: far}]}"))
        let reasons = (document["bindings"]?.elements ?? []).map { "\($0["binding"]?.text ?? ""): \($0["reason"]?.text ?? "")" }
        #expect(
            reasons == [
                "default/a: its selector equals the pod's label; default/p-default-good is Assigned",
                "default/b: MIC ignores its AzureIdentity default/odd, whose resource id is of no form MIC takes",
                "default/c: its AzureIdentity default/gone does not exist",
                "default/d: its selector \"APP\" differs from the label \"app\" in letter case only",
                "default/e: its selector is \"else\", the pod's label \"app\"",
                "far/f: its selector equals the pod's label; default/p-default-far is Created",
                "far/g: a binding before it leads to an AzureIdentity of the same name, and the first is taken",
                "far/h: its AzureIdentity is namespaced: it is in namespace far, the pod in default",
            ])
        let assigned = (document["assignedIdentities"]?.elements ?? []).map {
            "\($0["name"]?.text ?? "") \($0["state"]?.text ?? ""): \($0["reason"]?.text ?? "")"
        }
        #expect(assigned == ["default/p-default-good Assigned: ", "default/p-default-far Created: its state is Created"])
        #expect(document["outcome"]?.text == "issued" && document["podIdentityMode"]?.text == "standard")
    }

    @Test func `tells how long NMI waits for what is not assigned`() throws {
        let store = try store("podIdentityMode: standard, mic: {maxIdentities: 0}")
        let document = explain(store)
        #expect(document["outcome"]?.text == "refused" && document["status"]?.rendered() == "404")
        #expect(document["waitMilliseconds"]?.rendered() == "100000")
        #expect(document["steps"]?.elements?.last?.text?.hasSuffix("it is not Assigned. NMI waits 100 s for it.") == true)
    }

    @Test func `tells a pod of another node from one that is not there`() throws {
        let document = explain(try store("podIdentityMode: managed"), .pod(NamespacedName(namespace: "default", name: "q")))
        let steps = document["steps"]?.elements?.compactMap(\.text) ?? []
        #expect(steps.first?.hasPrefix("default/q is on node n2, and NMI on n1 knows the pods of its own node only") == true)
        #expect(document["answer"]?.text == "pod list is empty\n" && document["pod"]?.text == "default/q")
        // Which bindings it would have is told all the same.
        #expect(document["bindings"]?.elements?.first { $0["binding"]?.text == "default/a" }?["matches"] == .bool(true))
        #expect(document["otherBindings"] == nil)
    }

    private static func pod(_ name: String, labels: String = "", namespace: String = "default", more: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), namespace: \(namespace), labels: {\(labels)}}
        spec: {nodeName: n1\(more)}
        status: {phase: Running, podIP: 10.0.0.9}
        """
    }

    @Test(arguments: [
        ("", "elsewhere/x has no label aadpodidbinding with a value, so that MIC passes it over.", 8),
        ("aadpodidbinding: ''", "elsewhere/x has no label aadpodidbinding with a value, so that MIC passes it over.", 8),
        ("aadpodidbinding: other", "No binding has the selector \"other\".", 8),
        ("aadpodidbinding: App", "No binding has the selector \"App\".", 1),
    ])
    func `tells in standard mode why nothing is assigned, and how many bindings are not worth telling`(
        _ labels: String, _ reason: String, _ others: Int
    ) throws {
        let store = try store("podIdentityMode: standard")
        try store.apply(Array(Self.pod("x", labels: labels, namespace: "elsewhere").utf8), from: "test")
        let document = explain(store, .pod(NamespacedName(namespace: "elsewhere", name: "x")))
        #expect(document["steps"]?.elements?.first?.text == reason)
        #expect(document["otherBindings"]?.rendered() ?? "0" == "\(others)")
        #expect(document["bindings"]?.elements?.count == 8 - others)
    }

    @Test(arguments: ["standard", "managed"])
    func `tells of a pod on the host's network, whose address another shares, that NMI never hears it, and its bindings`(_ mode: String)
        throws
    {
        let store = try store("podIdentityMode: \(mode)")
        for name in ["first", "second"] {
            try store.apply(Array(Self.pod(name, labels: "aadpodidbinding: app", more: ", hostNetwork: true").utf8), from: "test")
        }
        let document = explain(store, .pod(NamespacedName(namespace: "default", name: "first")))
        #expect(document["steps"]?.elements?.first?.text?.contains("its calls pass NMI by") == true)
        #expect(document["answer"]?.text?.hasPrefix("failed to match pod IP 10.0.0.9 with [") == true)
        #expect(document["bindings"]?.elements?.contains { $0["matches"] == .bool(true) } == true)
    }

    @Test func `tells in standard mode of a pod of another node which bindings match`() throws {
        let document = explain(try store("podIdentityMode: standard"), .pod(NamespacedName(namespace: "default", name: "q")))
        let matching = document["bindings"]?.elements?.filter { $0["matches"] == .bool(true) } ?? []
        #expect(matching.first?["reason"]?.text == "its selector equals the pod's label; the object is for NMI of the pod's node")
    }

    @Test func `tells whose the object is that a pod's would be called like`() throws {
        let store = try store("podIdentityMode: standard")
        for (name, namespace) in [("a", "b-c"), ("a-b", "c")] {
            try store.apply(
                Array(
                    Self.pod(name, labels: "aadpodidbinding: app", namespace: namespace).replacing("0.9", with: "0.\(namespace.count + 5)")
                        .utf8
                ),
                from: "test")
        }
        let document = explain(store, .pod(NamespacedName(namespace: "c", name: "a-b")))
        let reasons = document["bindings"]?.elements?.compactMap { $0["reason"]?.text } ?? []
        #expect(reasons.contains("MIC tells objects apart by name, and a-b-c-good is b-c/a's, which comes first"))
    }

    @Test(arguments: [(404, 403, 112_000), (500, 403, 112_000), (400, 403, 0)])
    func `does not call a refusal a token, whether or not NMI asks again`(_ upstream: Int, _ status: Int, _ wait: Int) throws {
        let answer = HTTPResponse(status: HTTPStatus(code: upstream), headers: [], body: Array("no".utf8))
        let document = explain(try store("podIdentityMode: managed"), upstream: answer)
        #expect(document["outcome"]?.text == "refused" && document["status"]?.rendered() == "\(status)")
        #expect(document["waitMilliseconds"]?.rendered() ?? "0" == "\(wait)")
    }
}

import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import Testing
import WireFormats

/// A clock that stands still until it is told to go on.
final class Ticking: Sendable {
    private let seconds = Mutex<Int64>(1_770_715_293)
    var clock: WallClock { WallClock { [self] in seconds.withLock { $0 * 1_000_000_000 } } }
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
}

/// A cluster in standard mode, and what MIC did about it.
final class Cluster: Sendable {
    let store: IdentityStore
    let time = Ticking()
    private let log = Mutex<[AssignmentChange]>([])

    init(_ texts: String..., node: String = "", takesTime: Bool = false) throws {
        store = IdentityStore(clock: time.clock, assignmentTakesTime: takesTime)
        store.observeAssignments { [log = self] changes in log.log.withLock { $0 += changes } }
        let served = "{plane: pod-identity, podIdentityMode: standard\(node.isEmpty ? "" : ", \(node)")}"
        try store.load([file(([ours("Node", "n1", served)] + texts).joined(separator: "\n---\n"))])
    }

    /// Everything assigned, as `namespace/name state`, ordered.
    var assigned: [String] {
        store.current.objects(of: .azureAssignedIdentity).compactMap {
            if case .azureAssignedIdentity(let one) = $0.object { "\(one.id) \(one.state)" } else { nil }
        }
    }

    /// What happened since the last time of asking, as `event name`.
    var events: [String] {
        log.withLock { log in
            defer { log = [] }
            return log.map { "\($0.event) \($0.assigned.id.name)" }
        }
    }

    func has(_ identity: String) -> Bool { store.current.assigned(resourceID: armID(identity)) != nil }
}

func labelled(_ name: String, _ label: String, namespace: String = "default", node: String = "n1", phase: String = "Running") -> String {
    "{apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: \(namespace), labels: {aadpodidbinding: '\(label)'}}, "
        + "spec: {nodeName: \(node)}, status: {phase: \(phase)}}"
}

func bound(_ name: String, to identity: String, selector: String, namespace: String = "default") -> String {
    "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentityBinding, metadata: {name: \(name), namespace: \(namespace)}, "
        + "spec: {azureIdentity: \(identity), selector: '\(selector)'}}"
}

/// An `AzureAssignedIdentity` as somebody writes it, with the identity and the binding whole.
func assignedObject(
    _ name: String, namespace: String = "default", pod: String, podNamespace: String, node: String, identity: String, binding: String,
    state: String
) -> String {
    "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureAssignedIdentity, metadata: {name: \(name), namespace: \(namespace), "
        + "labels: {nodename: \(node)}}, spec: {pod: \(pod), podNamespace: \(podNamespace), nodename: \(node), "
        + "azureIdentityRef: \(identity), azureBindingRef: \(binding)}, status: {status: '\(state)'}}"
}

func identity(_ name: String, namespace: String = "default", type: Int = 0, namespaced: Bool = false, arm: String? = nil) -> String {
    let annotations = namespaced ? ", annotations: {aadpodidentity.k8s.io/Behavior: namespaced}" : ""
    return "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentity, metadata: {name: \(name), namespace: \(namespace)\(annotations)}, "
        + "spec: {type: \(type), resourceID: '\(armID(arm ?? name))', clientID: 'client-\(name)'}}"
}

/// MIC: nmi.md §3.1, §3.2, §5.
@Suite struct AssignmentTests {
    private static let reader = [identity("id1"), bound("b1", to: "id1", selector: "s")].joined(separator: "\n---\n")

    private func delete(_ kind: ObjectKind, _ name: String, in namespace: String = "default", _ cluster: Cluster) throws {
        #expect(try cluster.store.delete(ObjectKey(kind: kind, namespace: namespace, name: name)))
    }

    // MARK: What is wanted

    @Test("a pod whose label equals a selector gets the identity, named after both, in the namespace default")
    func wanted() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s", namespace: "app"))
        #expect(cluster.assigned == ["default/p-app-id1 Assigned"])
        #expect(cluster.has("id1"))
        #expect(cluster.events == ["created p-app-id1", "assigned(afterSeconds: \(seconds(cluster))) p-app-id1"])
    }

    private func seconds(_ cluster: Cluster) -> Int {
        (40...60).first { cluster.store.current.assignedSeconds(armID("id1"), node: "n1") == $0 } ?? -1
    }

    @Test(
        "labels and selectors are compared exactly, and an empty label is none",
        arguments: [("S", "s"), ("s ", "s"), ("", ""), ("s,t", "s")])
    func exactly(label: String, selector: String) throws {
        let cluster = try Cluster(identity("id1"), bound("b1", to: "id1", selector: selector), labelled("p", label))
        #expect(cluster.assigned == [])
        #expect(cluster.events == [])
    }

    @Test("a completed pod keeps what it has, and one that waits for the scheduler gets nothing")
    func phases() throws {
        let waiting = "{apiVersion: v1, kind: Pod, metadata: {name: w, labels: {aadpodidbinding: s}}, status: {phase: Pending}}"
        let cluster = try Cluster(Self.reader, labelled("done", "s", phase: "Succeeded"), waiting)
        #expect(cluster.assigned == ["default/done-default-id1 Assigned"])
        try cluster.store.put(labelled("w", "s"))
        #expect(cluster.assigned == ["default/done-default-id1 Assigned", "default/w-default-id1 Assigned"])
    }

    @Test("a binding reaches identities of its own namespace only, and one that is not there is passed over")
    func dangling() throws {
        let cluster = try Cluster(
            identity("id1", namespace: "other"), bound("b1", to: "id1", selector: "s"), labelled("p", "s"))
        #expect(cluster.assigned == [])
        try cluster.store.put(identity("id1"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
    }

    @Test("of two identities of one name in different namespaces the first by the binding's namespace is taken")
    func sameName() throws {
        let cluster = try Cluster(
            identity("id1", namespace: "b", arm: "second"), bound("x", to: "id1", selector: "s", namespace: "b"),
            identity("id1", namespace: "a", arm: "first"), bound("z", to: "id1", selector: "s", namespace: "a"), labelled("p", "s"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        #expect(cluster.has("first") && !cluster.has("second"))
    }

    @Test("a namespaced identity wants one namespace of identity, binding and pod, and its object lives there", arguments: [true, false])
    func namespaced(byFlag: Bool) throws {
        let cluster = try Cluster(
            identity("id1", namespace: "app", namespaced: !byFlag), bound("b1", to: "id1", selector: "s", namespace: "app"),
            labelled("in", "s", namespace: "app"), labelled("out", "s", namespace: "other"),
            node: byFlag ? "nmi: {forceNamespaced: true}" : "")
        #expect(cluster.assigned == ["app/in-app-id1 Assigned"])
    }

    @Test("an identity of type 0 with an odd resource id is ignored; types 1 and 2 are assigned without asking Azure")
    func types() throws {
        let odd =
            "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentity, metadata: {name: odd, namespace: default}, spec: {resourceID: x}}"
        let cluster = try Cluster(
            odd, bound("b0", to: "odd", selector: "s"), identity("sp", type: 1), bound("b1", to: "sp", selector: "s"),
            identity("cert", type: 2), bound("b2", to: "cert", selector: "s"), labelled("p", "s"), takesTime: true)
        #expect(cluster.assigned == ["default/p-default-cert Assigned", "default/p-default-sp Assigned"])
        #expect(!cluster.has("sp"))
    }

    // MARK: What changes

    @Test("what an edit no longer wants goes, and the identity leaves the node with its last user")
    func edits() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"), labelled("q", "s"))
        _ = cluster.events
        try cluster.store.put(labelled("p", "t"))
        #expect(cluster.events == ["removed(freesHost: false) p-default-id1"])
        #expect(cluster.has("id1"))
        try delete(.pod, "q", cluster)
        #expect(cluster.events == ["removed(freesHost: true) q-default-id1"])
        #expect(cluster.assigned == [] && !cluster.has("id1"))
        try cluster.store.put(labelled("p", "s"))
        try delete(.azureIdentityBinding, "b1", cluster)
        #expect(cluster.assigned == [])
        try cluster.store.put(bound("b1", to: "id1", selector: "s"))
        try delete(.azureIdentity, "id1", cluster)
        #expect(cluster.assigned == [])
    }

    @Test("an edited identity or binding, or a pod on another node, is an update; a pod's phase is nothing")
    func updates() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"))
        _ = cluster.events
        try cluster.store.put(labelled("p", "s", phase: "Failed"))
        #expect(cluster.events == [])
        try cluster.store.put(bound("b1", to: "id1", selector: "s").replacing("name: b1", with: "labels: {a: b}, name: b1"))
        #expect(cluster.events == ["updated p-default-id1", "assigned(afterSeconds: 0) p-default-id1"])
        try cluster.store.put(identity("id1", arm: "moved"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        #expect(cluster.has("moved") && !cluster.has("id1"))
        try cluster.store.put(labelled("p", "s", node: "n2"))
        #expect(!cluster.has("moved"))
        #expect(
            cluster.store.current.objects(of: .azureAssignedIdentity).map { $0.document["metadata"]?["labels"]?["nodename"]?.text } == [
                "n2"
            ])
    }

    @Test("an object shows identity and binding whole, finalizer and label, and state")
    func document() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"))
        let key = ObjectKey(kind: .azureAssignedIdentity, name: "p-default-id1")
        let document = try #require(cluster.store.current.object(key)).document
        #expect(document["spec"]?["azureIdentityRef"]?["spec"]?["clientID"]?.text == "client-id1")
        #expect(document["spec"]?["azureBindingRef"]?["spec"]?["selector"]?.text == "s")
        #expect(document["metadata"]?["finalizers"]?.rendered() == #"["azureassignedidentity.finalizers.aadpodidentity.k8s.io"]"#)
        #expect(document["status"]?["status"]?.text == "Assigned")
        #expect(cluster.store.current.counts[.azureAssignedIdentity] == 1)
    }

    // MARK: Hosts

    private static let set = ["a-vmss000000", "a-vmss000001", "b-vmss000000"]

    @Test("machines of a scale set share an identity, which stays while any pod of the set uses it")
    func scaleSets() throws {
        let cluster = try Cluster(
            Self.reader, labelled("p", "s", node: Self.set[0]), labelled("q", "s", node: Self.set[1]),
            labelled("r", "s", node: Self.set[2]),
            ours("Node", Self.set[0], "{plane: pod-identity, podIdentityMode: standard, shape: vmss-uniform}"))
        let hosts = Self.set.map { cluster.store.current.assignmentHost(ofNode: $0).description }
        #expect(hosts == ["scale set a-vmss", "scale set a-vmss", "scale set b-vmss"])
        #expect(cluster.events.count { $0.hasPrefix("assigned") } == 3)
        try delete(.pod, "p", cluster)
        #expect(cluster.events == ["removed(freesHost: false) p-default-id1"])
        try delete(.pod, "q", cluster)
        #expect(cluster.events == ["removed(freesHost: true) q-default-id1"])
        #expect(cluster.assigned == ["default/r-default-id1 Assigned"])
    }

    @Test("with several nodes and none picked, one metadata service stands for all; with one picked, for that one alone")
    func severalNodes() throws {
        let nodes = ["n1", "n2"].map { ours("Node", $0, "{plane: pod-identity, podIdentityMode: standard}") }
        let text = (nodes + [Self.reader, labelled("p", "s", node: "n2")]).joined(separator: "\n---\n")
        let pod = NamespacedName(namespace: "default", name: "p")
        for (picked, isSeen) in [(String?.none, true), ("n1", false), ("n2", true)] {
            let snapshot = try store(text, nodeName: picked).current
            #expect((snapshot.assigned(resourceID: armID("id1")) != nil) == isSeen)
            #expect(snapshot.assignedIdentities(of: pod).isEmpty != isSeen)
        }
    }

    @Test("an immutable identity stays on the node, if its client id is written in lower case", arguments: [true, false])
    func immutable(isLowerCase: Bool) throws {
        let one = isLowerCase ? identity("id1") : identity("id1").replacing("client-id1", with: "CLIENT-ID1")
        let cluster = try Cluster(
            one, bound("b1", to: "id1", selector: "s"), labelled("p", "s"), node: "mic: {immutableIdentities: [Client-ID1]}")
        try delete(.pod, "p", cluster)
        #expect(cluster.assigned == [])
        #expect(cluster.has("id1") == isLowerCase)
    }

    @Test("what the node's own manifest lists is there at once and stays")
    func listed() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"), node: "userAssigned: ['\(armID("id1"))']", takesTime: true)
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        try delete(.pod, "p", cluster)
        #expect(cluster.has("id1"))
    }

    // MARK: Failures

    @Test("an identity Azure refuses stays Created, says why once, and holds up no other")
    func refusals() throws {
        let cluster = try Cluster(
            Self.reader, identity("id2"), bound("b2", to: "id2", selector: "s"), identity("id3"), bound("b3", to: "id3", selector: "s"),
            labelled("p", "s"),
            node: "mic: {assignmentFailures: [{identity: id2}, {identity: default/id3, reason: permission-missing}]}")
        #expect(
            cluster.assigned == [
                "default/p-default-id1 Assigned", "default/p-default-id2 Created", "default/p-default-id3 Created",
            ])
        let events = cluster.events
        #expect(events.contains("failed(IdentityStore.AssignmentRefusal.identityMissing) p-default-id2"))
        #expect(events.contains("failed(IdentityStore.AssignmentRefusal.permissionMissing) p-default-id3"))
        try cluster.store.put(labelled("q", "s"))
        #expect(cluster.events.filter { $0.hasPrefix("failed") }.allSatisfy { $0.contains(" q-") })
        try cluster.store.put(ours("Node", "n1", "{plane: pod-identity, podIdentityMode: standard}"))
        #expect(cluster.assigned.allSatisfy { $0.hasSuffix("Assigned") })
    }

    @Test("a host that would be too full takes nothing new, and is asked again when there is room")
    func limit() throws {
        let cluster = try Cluster(
            Self.reader, labelled("p", "s"), identity("id2"), bound("b2", to: "id2", selector: "t"), node: "mic: {maxIdentities: 1}")
        _ = cluster.events
        try cluster.store.put(labelled("q", "t"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned", "default/q-default-id2 Created"])
        #expect(cluster.events.last == "failed(IdentityStore.AssignmentRefusal.limitReached(1)) q-default-id2")
        try delete(.pod, "p", cluster)
        #expect(cluster.assigned == ["default/q-default-id2 Assigned"])
        let full = try Cluster(
            Self.reader, identity("id2"), bound("b2", to: "id2", selector: "s"), labelled("p", "s"), node: "mic: {maxIdentities: 1}")
        #expect(full.assigned == ["default/p-default-id1 Created", "default/p-default-id2 Created"])
    }

    // MARK: Time

    @Test("with time, an identity is on its way for 40 to 60 seconds, and so it is off")
    func takesTime() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"), takesTime: true)
        let seconds = Int64(cluster.store.current.assignedSeconds(armID("id1"), node: "n1"))
        #expect((40...60).contains(seconds))
        #expect(cluster.assigned == ["default/p-default-id1 Created"] && !cluster.has("id1"))
        cluster.time.advance(seconds - 1)
        #expect(!cluster.store.settleAssignments())
        cluster.time.advance(1)
        #expect(cluster.store.settleAssignments())
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"] && cluster.has("id1"))
        #expect(!cluster.store.settleAssignments())
        // A second pod finds it there.
        try cluster.store.put(labelled("q", "s"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned", "default/q-default-id1 Assigned"])
        try delete(.pod, "q", cluster)
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        try delete(.pod, "p", cluster)
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"] && cluster.has("id1"))
        cluster.time.advance(seconds)
        cluster.store.settleAssignments()
        #expect(cluster.assigned == [] && !cluster.has("id1"))
    }

    @Test("a pod that comes back while its identity is on its way off has it at once")
    func comesBack() throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"), takesTime: true)
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        try delete(.pod, "p", cluster)
        try cluster.store.put(labelled("p", "s"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        cluster.time.advance(100)
        cluster.store.settleAssignments()
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"] && cluster.has("id1"))
    }

    @Test("pods of one name in two namespaces pull the identity from each other, until MIC compares three minutes later")
    func namesakes() throws {
        let cluster = try Cluster(
            Self.reader, labelled("web-0", "s", namespace: "a"), labelled("web-0", "s", namespace: "b"), takesTime: true)
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        _ = cluster.events
        try delete(.pod, "web-0", in: "a", cluster)
        #expect(cluster.events == ["pulled web-0-a-id1"])
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        #expect(cluster.assigned == ["default/web-0-b-id1 Assigned"] && !cluster.has("id1"))
        cluster.time.advance(180)
        cluster.store.settleAssignments()
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        #expect(cluster.has("id1"))
    }

    @Test("other settings of MIC's leave what is on its way as it is, and see it through")
    func restart() throws {
        let cluster = try Cluster(
            Self.reader, labelled("p", "s"), identity("id2"), bound("b2", to: "id2", selector: "t"), takesTime: true)
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        try cluster.store.put(labelled("q", "t"))
        try delete(.pod, "p", cluster)
        _ = cluster.events
        cluster.time.advance(30)
        try cluster.store.put(Self.served("mic: {immutableIdentities: [someone]}"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned", "default/q-default-id2 Created"])
        #expect(cluster.has("id1") && !cluster.has("id2") && cluster.events == [])
        cluster.time.advance(30)
        cluster.store.settleAssignments()
        #expect(cluster.assigned == ["default/q-default-id2 Assigned"] && !cluster.has("id1") && cluster.has("id2"))
        #expect(cluster.events.contains("removed(freesHost: true) p-default-id1"))
        #expect(cluster.store.current.micStarts == 2)
    }

    @Test("MIC switched off leaves what it made; what was on its way out is gone, and so it tells", arguments: [true, false])
    func switchedOff(byMode: Bool) throws {
        let cluster = try Cluster(Self.reader, labelled("p", "s"), labelled("q", "s"), takesTime: true)
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        try cluster.store.put(documents(identity("id2"), bound("b2", to: "id2", selector: "t"), labelled("r", "t")))
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        try delete(.pod, "r", cluster)
        _ = cluster.events
        try cluster.store.put(
            byMode ? ours("Node", "n1", "{plane: pod-identity, podIdentityMode: managed}") : Self.served("mic: {'off': true}"))
        #expect(cluster.events == ["removed(freesHost: true) r-default-id2"])
        #expect(cluster.assigned == (byMode ? [] : ["p", "q"].map { "default/\($0)-default-id1 Assigned" }))
        guard !byMode else { return }
        #expect(cluster.has("id1") && !cluster.has("id2"))
        try delete(.pod, "p", cluster)
        try cluster.store.put(labelled("new", "s"))
        #expect(cluster.assigned.count == 2 && cluster.events == [])
        try cluster.store.put(Self.served("mic: {}"))
        cluster.time.advance(60)
        cluster.store.settleAssignments()
        #expect(cluster.assigned == ["new", "q"].map { "default/\($0)-default-id1 Assigned" })
    }

    private static func served(_ more: String) -> String { ours("Node", "n1", "{plane: pod-identity, podIdentityMode: standard, \(more)}") }

    // MARK: Names

    @Test("of pods whose objects would be called alike the first has it, whoever came first", arguments: [true, false])
    func alike(isFirstEarlier: Bool) throws {
        let pods = [labelled("a", "s", namespace: "b-c"), labelled("a-b", "s", namespace: "c")]
        let cluster = try Cluster(Self.reader, pods[isFirstEarlier ? 0 : 1])
        _ = cluster.events
        try cluster.store.put(pods[isFirstEarlier ? 1 : 0])
        let first = NamespacedName(namespace: "b-c", name: "a")
        let second = NamespacedName(namespace: "c", name: "a-b")
        #expect(cluster.assigned == ["default/a-b-c-id1 Assigned"])
        #expect(cluster.store.current.assignedIdentities(of: first).count == 1)
        #expect(cluster.store.current.assignedIdentities(of: second).isEmpty)
        try delete(.pod, "a", in: "b-c", cluster)
        #expect(cluster.store.current.assignedIdentities(of: second).map(\.state) == [.assigned] && cluster.has("id1"))
        let told = cluster.events.filter { !$0.hasPrefix("nameTaken") }.map { $0.split(separator: "(")[0].split(separator: " ")[0] }
        #expect(told == (isFirstEarlier ? ["updated", "assigned"] : ["updated", "assigned", "updated", "assigned"]))
        try delete(.pod, "a-b", in: "c", cluster)
        #expect(cluster.assigned == [] && !cluster.has("id1"))
    }

    // MARK: Starting state

    private func object(_ name: String, pod: String, state: String, identity id: String = "id1", client: String? = nil) -> String {
        let embedded = identity(id).replacing("client-\(id)", with: client ?? "client-\(id)")
        return assignedObject(
            name, pod: pod, podNamespace: "default", node: "n1", identity: embedded, binding: bound("b1", to: id, selector: "s"),
            state: state)
    }

    @Test("objects of the manifests are where MIC starts: kept when right, retried when Created, updated when stale, else deleted")
    func startingState() throws {
        let cluster = try Cluster(
            Self.reader, ["p", "q", "r"].map { labelled($0, "s") }.joined(separator: "\n---\n"),
            object("p-default-id1", pod: "p", state: "Assigned"), object("q-default-id1", pod: "q", state: "Created"),
            object("r-default-id1", pod: "r", state: "Assigned", client: "stale"),
            object("gone-default-id1", pod: "gone", state: "Assigned"))
        let right = ["p", "q", "r"].map { "default/\($0)-default-id1 Assigned" }
        #expect(cluster.assigned == right)
        let events = cluster.events
        #expect(!events.contains { $0.hasSuffix(" p-default-id1") })
        #expect(events.contains("updated r-default-id1") && events.contains("removed(freesHost: false) gone-default-id1"))
    }

    @Test(
        "an object that is written over for another pod goes back to the pod whose it is, and never to two",
        arguments: ["default", "elsewhere"])
    func writtenOver(namespace: String) throws {
        let cluster = try Cluster(Self.reader, labelled("a", "s", namespace: "b-c"))
        let name = "a-b-c-id1"
        let own = ["b-c/a has default/\(name)"]
        func holders() -> [String] {
            cluster.store.current.objects(of: .azureAssignedIdentity).compactMap {
                if case .azureAssignedIdentity(let one) = $0.object { "\(one.pod) has \(one.id)" } else { nil }
            }
        }
        // The very object, or one of its name elsewhere: MIC tells them apart by name alone.
        try cluster.store.put(
            assignedObject(
                name, namespace: namespace, pod: "a-b", podNamespace: "c", node: "n1", identity: identity("id1"),
                binding: bound("b1", to: "id1", selector: "s"), state: "Assigned"))
        #expect(holders() == own && cluster.has("id1"))
        // Only now does the other pod come, whose object would be called the same.
        try cluster.store.put(labelled("a-b", "s", namespace: "c"))
        #expect(holders() == own)
        #expect(cluster.events.last?.hasPrefix("nameTaken") == true)
        try delete(.pod, "a", in: "b-c", cluster)
        #expect(holders() == ["c/a-b has default/\(name)"] && cluster.has("id1"))
    }

    @Test("an object that somebody writes beside the pod's own, in another namespace, goes with what it put on the host")
    func writtenBeside() throws {
        let cluster = try Cluster(Self.reader, identity("id2"), labelled("p", "s"))
        try cluster.store.put(
            assignedObject(
                "p-default-id1", namespace: "elsewhere", pod: "p", podNamespace: "default", node: "n1",
                identity: identity("id1", arm: "id2"), binding: bound("b1", to: "id1", selector: "s"), state: "Assigned"))
        #expect(cluster.assigned == ["default/p-default-id1 Assigned"])
        #expect(cluster.has("id1") && !cluster.has("id2"))
    }

    @Test("with MIC off the objects stay as they are, and what they say is Assigned is on the node")
    func frozen() throws {
        let cluster = try Cluster(
            Self.reader, labelled("p", "s"), object("x", pod: "nobody", state: "Created"), identity("id2"),
            object("z", pod: "p", state: "Assigned", identity: "id2"), node: "mic: {off: true}")
        #expect(cluster.assigned == ["default/x Created", "default/z Assigned"])
        #expect(cluster.events == [])
        #expect(cluster.has("id2") && !cluster.has("id1"))
        try delete(.azureAssignedIdentity, "z", cluster)
        #expect(!cluster.has("id2"))
    }
}

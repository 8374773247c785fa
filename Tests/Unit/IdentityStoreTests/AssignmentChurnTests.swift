import IdentityModel
import IdentityStore
import Testing

/// Random operations: what MIC has assigned must never depend on how the world came to be as it is.
@Suite struct AssignmentChurnTests {
    private static let nodes = ["n1", "n2", "a-vmss000000", "a-vmss000001"]

    /// An operation on a world of few names, so that objects collide, also those that are called alike: `a` in `b-c`, `a-b` in `c`.
    private struct Operation {
        let key: ObjectKey
        let text: String?

        init(_ random: inout Seeded) {
            func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
            let name = "o\(pick(5))"
            let isDeleted = pick(4) == 0
            let isPod = pick(5) < 2
            let namespace = ["default", "app", "b-c", "c"][pick(isPod ? 4 : 2)]
            switch isPod ? 0 : 1 + pick(4) {
            case 0:
                let name = ["o0", "o1", "a", "a-b"][pick(4)]
                let label = ["s0", "s1", "s2", ""][pick(4)]
                let node = AssignmentChurnTests.nodes[pick(4)]
                let phase = ["Running", "Succeeded"][pick(2)]
                key = ObjectKey(kind: .pod, namespace: namespace, name: name)
                text = isDeleted ? nil : labelled(name, label, namespace: namespace, node: node, phase: phase)
            case 1, 2:
                key = ObjectKey(kind: .azureIdentityBinding, namespace: namespace, name: name)
                text = isDeleted ? nil : bound(name, to: "o\(pick(5))", selector: "s\(pick(3))", namespace: namespace)
            case 3:
                // Somebody writes an object of MIC's, in the name of this pod or of another: it never says what MIC would.
                func podID() -> (name: String, namespace: String) { (["o0", "a", "a-b"][pick(3)], ["default", "b-c", "c"][pick(3)]) }
                let (called, pod, name) = (podID(), podID(), "o\(pick(5))")
                let object = "\(called.name)-\(called.namespace)-\(name)"
                key = ObjectKey(kind: .azureAssignedIdentity, namespace: namespace, name: object)
                text = assignedObject(
                    object, namespace: namespace, pod: pod.name, podNamespace: pod.namespace, node: AssignmentChurnTests.nodes[pick(4)],
                    identity: identity(name, arm: "arm\(pick(6))").replacing("client-", with: "stale-"),
                    binding: bound("o0", to: name, selector: "s0"), state: ["Assigned", "Created"][pick(2)])
            default:
                key = ObjectKey(kind: .azureIdentity, namespace: namespace, name: name)
                let (type, isNamespaced) = (pick(5) == 0 ? 1 : 0, pick(4) == 0)
                text =
                    isDeleted ? nil : identity(name, namespace: namespace, type: type, namespaced: isNamespaced, arm: "arm\(pick(6))")
            }
        }
    }

    /// MIC's rules once more, the plain way: every pod against every binding.
    private static func expected(_ snapshot: IdentitySnapshot, forceNamespaced: Bool) -> [String] {
        var lines: [String] = []
        // Pods come in order: of those whose objects would be called alike the first has it.
        var taken: Set<String> = []
        for case .pod(let pod) in snapshot.objects(of: .pod).map(\.object) {
            guard let label = pod.bindingLabel, !label.isEmpty, pod.nodeName != nil else { continue }
            var names: Set<String> = []
            for binding in snapshot.allBindings where binding.selector == label {
                guard let identity = snapshot.azureIdentity(binding.identityID) else { continue }
                let isNamespaced = forceNamespaced || identity.isNamespaced
                guard !isNamespaced || binding.id.namespace == pod.id.namespace, names.insert(identity.id.name).inserted else { continue }
                let namespace = isNamespaced ? identity.id.namespace : "default"
                let object = "\(pod.id.name)-\(pod.id.namespace)-\(identity.id.name)"
                guard taken.insert(object).inserted else { continue }
                lines.append(
                    "\(namespace)/\(object) \(pod.nodeName ?? "") \(identity.resourceID) "
                        + "\(binding.id) Assigned")
            }
        }
        return lines.sorted()
    }

    private static func found(_ snapshot: IdentitySnapshot) -> [String] {
        snapshot.objects(of: .azureAssignedIdentity).compactMap { stored in
            guard case .azureAssignedIdentity(let one) = stored.object else { return nil }
            return
                "\(one.id) \(one.nodeName) \(one.identity?.resourceID ?? "") \(one.binding.map { "\($0.id)" } ?? "") \(one.state)"
        }.sorted()
    }

    /// Which identities the served node has.
    private static func hosted(_ snapshot: IdentitySnapshot) -> [String] {
        (0..<6).filter { snapshot.assigned(resourceID: armID("arm\($0)")) != nil }.map { "arm\($0)" }
    }

    /// The same by what is assigned on its host.
    private static func expectedHosted(_ snapshot: IdentitySnapshot) -> [String] {
        let host = snapshot.assignmentHost(ofNode: snapshot.node.node.name)
        let used = snapshot.objects(of: .azureAssignedIdentity).compactMap { stored -> String? in
            guard case .azureAssignedIdentity(let one) = stored.object, snapshot.assignmentHost(ofNode: one.nodeName) == host,
                one.identity?.category == .managedIdentity
            else { return nil }
            return one.identity.map { ResourceID.name(of: $0.resourceID) }
        }
        return Set(used).sorted()
    }

    @Test(
        "after each of a thousand changes the assigned set is what all pods against all bindings give, and hosts have what it needs",
        arguments: [UInt64(1), 2, 3, 4], [false, true])
    func churn(seed: UInt64, forceNamespaced: Bool) throws {
        var random = Seeded(state: seed)
        let served = seed % 2 == 0 ? "n1" : "a-vmss000000"
        let store = IdentityStore(nodeName: served)
        let shape = served == "n1" ? "vm" : "vmss-uniform"
        try store.put(
            ours(
                "Node", served,
                "{plane: pod-identity, podIdentityMode: standard, shape: \(shape), nmi: {forceNamespaced: \(forceNamespaced)}}"))
        for step in 1...1000 {
            let operation = Operation(&random)
            if let text = operation.text { try store.put(text) } else { _ = try store.delete(operation.key) }
            let snapshot = store.current
            let (found, expected) = (Self.found(snapshot), Self.expected(snapshot, forceNamespaced: forceNamespaced))
            guard found == expected, Self.hosted(snapshot) == Self.expectedHosted(snapshot) else {
                Issue.record("after \(step) changes: \(found) instead of \(expected); on the host \(Self.hosted(snapshot))")
                return
            }
        }
    }

    @Test("with time, every change is over after five minutes, and then all is as if it had taken none", arguments: [UInt64(5), 6, 7])
    func settles(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let cluster = try Cluster(takesTime: true)
        for step in 1...400 {
            let operation = Operation(&random)
            if let text = operation.text { try cluster.store.put(text) } else { _ = try cluster.store.delete(operation.key) }
            // MIC is started again with settings that concern nobody, whatever it has under way.
            if step % 7 == 0 {
                let mic = "mic: {immutableIdentities: [nobody-\(step)]}"
                try cluster.store.put(ours("Node", "n1", "{plane: pod-identity, podIdentityMode: standard, \(mic)}"))
            }
            cluster.time.advance(Int64.random(in: 0...30, using: &random))
            cluster.store.settleAssignments()
            guard step % 20 == 0 else { continue }
            for _ in 0..<20 {
                cluster.time.advance(31)
                cluster.store.settleAssignments()
            }
            let snapshot = cluster.store.current
            try #require(Self.found(snapshot) == Self.expected(snapshot, forceNamespaced: false))
            try #require(Self.hosted(snapshot) == Self.expectedHosted(snapshot))
        }
    }

    @Test("a change beside ten thousand pods costs what it concerns", .timeLimit(.minutes(1)))
    func isIncremental() throws {
        let pods = (0..<10_000).map { labelled("p\($0)", "s\($0)") }
        let cluster = try Cluster(identity("id1"), bound("b", to: "id1", selector: "s7"), pods.joined(separator: "\n---\n"))
        #expect(cluster.assigned == ["default/p7-default-id1 Assigned"])
        _ = cluster.events
        // Only what the edited binding selects, before and after, is looked at.
        try cluster.store.put(bound("b", to: "id1", selector: "s9"))
        #expect(
            cluster.events.map { $0.split(separator: " ").last.map(String.init) } == ["p9-default-id1", "p9-default-id1", "p7-default-id1"])
    }
}

import IdentityModel
import IdentityStore
import Testing

/// Cases of MIC's own tests that are about many nodes and many pods (nmi.md §10), each under its id.
@Suite struct OriginalModelTests {
    private static let reader = [identity("id1"), bound("b1", to: "id1", selector: "s")].joined(separator: "\n---\n")

    @Test("C11 of ten nodes five vanish with their pods: what was theirs goes, nothing else is touched")
    func vanishingNodes() throws {
        let numbers = 10..<20
        let nodes = numbers.map { ours("Node", "node\($0)", "{plane: pod-identity, podIdentityMode: standard}") }
        let pods = numbers.map { labelled("p\($0)", "s", node: "node\($0)") }
        let cluster = try Cluster(Self.reader, nodes.joined(separator: "\n---\n"), pods.joined(separator: "\n---\n"))
        #expect(cluster.assigned == numbers.map { "default/p\($0)-default-id1 Assigned" })
        _ = cluster.events
        for number in 10..<15 {
            #expect(try cluster.store.delete(ObjectKey(kind: .pod, namespace: "default", name: "p\(number)")))
            #expect(try cluster.store.delete(ObjectKey(kind: .node, name: "node\(number)")))
        }
        #expect(cluster.assigned == (15..<20).map { "default/p\($0)-default-id1 Assigned" })
        #expect(cluster.events == (10..<15).map { "removed(freesHost: true) p\($0)-default-id1" })
    }

    @Test(
        "C12 twenty thousand pods have as many assigned identities; without half of them, half remain", .timeLimit(.minutes(2)))
    func twentyThousandPods() throws {
        func world(_ numbers: some Sequence<Int>) -> [String] {
            [ours("Node", "n1", "{plane: pod-identity, podIdentityMode: standard}"), Self.reader] + numbers.map { labelled("p\($0)", "s") }
        }
        let store = IdentityStore()
        try store.load([file(world(0..<20_000).joined(separator: "\n---\n"))])
        #expect(store.current.objects(of: .azureAssignedIdentity).count == 20_000)
        try store.load([file(world(stride(from: 0, to: 20_000, by: 2)).joined(separator: "\n---\n"))])
        let left = store.current.objects(of: .azureAssignedIdentity).compactMap {
            if case .azureAssignedIdentity(let one) = $0.object { one } else { nil }
        }
        #expect(left.count == 10_000)
        #expect(left.allSatisfy { $0.state == .assigned && Int($0.pod.name.dropFirst())?.isMultiple(of: 2) == true })
    }
}

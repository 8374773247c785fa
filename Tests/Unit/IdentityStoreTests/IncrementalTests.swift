import IdentityModel
import IdentityStore
import Synchronization
import Testing
import WireFormats

/// A small generator with a seed, so that a failure can be had again (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

@Suite struct IncrementalTests {
    private static let addresses = (0..<12).map { "10.0.0.\($0)" }
    private static let clientIDs = (0..<6).map { "0000000\($0)-1111-4111-8111-11111111111A" }

    /// One of a few names of each kind, saying one of a few things, so that objects collide in every index.
    private static func object(_ random: inout Seeded) -> (ObjectKey, String) {
        func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        let name = "o\(pick(10))"
        let namespace = ["default", "app"][pick(2)]
        let arm = pick(3) == 0 ? "" : [armID("i\(pick(5))"), armID("I\(pick(5))").uppercased()][pick(2)]
        let client = pick(4) == 0 ? "" : clientIDs[pick(6)]
        switch pick(8) {
        case 0, 1:
            let text = pod(
                name, namespace: namespace, ip: pick(5) == 0 ? nil : addresses[pick(12)],
                phase: ["Running", "Pending", "Succeeded"][pick(3)], node: [nil, "n0", "n1"][pick(3)])
            return (ObjectKey(kind: .pod, namespace: namespace, name: name), text)
        case 2:
            return (
                ObjectKey(kind: .azureIdentityBinding, namespace: namespace, name: name),
                binding(name, selector: "s\(pick(4))", namespace: namespace)
            )
        case 3:
            return (
                ObjectKey(kind: .azureIdentity, namespace: namespace, name: name),
                azureIdentity(name, resource: arm, clientID: client, namespace: namespace, type: pick(5) == 0 ? 1 : 0)
            )
        case 4:
            let fields = [arm.isEmpty ? nil : "resourceID: '\(arm)'", client.isEmpty ? nil : "clientID: \(client)"].compactMap { $0 }
            return (ObjectKey(kind: .managedIdentity, name: name), ours("ManagedIdentity", name, "{\(fields.joined(separator: ", "))}"))
        case 5:
            let text =
                "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzurePodIdentityException, metadata: {name: \(name), namespace: \(namespace)}}"
            return (ObjectKey(kind: .azurePodIdentityException, namespace: namespace, name: name), text)
        case 6:
            let node = "n\(pick(2))"
            return (
                ObjectKey(kind: .node, name: node),
                ours("Node", node, "{plane: pod-identity, systemAssigned: \(pick(2) == 0), compute: {location: l\(pick(3))}}")
            )
        default:
            let uri = "api://r\(pick(4))"
            return (ObjectKey(kind: .resourcePrincipal, name: name), ours("ResourcePrincipal", name, "{identifierURIs: ['\(uri)']}"))
        }
    }

    /// Everything a snapshot answers, as text.
    private static func answers(_ snapshot: IdentitySnapshot) -> [String] {
        func shown(_ principal: Principal?) -> String {
            principal.map { "\($0.name) \($0.clientID) \($0.objectID) \($0.resourceID ?? "-") \($0.category)" } ?? "-"
        }
        var lines = ["node \(snapshot.node.node.name) \(snapshot.plane) \(snapshot.node.location) \(shown(snapshot.node.systemAssigned))"]
        for address in UInt32(0x0a00_0000)..<0x0a00_000c { lines.append("\(address): \(snapshot.pods(at: address).map(\.id.description))") }
        for namespace in ["default", "app"] {
            for selector in 0..<4 { lines.append("\(snapshot.bindings(in: namespace, selector: "s\(selector)").map(\.id.description))") }
            lines.append("\(snapshot.exceptions(in: namespace).map(\.id.description))")
            for index in 0..<10 {
                let id = NamespacedName(namespace: namespace, name: "o\(index)")
                lines.append("\(id): \(snapshot.pod(id)?.podIP ?? "-") \(snapshot.azureIdentity(id)?.clientID ?? "-")")
            }
        }
        for client in clientIDs { lines.append("client \(shown(snapshot.assigned(clientID: client)))") }
        for index in 0..<10 {
            let arm = DerivedIDs.userAssignedIdentity(named: "o\(index)")
            for id in [armID("i\(index)"), arm] {
                lines.append("arm \(shown(snapshot.assigned(resourceID: id)))")
                lines.append("object \(shown(snapshot.assigned(objectID: DerivedIDs.principalID(ofIdentity: id))))")
            }
        }
        lines.append("user \(snapshot.userAssigned(limit: .max).map(shown).sorted())")
        for index in 0..<4 { lines.append("resource \(snapshot.resource(answeringTo: "api://r\(index)")?.name ?? "-")") }
        lines.append("pods \(snapshot.objects(of: .pod).map(\.key.description)) bindings \(snapshot.allBindings.map(\.id.description))")
        lines.append("counts \(snapshot.counts.filter { $0.value > 0 }.map { "\($0.key) \($0.value)" }.sorted())")
        for kind in ObjectKind.allCases { lines.append("\(kind) \(snapshot.objects(of: kind).map { $0.document.rendered() })") }
        return lines
    }

    @Test(
        "after two thousand changes the indexes answer as a store freshly loaded with what is left",
        arguments: [UInt64(1), 2, 3, 4, 5], [String?.none, "n0"])
    func incremental(seed: UInt64, nodeName: String?) throws {
        var random = Seeded(state: seed)
        let changing = IdentityStore(nodeName: nodeName)
        var world: [ObjectKey: String] = [:]
        var refused = 0
        for step in 1...2000 {
            if Int.random(in: 0..<3, using: &random) == 0, let key = world.keys.sorted().randomElement(using: &random) {
                // A change that would leave --node-name or an id pointing at two things is refused and changes nothing.
                guard let deleted = try? changing.delete(key) else { continue }
                #expect(deleted)
                world[key] = nil
            } else {
                // A few objects at a time, as a manifest has them.
                var batch: [ObjectKey: String] = [:]
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let (key, text) = Self.object(&random)
                    batch[key] = text
                }
                guard (try? changing.put(batch.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n---\n"))) != nil else {
                    refused += 1
                    continue
                }
                world.merge(batch) { $1 }
            }
            guard step % 250 == 0 else { continue }
            let fresh = IdentityStore(nodeName: nodeName)
            try fresh.load([file(world.sorted { $0.key > $1.key }.map(\.value).joined(separator: "\n---\n"))])
            let (left, right) = (Self.answers(changing.current), Self.answers(fresh.current))
            #expect(left.count == right.count)
            for (changed, loaded) in zip(left, right) where changed != loaded {
                Issue.record("after \(step) changes: \(changed) is not \(loaded)")
            }
        }
        #expect(refused < 1000, "most changes must be ones that are taken")
    }

    @Test("readers only ever see whole changes, and generations that never go back", .timeLimit(.minutes(1)))
    func wholeSnapshots() async throws {
        let store = IdentityStore()
        let isDone = Flag()
        let one = ObjectKey(kind: .managedIdentity, name: "one")
        let two = ObjectKey(kind: .managedIdentity, name: "two")
        let texts = (0..<8).map {
            documents(ours("ManagedIdentity", "one", "{audiences: [a\($0)]}"), ours("ManagedIdentity", "two", "{audiences: [a\($0)]}"))
        }
        let bare = documents(pod("p"))
        try await withThrowingTaskGroup(of: (seen: Int, torn: Int).self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var (seen, torn, last) = (0, 0, 0)
                    while !isDone.isSet || seen == 0 {
                        let snapshot = store.current
                        seen += 1
                        let values = [one, two].map { snapshot.object($0)?.document["spec"]?["audiences"]?.rendered() }
                        if values[0] != values[1] || snapshot.generation < last { torn += 1 }
                        last = snapshot.generation
                        await Task.yield()
                    }
                    return (seen, torn)
                }
            }
            for round in 0..<400 { try store.load([file(round % 5 == 4 ? bare : texts[round % 8])]) }
            isDone.set()
            for try await result in group {
                #expect(result.seen > 0)
                #expect(result.torn == 0)
            }
        }
        #expect(store.current.generation > 300)
    }
}

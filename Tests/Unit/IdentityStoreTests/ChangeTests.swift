import IdentityModel
import IdentityStore
import Synchronization
import Testing

@Suite struct ChangeTests {
    private let reader = ObjectKey(kind: .pod, name: "a")

    @Test("a refused load keeps the last good world, says why, and the next good load clears that")
    func refusedLoad() throws {
        let store = try store(pod("a"))
        let before = store.current
        let reasons = refusal { () throws(ManifestRefusal) in
            try store.load([file(documents(pod("b"), ours("Node", "n", "{plane: vn}"), ours("Tenant", "t", "{x: 1}")))])
        }
        #expect(reasons?.count == 2)
        #expect(store.current === before)
        #expect(store.status.refusal?.problems.map(\.description) == reasons)
        #expect(store.status.refusedReloads == 1)
        #expect(refusal { () throws(ManifestRefusal) in try store.load([file("{")]) }?.first?.hasPrefix("world.yaml document 1") == true)
        #expect(store.status.refusedReloads == 2)
        try store.load([file(pod("b"))])
        #expect(store.status.refusal == nil)
        #expect(store.status.refusedReloads == 2)
        #expect(store.current.object(reader) == nil)
        #expect(store.current.generation == before.generation + 1)
    }

    @Test("an observer is told of the present world and of each that is published, not of what is refused")
    func observer() throws {
        let store = try store(pod("a"))
        let told = Mutex<[Int]>([])
        store.observe { snapshot in told.withLock { $0.append(snapshot.generation) } }
        try store.put(pod("b"))
        try store.load([file(pod("a") + "\n# a comment")])
        _ = refusal { () throws(ManifestRefusal) in try store.load([file("{")]) }
        _ = try store.delete(reader)
        #expect(told.withLock { $0 } == [1, 2, 3])
    }

    @Test("a load that says the same again changes nothing")
    func unchanged() throws {
        let store = try store(documents(pod("a"), ours("Tenant", "t")))
        let before = store.current
        try store.load([file(documents(pod("a"), ours("Tenant", "t")) + "\n# a comment")])
        #expect(store.current === before)
    }

    @Test("the same object twice is refused and both places are named")
    func duplicates() {
        let reasons = refusal { () throws(ManifestRefusal) in
            try IdentityStore().load([file(documents(pod("a"), pod("b")), "one.yaml"), file(documents(pod("c"), pod("a")), "two.yaml")])
        }
        #expect(
            reasons == [
                "two.yaml document 2 line 3: Pod default/a: metadata.name: found the same object a second time; allowed: one of them; the first is in one.yaml document 1"
            ])
    }

    @Test("fields and references that are wrong are told together")
    func together() {
        let reasons = refusal { () throws(ManifestRefusal) in
            try IdentityStore().load([
                file(documents(ours("Node", "n", "{tenant: nowhere}"), ours("ManagedIdentity", "m", "{clientID: 5}")))
            ])
        }
        #expect(reasons?.count == 2)
        #expect(reasons?.contains { $0.contains("spec.clientID: found 5") } == true)
        #expect(reasons?.contains { $0.contains("spec.tenant: found \"nowhere\"") } == true)
    }

    @Test("an emptied file is refused: an empty world would make every caller the node")
    func emptied() throws {
        let store = try store(pod("a"))
        let before = store.current
        let reasons = refusal { () throws(ManifestRefusal) in try store.load([file("")]) }
        #expect(reasons == ["world.yaml: no object is left; keep at least one, or start again without manifests"])
        #expect(store.current === before)
    }

    @Test("nodes of different planes want --node-name", arguments: [String?.none, "b"])
    func planes(nodeName: String?) {
        let text = documents(ours("Node", "a", "{plane: pod-identity}"), ours("Node", "b", "{plane: vm}"))
        let reasons = refusal { () throws(ManifestRefusal) in try IdentityStore(nodeName: nodeName).load([file(text)]) }
        let expected = [
            "world.yaml document 2 line 3: Node b: spec.plane: found vm, while Node a says pod-identity; allowed: one plane for all Nodes, or --node-name to say which is served"
        ]
        #expect(reasons == (nodeName == nil ? expected : nil))
    }

    @Test("applied and deleted objects lie over the files and outlive their reload")
    func overlay() throws {
        let store = try store(documents(pod("a", ip: "10.0.0.1"), pod("b", ip: "10.0.0.2")))
        try store.put(documents(pod("a", ip: "10.0.0.9"), pod("c", ip: "10.0.0.3")))
        #expect(try store.delete(ObjectKey(kind: .pod, name: "b")))
        #expect(try !store.delete(ObjectKey(kind: .pod, name: "b")))
        func check() {
            let snapshot = store.current
            #expect(snapshot.objects(of: .pod).map(\.key.name).filter { $0 != "d" } == ["a", "c"])
            #expect(snapshot.pods(at: 0x0a00_0001).isEmpty)
            #expect(snapshot.pods(at: 0x0a00_0009).map(\.id.name) == ["a"])
        }
        check()
        try store.load([file(documents(pod("a", ip: "10.0.0.1"), pod("b", ip: "10.0.0.5"), pod("d", ip: "10.0.0.4")))])
        check()
        #expect(store.current.pod(NamespacedName(namespace: "default", name: "d")) != nil)
        try store.load([])
        check()
        try store.put(pod("b", ip: "10.0.0.2"))
        #expect(store.current.pods(at: 0x0a00_0002).map(\.id.name) == ["b"])
    }

    @Test("an application is taken whole or not at all")
    func wholeApplication() throws {
        let store = try store(pod("a"))
        let before = store.current
        #expect(
            refusal { () throws(ManifestRefusal) in
                _ = try store.apply(Array(documents(pod("x"), ours("Node", "n", "{plane: vn}")).utf8), from: "test")
            } != nil)
        #expect(refusal { () throws(ManifestRefusal) in _ = try store.apply(Array("# nothing".utf8), from: "test") } != nil)
        #expect(refusal { () throws(ManifestRefusal) in _ = try store.apply(Array("{a".utf8), from: "test") } != nil)
        #expect(
            refusal { () throws(ManifestRefusal) in
                _ = try store.apply(Array(documents(pod("x"), ours("Node", "n", "{tenant: t}")).utf8), from: "test")
            } == ["test document 2 line 3: Node n: spec.tenant: found \"t\"; allowed: the name of a Tenant: none is declared"])
        #expect(store.current === before)
    }

    @Test("what others refer to cannot be deleted")
    func referenced() throws {
        let store = try store(documents(ours("Tenant", "t"), ours("Node", "n", "{tenant: t}")))
        let before = store.current
        #expect(refusal { () throws(ManifestRefusal) in _ = try store.delete(ObjectKey(kind: .tenant, name: "t")) }?.count == 1)
        #expect(store.current === before)
    }

    @Test(
        "references to nothing are refused",
        arguments: [
            (ours("Node", "n", "{tenant: t}"), "Node n: spec.tenant: found \"t\"; allowed: the name of a Tenant: none is declared"),
            (
                documents(ours("ManagedIdentity", "m"), ours("Node", "n", "{userAssigned: [m, x]}")),
                "Node n: spec.userAssigned[1]: found \"x\"; allowed: the name of a ManagedIdentity: m, or an ARM id"
            ),
            (
                ours("Node", "n", "{kubeletIdentity: x}"),
                "Node n: spec.kubeletIdentity: found \"x\"; allowed: the name of a ManagedIdentity: none is declared, or an ARM id"
            ),
            (
                documents(ours("Tenant", "a"), ours("Tenant", "b"), ours("Application", "x", "{tenant: c}")),
                "Application x: spec.tenant: found \"c\"; allowed: the name of a Tenant: a, b"
            ),
            (
                ours("FederatedIdentityCredential", "f", "{identity: {kind: Application, name: x}, issuer: i, subject: s}"),
                "FederatedIdentityCredential f: spec.identity: found Application \"x\"; allowed: a principal in the manifests"
            ),
            (
                documents(ours("Node", "n"), ours("RoleAssignment", "r", "{principal: {kind: Node, name: 'n'}, resource: x, role: why}")),
                "RoleAssignment r: spec.resource: found \"x\"; allowed: the name of a ResourcePrincipal: none is declared"
            ),
            (
                documents(
                    ours("Node", "n"), ours("ResourcePrincipal", "x", "{appRoles: [{value: a}, {value: b}]}"),
                    ours("RoleAssignment", "r", "{principal: {kind: Node, name: 'n'}, resource: x, role: why}")),
                "RoleAssignment r: spec.role: found \"why\"; allowed: an app role of x: a, b"
            ),
        ])
    func references(text: String, problem: String) throws {
        let reasons = try #require(refusal { () throws(ManifestRefusal) in try IdentityStore().load([file(text)]) })
        #expect(reasons.map { $0.drop { $0 != ":" }.dropFirst(2) } == [problem[...]])
    }

    @Test("twenty federated credentials on one identity are taken, one more is not")
    func credentials() throws {
        func world(_ count: Int) -> String {
            ([ours("Application", "x")]
                + (0..<count).map {
                    ours(
                        "FederatedIdentityCredential", "f\($0 + 10)", "{identity: {kind: Application, name: x}, issuer: i, subject: s\($0)}"
                    )
                }).joined(separator: "\n---\n")
        }
        #expect(refusal { () throws(ManifestRefusal) in try IdentityStore().load([file(world(20))]) } == nil)
        #expect(refusal { () throws(ManifestRefusal) in try IdentityStore().load([file(world(21))]) }?.count == 1)
    }

    @Test("warnings and passed-over kinds are told")
    func status() throws {
        let store = try store(documents(azureIdentity("i", resource: "nonsense"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"))
        #expect(store.status.warnings.map(\.path) == ["spec.resourceID"])
        #expect(store.status.ignored == ["v1 ConfigMap": 1])
    }
}

import IdentityModel
import IdentityStore
import Testing
import WireFormats

@Suite struct OriginTests {
    private static func pod(_ name: String, _ address: String) throws -> JSONValue {
        try JSONValue(
            parsing: Array(
                #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)","namespace":"default"},"status":{"podIP":"\#(address)"}}"#
                    .utf8))
    }

    private static func store() throws -> IdentityStore {
        let store = IdentityStore()
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: web}, status: {podIP: 10.0.0.1}}"
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(text.utf8))])
        return store
    }

    private static func address(_ store: IdentityStore, _ name: String) -> String? {
        store.current.pod(NamespacedName(namespace: "default", name: name))?.podIP
    }

    @Test("what an origin names no more is withdrawn, and what the files say stands again")
    func withdrawal() throws {
        let store = try Self.store()
        #expect(try store.replace(origin: "o", with: [try Self.pod("web", "10.0.0.9"), try Self.pod("new", "10.0.0.8")]))
        #expect(Self.address(store, "web") == "10.0.0.9" && Self.address(store, "new") == "10.0.0.8")
        #expect(try store.replace(origin: "o", with: [try Self.pod("new", "10.0.0.7")]))
        #expect(Self.address(store, "web") == "10.0.0.1" && Self.address(store, "new") == "10.0.0.7")
        #expect(try store.replace(origin: "o", with: []))
        #expect(Self.address(store, "web") == "10.0.0.1" && Self.address(store, "new") == nil)
    }

    @Test("the same once more is no change")
    func same() throws {
        let store = try Self.store()
        #expect(try store.replace(origin: "o", with: [try Self.pod("new", "10.0.0.8")]))
        let generation = store.current.generation
        #expect(try !store.replace(origin: "o", with: [try Self.pod("new", "10.0.0.8")]))
        #expect(store.current.generation == generation)
    }

    @Test("other origins keep what they applied")
    func others() throws {
        let store = try Self.store()
        try store.apply(try Self.pod("applied", "10.0.0.5").bytes(), from: "a person")
        _ = try store.replace(origin: "o", with: [try Self.pod("new", "10.0.0.8")])
        _ = try store.replace(origin: "o", with: [])
        #expect(Self.address(store, "applied") == "10.0.0.5")
    }

    @Test("a pod is told as others describe it")
    func described() throws {
        let store = try Self.store()
        _ = try store.replace(origin: "o", with: [try Self.pod("web", "10.0.0.9")])
        let web = NamespacedName(namespace: "default", name: "web")
        #expect(store.described(web, except: "o")?["status"]?["podIP"]?.text == "10.0.0.1")
        #expect(store.described(NamespacedName(namespace: "default", name: "nobody"), except: "o") == nil)
    }
}

import IdentityModel
import Testing

@Suite struct InstanceTagTests {
    private func list(_ tree: InstanceTree) -> [String] {
        (tree.part("compute/tagsList")?.elements ?? []).map { "\($0.leaf("name") ?? "")=\($0.leaf("value") ?? "")" }
    }

    @Test(
        "tags and tagsList say the same, whichever is given",
        arguments: [
            ("{}", "", []), ("{tags: {b: '2', a: '1'}}", "a:1;b:2", ["a=1", "b=2"]),
            ("{tags: {B: '2', a: '1'}}", "B:2;a:1", ["B=2", "a=1"]),
            ("{compute: {tags: 'b:2;a:1'}}", "b:2;a:1", ["b=2", "a=1"]),
            ("{compute: {tags: 'orchestrator:Kubernetes:1.30.7'}}", "orchestrator:Kubernetes:1.30.7", ["orchestrator=Kubernetes:1.30.7"]),
            ("{compute: {tags: 'bare;a:'}}", "bare;a:", ["bare=", "a="]),
            ("{compute: {tagsList: [{name: b, value: '2;3'}, {name: a}]}}", "b:2;3;a:", ["b=2;3", "a="]),
            ("{tags: {c: '3'}, compute: {tags: 'a:1'}}", "a:1", ["a=1"]),
            ("{compute: {tags: 'x:y', tagsList: [{name: a, value: '1'}]}}", "x:y", ["a=1"]),
        ])
    func bothWays(spec: String, text: String, tags: [String]) throws {
        let tree = try document(spec)
        #expect(tree.leaf("compute/tags") == text)
        #expect(list(tree) == tags)
    }

    @Test("AKS's own tags are there, the manifest's beside or instead of them")
    func aks() throws {
        let tree = try document(
            "{shape: aks, tags: {aks-managed-poolName: mine, z: last}}", name: "aks-big-pool-12345678-vmss000001",
            kubeletClientID: "1a2b3c4d-0009-4000-8000-00000000d009")
        let tags = list(tree)
        #expect(tags.contains("aks-managed-poolName=mine") && !tags.contains("aks-managed-poolName=big-pool"))
        #expect(tags.contains("aks-managed-kubeletIdentityClientID=1a2b3c4d-0009-4000-8000-00000000d009"))
        #expect(tags.contains("aks-managed-creationSource=vmssclient-aks-big-pool-12345678-vmss"))
        #expect(tags.contains("aks-managed-resourceNameSuffix=12345678"))
        #expect(tags.last == "z=last" && tags == tags.sorted())
        let plain = try document("{shape: aks}", name: "aks-big-pool-12345678-vmss000001")
        #expect(list(plain).contains("aks-managed-poolName=big-pool"))
        #expect(!list(plain).contains { $0.hasPrefix("aks-managed-kubeletIdentityClientID") })
    }
}

import IdentityModel
import IdentityStore
import Testing
import WireFormats

@Suite struct SnapshotTests {
    @Test("an empty store is one VM with a system-assigned identity in the derived tenant")
    func empty() {
        let snapshot = IdentityStore().current
        #expect(snapshot.generation == 0)
        #expect(snapshot.node.node.name == "vm-0" && snapshot.plane == .vm)
        #expect(snapshot.node.systemAssigned?.clientID == DerivedIDs.clientID(ofNode: "vm-0"))
        #expect(snapshot.userAssigned(limit: 9).isEmpty)
        #expect(snapshot.tenants.map(\.name) == ["understudy"])
        #expect(snapshot.tenant(named: "UNDERSTUDY.onmicrosoft.com")?.tenantID == Tenant.derived.tenantID)
        #expect(snapshot.tenant(named: Tenant.derived.tenantID.uppercased())?.name == "understudy")
        #expect(snapshot.tenant(named: "understudy") == nil)
    }

    @Test("pods are found by address when NMI's cache would hold them, ordered by namespace and name")
    func addresses() throws {
        let snapshot = try store(
            documents(
                pod("b", ip: "10.0.0.1"), pod("a", ip: "10.0.0.1"), pod("z", namespace: "app", ip: "10.0.0.1"),
                pod("done", ip: "10.0.0.1", phase: "Succeeded"), pod("pending", ip: "10.0.0.2", phase: "Pending"), pod("none"),
                pod("six", ip: "'fd00::1'"))
        ).current
        #expect(snapshot.pods(at: 0x0a00_0001).map(\.id.description) == ["app/z", "default/a", "default/b"])
        #expect(snapshot.pods(at: 0x0a00_0002).map(\.id.name) == ["pending"])
        #expect(snapshot.pods(at: 0).isEmpty)
        #expect(snapshot.pod(NamespacedName(namespace: "default", name: "done")) != nil)
        #expect(snapshot.objects(of: .pod).count == 7)
    }

    @Test(
        "of several nodes' pods only the served node's have an address, and hand-written ones always",
        arguments: [
            (String?.none, [String](), ["a0", "a1", "free"]), (nil, ["n0"], ["a0", "free"]), (nil, ["n0", "n1"], ["a0", "a1", "free"]),
            ("n1", [], ["a1", "free"]), ("n1", ["n0", "n1"], ["a1", "free"]),
        ])
    func nodeNames(chosen: String?, declared: [String], served: [String]) throws {
        let pods = [pod("a0", ip: "10.0.0.1", node: "n0"), pod("a1", ip: "10.0.0.1", node: "n1"), pod("free", ip: "10.0.0.1")]
        let nodes = declared.map { ours("Node", $0) }
        for text in [pods + nodes, nodes + pods] {
            let snapshot = try store(text.joined(separator: "\n---\n"), nodeName: chosen).current
            #expect(snapshot.pods(at: 0x0a00_0001).map(\.id.name) == served)
        }
    }

    @Test("bindings match namespace and selector exactly, ordered by name, and exceptions their namespace")
    func bindings() throws {
        let exception = "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzurePodIdentityException, metadata: {name: e, namespace: app}}"
        let snapshot = try store(
            documents(
                binding("b2", selector: "web"), binding("b1", selector: "web"), binding("b0", selector: "Web"),
                binding("b", selector: "web", namespace: "app"), exception)
        ).current
        #expect(snapshot.bindings(in: "default", selector: "web").map(\.id.name) == ["b1", "b2"])
        #expect(snapshot.bindings(in: "app", selector: "web").map(\.id.name) == ["b"])
        #expect(snapshot.bindings(in: "app", selector: "Web").isEmpty)
        #expect(snapshot.exceptions(in: "app").map(\.id.name) == ["e"])
        #expect(snapshot.exceptions(in: "default").isEmpty)
        #expect(snapshot.plane == .podIdentity)
    }

    @Test("where both describe one ARM id, in any case, the ManagedIdentity wins over the AzureIdentity")
    func precedence() throws {
        let azure = azureIdentity("reader", resource: armID("reader").uppercased(), clientID: "11111111-1111-4111-8111-111111111111")
        let managed = ours(
            "ManagedIdentity", "m",
            "{resourceID: '\(armID("reader"))', clientID: 22222222-2222-4222-8222-222222222222, principalID: 33333333-3333-4333-8333-333333333333}"
        )
        let store = try store(azure)
        #expect(store.current.assigned(clientID: "11111111-1111-4111-8111-111111111111")?.name == "reader")
        try store.put(managed)
        let both = store.current
        #expect(both.assigned(clientID: "11111111-1111-4111-8111-111111111111") == nil)
        #expect(both.assigned(clientID: "22222222-2222-4222-8222-222222222222")?.name == "m")
        #expect(both.assigned(objectID: "33333333-3333-4333-8333-333333333333".uppercased())?.name == "m")
        #expect(both.assigned(resourceID: armID("READER"))?.name == "m")
        #expect(both.userAssigned(limit: 9).count == 1)
        _ = try store.delete(ObjectKey(kind: .managedIdentity, name: "m"))
        #expect(store.current.assigned(clientID: "11111111-1111-4111-8111-111111111111")?.name == "reader")
    }

    @Test("a ManagedIdentity without a client id takes the AzureIdentity's")
    func merged() throws {
        let snapshot = try store(
            documents(
                azureIdentity("reader", resource: armID("reader"), clientID: "ABCDEF00-1111-4111-8111-111111111111"),
                ours("ManagedIdentity", "m", "{resourceID: '\(armID("reader"))'}"))
        ).current
        #expect(snapshot.assigned(resourceID: armID("reader"))?.clientID == "abcdef00-1111-4111-8111-111111111111")
    }

    @Test("a second ManagedIdentity of one ARM id is refused, and taken once the first is gone")
    func shared() throws {
        func managed(_ name: String) -> String { ours("ManagedIdentity", name, "{resourceID: '\(armID("x"))'}") }
        let store = try store(ours("Node", "n", "{userAssigned: ['\(armID("x"))']}"))
        try store.put(managed("b"))
        #expect(throws: ManifestRefusal.self) { try store.put(managed("a")) }
        #expect(store.current.assigned(resourceID: armID("x"))?.name == "b")
        _ = try store.delete(ObjectKey(kind: .managedIdentity, name: "b"))
        try store.put(managed("a"))
        #expect(store.current.assigned(resourceID: armID("x"))?.name == "a")
        _ = try store.delete(ObjectKey(kind: .managedIdentity, name: "a"))
        #expect(store.current.assigned(resourceID: armID("x"))?.clientID == DerivedIDs.clientID(ofIdentity: armID("x")))
    }

    @Test("two identities that swap their ARM ids in one change both stay")
    func swap() throws {
        func pair(_ a: String, _ b: String) -> String {
            documents(
                ours("ManagedIdentity", "a", "{resourceID: '\(armID(a))'}"), ours("ManagedIdentity", "b", "{resourceID: '\(armID(b))'}"),
                ours("Node", "n", "{userAssigned: [a, b]}"))
        }
        let store = try store(pair("x", "y"))
        for (a, b) in [("y", "x"), ("x", "y"), ("y", "x")] {
            try store.put(pair(a, b))
            #expect(store.current.assigned(resourceID: armID(a))?.name == "a")
            #expect(store.current.assigned(resourceID: armID(b))?.name == "b")
        }
    }

    @Test("a node has the identities its manifest lists and no others")
    func listed() throws {
        let snapshot = try store(
            documents(
                ours("Node", "n", "{systemAssigned: true, userAssigned: [a, '\(armID("unknown"))']}"), ours("ManagedIdentity", "a"),
                ours("ManagedIdentity", "b"), azureIdentity("c", resource: armID("c")))
        ).current
        #expect(snapshot.userAssigned(limit: 9).map(\.name) == ["a", "unknown"])
        #expect(snapshot.userAssigned(limit: 1).count == 1)
        #expect(snapshot.assigned(resourceID: armID("unknown"))?.clientID == DerivedIDs.clientID(ofIdentity: armID("unknown")))
        #expect(snapshot.assigned(resourceID: armID("c")) == nil)
        #expect(snapshot.assigned(resourceID: DerivedIDs.userAssignedIdentity(named: "b")) == nil)
        #expect(snapshot.assigned(clientID: DerivedIDs.clientID(ofNode: "n").uppercased())?.category == .systemAssigned)
        #expect(snapshot.assigned(objectID: DerivedIDs.principalID(ofNode: "n"))?.category == .systemAssigned)
    }

    @Test("service principals and identities without any id are none of the node's identities")
    func notManaged() throws {
        let snapshot = try store(
            documents(
                azureIdentity("sp", resource: "", clientID: "11111111-1111-4111-8111-111111111111", type: 1),
                azureIdentity("e", resource: ""))
        ).current
        #expect(snapshot.userAssigned(limit: 9).isEmpty)
        #expect(snapshot.assigned(clientID: "11111111-1111-4111-8111-111111111111") == nil)
        #expect(snapshot.azureIdentity(NamespacedName(namespace: "default", name: "sp"))?.category == .servicePrincipal)
    }

    @Test(
        "a resource answers to its URIs, GUID, api:// and host suffixes, without regard to case or one slash",
        arguments: [
            ("https://management.azure.com/", "Azure Resource Manager"), ("https://management.azure.com", "Azure Resource Manager"),
            ("HTTPS://Management.Azure.com/", "Azure Resource Manager"), ("https://vault.azure.net/", "Azure Key Vault"),
            ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Resource Manager"),
            ("api://797F4846-BA00-4FD7-BA43-DAC1F8F63013", "Azure Resource Manager"),
            ("https://management.microsoftazure.de/", "Azure Resource Manager"), ("https://vault.microsoftazure.de", "Azure Key Vault"),
            ("https://vault.usgovcloudapi.net", "Azure Key Vault (US Government)"),
            ("https://ossrdbms-aad.database.chinacloudapi.cn", "OSS RDBMS"),
            ("https://acct.blob.core.windows.net", "Azure Storage"), ("https://acct.blob.core.windows.net:443/x", "Azure Storage"),
            ("https://.blob.core.windows.net", nil), ("http://acct.blob.core.windows.net", nil),
            ("https://blob.core.windows.net.evil", nil),
            ("https://management.azure.com//", nil), ("https://management.azure.com/x", nil), ("", nil), ("/", nil),
            ("api://mine", "mine"), ("https://graph.windows.net", "taken over"),
        ] as [(String, String?)])
    func resources(identifier: String, name: String?) throws {
        let snapshot = try store(
            documents(
                ours("ResourcePrincipal", "mine", "{identifierURIs: ['api://mine']}"),
                ours("ResourcePrincipal", "taken over", "{identifierURIs: ['https://graph.windows.net/']}"))
        ).current
        #expect(snapshot.resource(answeringTo: identifier)?.name == name)
    }

    @Test("roles are those of assignments to the principal on that resource, sorted")
    func roles() throws {
        func assignment(_ name: String, _ principal: String, _ role: String) -> String {
            ours("RoleAssignment", name, "{principal: \(principal), resource: api, role: \(role)}")
        }
        let store = try store(
            documents(
                ours("ResourcePrincipal", "api", "{identifierURIs: ['api://a'], appRoles: [{value: Write}, {value: Read}]}"),
                ours("ManagedIdentity", "m"), ours("Node", "n", "{systemAssigned: true, userAssigned: [m]}"),
                assignment("r1", "{kind: ManagedIdentity, name: m}", "Write"), assignment("r2", "{kind: ManagedIdentity, name: m}", "Read"),
                assignment("r3", "{kind: Node, name: 'n'}", "Read")))
        let snapshot = store.current
        let resource = try #require(snapshot.resource(answeringTo: "api://a"))
        let user = try #require(snapshot.userAssigned(limit: 1).first)
        let system = try #require(snapshot.node.systemAssigned)
        #expect(snapshot.roles(of: user, on: resource) == ["Read", "Write"])
        #expect(snapshot.roles(of: system, on: resource) == ["Read"])
        _ = try store.delete(ObjectKey(kind: .roleAssignment, name: "r2"))
        #expect(store.current.roles(of: user, on: resource) == ["Write"])
        #expect(snapshot.roles(of: user, on: resource) == ["Read", "Write"], "a snapshot does not change")
    }

    @Test("secret values are never shown, not even those in kubectl's annotation")
    func redaction() throws {
        let store = try store(
            documents(
                """
                {apiVersion: v1, kind: Secret, metadata: {name: s, labels: {app: web}, annotations: {
                  kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"aHVudGVyMg=="},"stringData":{"a":"hunter2"}}', note: kept}},
                  data: {a: aHVudGVyMg==}, stringData: {b: hunter2}}
                """, ours("Application", "app", "{secrets: [{value: hunter2, expires: '2027-01-01T00:00:00Z'}, {valueFrom: {env: KEEP}}]}"))
        )
        let secret = try #require(store.current.object(ObjectKey(kind: .secret, name: "s"))).document
        let application = try #require(store.current.object(ObjectKey(kind: .application, name: "app"))).document
        for text in [secret.rendered(), application.rendered()] {
            #expect(!text.contains("hunter2") && !text.contains("aHVudGVyMg"))
        }
        #expect(secret["data"]?["a"] == "<redacted>" && secret["stringData"]?["b"] == "<redacted>")
        #expect(secret["metadata"]?["annotations"]?["note"] == "kept" && secret["metadata"]?["labels"]?["app"] == "web")
        #expect(application["spec"]?["secrets"]?.elements?[0]["value"] == "<redacted>")
        #expect(application["spec"]?["secrets"]?.elements?[1]["valueFrom"]?["env"] == "KEEP")
    }
}

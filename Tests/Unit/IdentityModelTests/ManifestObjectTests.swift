import IdentityModel
import ManifestReading
import Testing

@Suite struct ManifestObjectTests {
    @Test("lists are flattened, nested ones and typed ones too")
    func lists() throws {
        let contents = try read(
            """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Pod, metadata: {name: a}}
            - apiVersion: v1
              kind: PodList
              items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}, {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}]
            - {apiVersion: understudy.internal/v1alpha1, kind: Tenant, metadata: {name: t}}
            """)
        #expect(contents.entries.map(\.key.description) == ["Pod default/a", "Pod default/b", "Tenant t"])
        #expect(contents.ignored == ["v1 ConfigMap": 1])
        #expect(contents.problems.isEmpty)
    }

    @Test("kinds we do not read are counted, each version for itself")
    func ignored() throws {
        let contents = try read(
            """
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}
            ---
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}
            ---
            {apiVersion: aadpodidentity.k8s.io/v2, kind: AzureIdentity, metadata: {name: b}}
            ---
            {apiVersion: v1, kind: Node, metadata: {name: kubernetes-has-nodes-of-its-own}}
            """)
        #expect(contents.ignored == ["apps/v1 Deployment": 2, "aadpodidentity.k8s.io/v2 AzureIdentity": 1, "v1 Node": 1])
        #expect(contents.entries.isEmpty && contents.problems.isEmpty && contents.warnings.isEmpty)
    }

    @Test(
        "a namespaced kind without a namespace is in default, and our own kinds have none",
        arguments: [
            ("v1", "Pod", "{name: x}", "Pod default/x"), ("v1", "Pod", "{name: x, namespace: 'n'}", "Pod n/x"),
            ("v1", "Namespace", "{name: x, namespace: 'n'}", "Namespace x"),
            ("aadpodidentity.k8s.io/v1", "AzureIdentityBinding", "{name: x}", "AzureIdentityBinding default/x"),
            ("understudy.internal/v1alpha1", "Tenant", "{name: x, namespace: 'n'}", "Tenant x"),
        ])
    func namespaces(version: String, kind: String, metadata: String, key: String) throws {
        #expect(try read("{apiVersion: \(version), kind: \(kind), metadata: \(metadata)}").entries.map(\.key.description) == [key])
    }

    @Test(
        "what is no object is a problem that says what one is",
        arguments: [
            ("[a]", "world.yaml document 1 line 1: found a list; allowed: a Kubernetes-style object with apiVersion, kind and metadata"),
            (
                "just text",
                "world.yaml document 1 line 1: found \"just text\"; allowed: a Kubernetes-style object with apiVersion, kind and metadata"
            ),
            (
                "kind: Pod",
                "world.yaml document 1 line 1: apiVersion: found nothing; allowed: a string such as v1, aadpodidentity.k8s.io/v1, understudy.internal/v1alpha1"
            ),
            ("apiVersion: v1", "world.yaml document 1 line 1: kind: found nothing; allowed: a string such as Pod"),
            ("{apiVersion: v1, kind: 5}", "world.yaml document 1 line 1: kind: found 5; allowed: a string such as Pod"),
            (
                "apiVersion: v1\nkind: Pod",
                "world.yaml document 1 line 1: Pod: metadata.name: found nothing; allowed: a non-empty string (in quotes if it is a word such as n, yes or on, or a number)"
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {name: 5}",
                "world.yaml document 1 line 3: Pod: metadata.name: found 5; allowed: a non-empty string (in quotes if it is a word such as n, yes or on, or a number)"
            ),
            (
                "apiVersion: understudy.internal/v2\nkind: Node",
                "world.yaml document 1 line 1: Node: apiVersion: found \"understudy.internal/v2\"; allowed: understudy.internal/v1alpha1"
            ),
            (
                "apiVersion: understudy.internal/v1alpha1\nkind: Nod",
                "world.yaml document 1 line 2: Nod: kind: found \"Nod\"; allowed: Application, Cluster, Fault, FederatedIdentityCredential, ManagedIdentity, Node, ResourcePrincipal, RoleAssignment, Tenant"
            ),
        ])
    func noObject(text: String, problem: String) throws {
        #expect(try read(text).problems.map(\.description) == [problem])
    }

    @Test("kinds are known by singular and plural in any case, and every plural is its own")
    func words() {
        for kind in ObjectKind.allCases {
            #expect(ObjectKind(word: kind.rawValue.uppercased()) == kind)
            #expect(ObjectKind(word: kind.plural) == kind)
            #expect(ObjectKind(apiVersion: kind.group.apiVersion, kind: kind.rawValue) == kind)
        }
        #expect(Set(ObjectKind.allCases.map(\.plural)).count == ObjectKind.allCases.count)
        #expect(ObjectKind.azureIdentity.plural == "azureidentities")
        #expect(ObjectKind(word: "deployments") == nil)
        #expect(ObjectKind(apiVersion: "v1", kind: "pod") == nil)
    }

    @Test(
        "a user-assigned identity's id is recognised as MIC does it: unanchored, any case",
        arguments: [
            ("/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", true),
            ("/Subscriptions/s/resourceGroups/g/PROVIDERS/microsoft.managedidentity/USERASSIGNEDIDENTITIES/n", true),
            ("xx/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n/more", true),
            ("/subscriptions/s/x/resourcegroups/g/y/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", true),
            ("/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/", false),
            ("/subscriptions//resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", false),
            ("/subscriptions/s/resourcegroups//providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", false),
            ("/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", false),
            ("subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", false),
            ("/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/n", false), ("", false),
            ("/resourcegroups/g/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n", false),
        ])
    func resourceIDs(text: String, isOne: Bool) { #expect(ResourceID.looksUserAssigned(text) == isOne) }

    @Test("tokens carry the segment resourcegroups in lower case and all else as created")
    func claimForm() {
        #expect(
            ResourceID.claimForm("/subscriptions/S/resourceGroups/RG-resourceGroups/providers/Microsoft.Compute/virtualMachines/VM")
                == "/subscriptions/S/resourcegroups/RG-resourceGroups/providers/Microsoft.Compute/virtualMachines/VM")
    }
}

import IdentityModel
import ManifestReading
import Surroundings
import Testing

@Suite struct KubernetesKindTests {
    static let reader = "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"

    @Test("a pod is read with its labels, owner, address and phase")
    func pod() throws {
        let object = try readOne(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web-1
              namespace: shop
              uid: 1234
              labels: {aadpodidbinding: reader, app: web}
              ownerReferences: [{kind: Job, name: j}, {kind: REPLICASET, name: web-abc}, {kind: ReplicaSet, name: other}]
            spec: {nodeName: aks-0, serviceAccountName: web, hostNetwork: true, containers: [{name: c, image: i}]}
            status: {podIP: 10.244.8.11, phase: Running, hostIP: 10.0.0.4}
            """)
        guard case .pod(let pod) = object else { throw WrongKind() }
        #expect(pod.id == NamespacedName(namespace: "shop", name: "web-1"))
        #expect(pod.labels == ["aadpodidbinding": "reader", "app": "web"])
        #expect(pod.bindingLabel == "reader")
        #expect(pod.replicaSetName == "web-abc")
        #expect(pod.nodeName == "aks-0")
        #expect(pod.serviceAccountName == "web")
        #expect(pod.hostNetwork)
        #expect(pod.address == 0x0af4_080b)
        #expect(pod.isResolvable)
    }

    @Test("a bare pod has what the API server would give it")
    func barePod() throws {
        guard case .pod(let pod) = try readOne("{apiVersion: v1, kind: Pod, metadata: {name: p}}") else { throw WrongKind() }
        #expect(pod.id.description == "default/p")
        #expect(pod.serviceAccountName == "default")
        #expect(pod.phase == "Pending")
        #expect(pod.nodeName == nil)
        #expect(pod.address == nil)
        #expect(pod.replicaSetName == "")
        #expect(!pod.hostNetwork)
    }

    @Test(
        "NMI's cache answers for pending and running pods only",
        arguments: [("Pending", true), ("Running", true), ("Succeeded", false), ("Failed", false), ("Unknown", false), ("running", false)])
    func phases(phase: String, resolvable: Bool) throws {
        guard case .pod(let pod) = try readOne("{apiVersion: v1, kind: Pod, metadata: {name: p}, status: {phase: \(phase)}}") else {
            throw WrongKind()
        }
        #expect(pod.isResolvable == resolvable)
    }

    @Test("an AzureIdentity is read, each type with its own fields")
    func azureIdentity() throws {
        guard
            case .azureIdentity(let user) = try readOne(
                """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: reader, namespace: shop, annotations: {aadpodidentity.k8s.io/Behavior: namespaced}}
                spec: {type: 0, resourceID: \(Self.reader), clientID: C}
                """)
        else { throw WrongKind() }
        #expect(user.category == .managedIdentity)
        #expect(user.resourceID == Self.reader)
        #expect(user.clientID == "C")
        #expect(user.isNamespaced)
        guard
            case .azureIdentity(let service) = try readOne(
                """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: sp, annotations: {aadpodidentity.k8s.io/Behavior: Namespaced}}
                spec: {type: 1, tenantID: T, clientID: C, clientPassword: {name: s, namespace: 'n'}, auxiliaryTenantIDs: [a, b], adEndpoint: e}
                """)
        else { throw WrongKind() }
        #expect(service.category == .servicePrincipal)
        #expect(service.tenantID == "T")
        #expect(service.clientPassword.description == "n/s")
        #expect(service.auxiliaryTenantIDs == ["a", "b"])
        #expect(service.authorityEndpoint == "e")
        #expect(!service.isNamespaced)
    }

    @Test("types beyond the known ones keep their number", arguments: [(2, false), (3, true), (-1, true)])
    func types(number: Int, isUnsupported: Bool) throws {
        guard
            case .azureIdentity(let identity) = try readOne(
                "{apiVersion: aadpodidentity.k8s.io/v1, kind: AzureIdentity, metadata: {name: i}, spec: {type: \(number)}}")
        else { throw WrongKind() }
        #expect(identity.category.number == number)
        #expect((identity.category == .unsupported(number)) == isUnsupported)
    }

    @Test("bindings, assigned identities, exceptions, service accounts and namespaces are read")
    func others() throws {
        let contents = try read(
            """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: b, namespace: shop}
            spec: {azureIdentity: reader, selector: web}
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureAssignedIdentity
            metadata: {name: a}
            spec: {pod: p, podNamespace: shop, nodename: 'n'}
            status: {status: Assigned}
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzurePodIdentityException
            metadata: {name: e, namespace: kube-system}
            spec: {podLabels: {app: MIC}}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: sa, namespace: shop, annotations: {azure.workload.identity/client-id: c}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            """)
        #expect(contents.problems.isEmpty && contents.warnings.isEmpty)
        #expect(
            contents.entries.map(\.key.description) == [
                "AzureIdentityBinding shop/b", "AzureAssignedIdentity default/a", "AzurePodIdentityException kube-system/e",
                "ServiceAccount shop/sa", "Namespace shop",
            ])
        guard case .azureIdentityBinding(let binding) = contents.entries[0].object,
            case .azureAssignedIdentity(let assigned) = contents.entries[1].object,
            case .azurePodIdentityException(let exception) = contents.entries[2].object,
            case .serviceAccount(let account) = contents.entries[3].object, case .namespace("shop") = contents.entries[4].object
        else { throw WrongKind() }
        #expect(binding.identityID.description == "shop/reader" && binding.selector == "web")
        #expect(assigned.pod.description == "shop/p" && assigned.nodeName == "n" && assigned.state == .assigned)
        #expect(exception.covers(labels: ["app": "mic"]) && !exception.covers(labels: ["App": "mic"]) && !exception.covers(labels: [:]))
        #expect(account.annotations["azure.workload.identity/client-id"] == "c")
    }

    @Test("a Secret's values are decoded, stringData wins, and none is ever shown")
    func secret() throws {
        guard
            case .secret(let secret) = try readOne(
                "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: aHVudGVyMg==, b: b2xk}, stringData: {b: hunter3}}")
        else { throw WrongKind() }
        #expect(secret.values["a"]?.reveal { $0 } == Array("hunter2".utf8))
        #expect(secret.values["b"]?.reveal { $0 } == Array("hunter3".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret)\(dumped)\(secret.values)".contains("hunter"))
    }

    @Test(
        "what is odd in a Secret is told without its value",
        arguments: [
            ("data: {a: 98765431}", ": data.a: found a number; allowed: a string"),
            ("stringData: {a: 98765431}", ": stringData.a: found a number; allowed: a string"),
            ("stringData: {a: [98765431]}", ": stringData.a: found a list; allowed: a string"),
            ("data: {a: \"98765431?\"}", ": data: found a value of key \"a\" that is not base64; allowed: base64 text"),
            ("data: 98765431", ": data: found a number; allowed: a mapping of strings"),
        ])
    func oddSecret(part: String, warning: String) throws {
        let contents = try read("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n\(part)")
        #expect(contents.problems.isEmpty)
        #expect(contents.warnings.map(\.description) == ["world.yaml document 1 line 4: Secret default/s\(warning)"])
    }

    @Test(
        "unknown fields are pruned silently, and an odd value is a warning and reads as absent",
        arguments: [
            ("AzureIdentityBinding", "Selector: web", [String]()),
            ("AzureIdentityBinding", "selector: 5", ["spec.selector: found 5; allowed: a string"]),
            (
                "AzureIdentityBinding", "selector: true\n  azureIdentity: [a]",
                [
                    "spec.azureIdentity: found a list; allowed: a string", "spec.selector: found true; allowed: a string",
                ]
            ),
            ("AzurePodIdentityException", "podLabels: {a: 1, b: x}", ["spec.podLabels.a: found 1; allowed: a string"]),
            ("AzureIdentity", "type: \"1\"\n  resourceID: \(reader)", ["spec.type: found \"1\"; allowed: a whole number"]),
            ("AzureIdentity", "type: 1\n  auxiliaryTenantIDs: [a, 2]", ["spec.auxiliaryTenantIDs[1]: found 2; allowed: a string"]),
            ("AzureIdentity", "type: 1\n  clientPassword: s", ["spec.clientPassword: found \"s\"; allowed: a mapping"]),
            (
                "AzureIdentity", "type: 0\n  ResourceID: \(reader)",
                [
                    "spec.resourceID: found nothing; allowed: \(ResourceID.userAssignedForm)"
                        + " (MIC ignores the identity; NMI in managed mode still serves it)"
                ]
            ),
        ])
    func lenient(kind: String, spec: String, warnings: [String]) throws {
        let contents = try read("apiVersion: aadpodidentity.k8s.io/v1\nkind: \(kind)\nmetadata: {name: x}\nspec:\n  \(spec)")
        #expect(contents.problems.isEmpty)
        #expect(contents.entries.count == 1)
        #expect(contents.warnings.map { "\($0.path): found \($0.found); allowed: \($0.allowed)" } == warnings)
        #expect(contents.warnings.allSatisfy { $0.object == "\(kind) default/x" })
    }

    @Test("an odd value reads as absent")
    func oddIsAbsent() throws {
        let contents = try read(
            "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {a: 1, b: x}}, spec: {hostNetwork: 'true'}, status: {podIP: 5}}")
        guard case .pod(let pod) = try #require(contents.entries.first).object else { throw WrongKind() }
        #expect(pod.labels == ["b": "x"])
        #expect(!pod.hostNetwork)
        #expect(pod.podIP == nil)
        #expect(contents.warnings.map(\.path).sorted() == ["metadata.labels.a", "spec.hostNetwork", "status.podIP"])
    }
}

struct WrongKind: Error {}

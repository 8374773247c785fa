import IdentityModel
import ManifestReading
import Surroundings
import Testing

@Suite struct OwnKindTests {
    @Test("a node is read with everything it may say")
    func node() throws {
        guard
            case .node(let node) = try readOne(
                ours(
                    "Node",
                    """
                    spec:
                      plane: pod-identity
                      podIdentityMode: managed
                      shape: vmss-uniform
                      tenant: contoso
                      systemAssigned: {clientID: 1F943876-80C5-4FC2-9A77-9011B0096C78}
                      userAssigned: [reader]
                      kubeletIdentity: kubelet
                      tokenBinding: true
                      compute: {location: westus2}
                      nmi: {forceNamespaced: true, blockInstanceMetadata: true, metadataHeaderRequired: false, setRetryAfterHeader: true, micNamespace: mic}
                      mic: {off: true, immutableIdentities: [a], assignmentFailures: [{identity: b, reason: permission-missing}], maxIdentities: 3}
                    """))
        else { throw WrongKind() }
        #expect(node.plane == .podIdentity && node.shape == .vmssUniform && node.tenant == "contoso")
        #expect(node.systemAssigned?.clientID == "1f943876-80c5-4fc2-9a77-9011b0096c78")
        #expect(node.systemAssigned?.principalID == nil)
        #expect(node.userAssigned == ["reader"] && node.kubeletIdentity == "kubelet" && node.tokenBinding)
        #expect(node.instance.text(at: "compute.location") == "westus2")
        #expect(node.nmi.forceNamespaced && node.nmi.blockInstanceMetadata && !node.nmi.metadataHeaderRequired)
        #expect(node.nmi.setRetryAfterHeader && node.nmi.micNamespace == "mic")
        // The bare word `off` is a boolean to YAML, also as a name.
        #expect(node.mic.off && node.mic.immutableIdentities == ["a"] && node.mic.maxIdentities == 3)
        #expect(node.mic.assignmentFailures.map(\.identity) == ["b"] && node.mic.assignmentFailures.first?.reason == .permissionMissing)
    }

    @Test("a bare node is a VM without identities, with NMI's own defaults")
    func bareNode() throws {
        guard case .node(let node) = try readOne(ours("Node", "spec: {}")) else { throw WrongKind() }
        #expect(node.plane == .vm && node.podIdentityMode == .managed && node.shape == .vm)
        #expect(node.systemAssigned == nil && node.userAssigned == nil)
        #expect(node.nmi == NMISettings())
        #expect(node.nmi.metadataHeaderRequired && node.nmi.micNamespace == "default")
    }

    @Test("tenants, identities, applications, credentials, resources, assignments and clusters are read")
    func others() throws {
        let contents = try read(
            [
                ours(
                    "Tenant", "spec: {tenantID: 1F943876-80C5-4FC2-9A77-9011B0096C78, domains: [contoso.example], cloud: AzureChinaCloud}"),
                ours("ManagedIdentity", "spec: {audiences: [https://vault.azure.net]}"),
                ours(
                    "Application",
                    "spec: {disabled: true, secrets: [{value: hunter2, expires: '2027-01-01T00:00:00Z'}, {valueFrom: {env: E}}, {valueFrom: {file: f}}], certificates: [{file: c.pem}]}"
                ),
                ours("FederatedIdentityCredential", "spec: {identity: {kind: Application, name: x}, issuer: 'https://i/', subject: s}"),
                ours(
                    "ResourcePrincipal",
                    "spec: {identifierURIs: ['api://x'], tokenVersion: 2, appRoles: [{value: Read}], assignmentRequired: true}"),
                ours("RoleAssignment", "spec: {principal: {kind: ManagedIdentity, name: x}, resource: x, role: Read}"),
                ours("Cluster", "spec: {issuer: 'https://c', trustedIssuerCA: ca.pem}"),
            ].joined(separator: "\n---\n"))
        #expect(contents.problems.map(\.description) == [])
        try #require(contents.entries.count == 7)
        guard case .tenant(let tenant) = contents.entries[0].object, case .managedIdentity(let identity) = contents.entries[1].object,
            case .application(let application) = contents.entries[2].object,
            case .federatedIdentityCredential(let credential) = contents.entries[3].object,
            case .resourcePrincipal(let resource) = contents.entries[4].object,
            case .roleAssignment(let assignment) = contents.entries[5].object, case .cluster(let cluster) = contents.entries[6].object
        else { throw WrongKind() }
        #expect(tenant.tenantID == "1f943876-80c5-4fc2-9a77-9011b0096c78" && tenant.cloud == .china)
        #expect(identity.resourceID == DerivedIDs.userAssignedIdentity(named: "x") && ResourceID.looksUserAssigned(identity.resourceID))
        #expect(application.disabled && application.secrets.count == 3 && application.certificateFiles == ["c.pem"])
        #expect(application.secrets.first?.expires == UnixSeconds(1_798_761_600))
        #expect(!"\(application)".contains("hunter2"))
        #expect(credential.audiences == ["api://AzureADTokenExchange"])
        #expect(credential.identity?.kind == .application && credential.identity?.name == "x")
        #expect(resource.tokenVersion == 2 && resource.appRoles == ["Read"] && resource.assignmentRequired && !resource.disabled)
        #expect(assignment.role == "Read" && assignment.resource == "x" && assignment.scope == nil)
        #expect(cluster.issuer == "https://c")
    }

    /// Each case stands on its own: kind, specification, and the problems word for word after the object's name.
    @Test(
        "what may not stand there is refused with its place, what was found and what is allowed",
        arguments: [
            ("Node", "spec: {plane: vn}", "spec.plane: found \"vn\"; allowed: vm, pod-identity, workload-identity"),
            ("Node", "spec: {plane: 5}", "spec.plane: found 5; allowed: vm, pod-identity, workload-identity"),
            ("Node", "spec: {shape: VM}", "spec.shape: found \"VM\"; allowed: vm, vmss-flexible, vmss-uniform, aks"),
            ("Node", "spec: {tokenBinding: 'true'}", "spec.tokenBinding: found \"true\"; allowed: true or false"),
            ("Node", "spec: {tenant: 5}", "spec.tenant: found 5; allowed: a string"),
            ("Node", "spec: {userAssigned: reader}", "spec.userAssigned: found \"reader\"; allowed: a list"),
            ("Node", "spec: {userAssigned: [a, 5]}", "spec.userAssigned[1]: found 5; allowed: a string"),
            (
                "Node", "spec: {systemAssigned: maybe}",
                "spec.systemAssigned: found \"maybe\"; allowed: true, false, or {clientID, principalID}"
            ),
            (
                "Node", "spec: {systemAssigned: {clientID: nope}}",
                "spec.systemAssigned.clientID: found \"nope\"; allowed: a GUID such as 1f943876-80c5-4fc2-9a77-9011b0096c78"
            ),
            (
                "Node", "spec: {nmi: {micNamespce: x}}",
                "spec.nmi.micNamespce: found an unknown field; allowed: blockInstanceMetadata, findIdentityRetryInterval, forceNamespaced, metadataHeaderRequired, micNamespace, retryAttemptsForAssigned, retryAttemptsForCreated, setRetryAfterHeader"
            ),
            ("Node", "spec: []", "spec: found a list; allowed: a mapping"),
            ("Node", "sepc: {}", "sepc: found an unknown field; allowed: apiVersion, kind, metadata, spec, status"),
            (
                "Node", "spec: {mic: {assignmentFailures: [{identity: a, reason: bad-luck}]}}",
                "spec.mic.assignmentFailures[0].reason: found \"bad-luck\"; allowed: identity-missing, permission-missing"
            ),
            ("Node", "spec: {mic: {maxIdentities: -1}}", "spec.mic.maxIdentities: found -1; allowed: a whole number of 0 or more"),
            (
                "Node", "spec: {nmi: {retryAttemptsForCreated: 1001}}",
                "spec.nmi.retryAttemptsForCreated: found 1001; allowed: a whole number from 0 to 1000"
            ),
            ("Tenant", "spec: {tenantId: x}", "spec.tenantId: found an unknown field; allowed: cloud, domains, tenantID"),
            (
                "Tenant", "spec: {tenantID: 1f943876}",
                "spec.tenantID: found \"1f943876\"; allowed: a GUID such as 1f943876-80c5-4fc2-9a77-9011b0096c78"
            ),
            (
                "Tenant", "spec: {cloud: Mooncake}",
                "spec.cloud: found \"Mooncake\"; allowed: AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud"
            ),
            ("ManagedIdentity", "spec: {resourceID: /x}", "spec.resourceID: found \"/x\"; allowed: \(ResourceID.userAssignedForm)"),
            ("ResourcePrincipal", "spec: {tokenVersion: 3}", "spec.tokenVersion: found 3; allowed: a whole number from 1 to 2"),
            ("ResourcePrincipal", "spec: {tokenVersion: 1.5}", "spec.tokenVersion: found 1.5; allowed: a whole number from 1 to 2"),
            (
                "Application", "spec: {secrets: [{value: a, expires: '2027-02-30T00:00:00Z'}]}",
                "spec.secrets[0].expires: found \"2027-02-30T00:00:00Z\"; allowed: a time such as 2027-01-01T00:00:00Z"
            ),
            (
                "Application", "spec: {secrets: [{value: a, kind: b}]}",
                "spec.secrets[0].kind: found an unknown field; allowed: expires, value"
            ),
            (
                "FederatedIdentityCredential", "spec: {identity: {kind: Pod, name: a}, issuer: i, subject: s}",
                "spec.identity.kind: found \"Pod\"; allowed: Application, ManagedIdentity, Node"
            ),
            (
                "FederatedIdentityCredential", "spec: {identity: {kind: Node, name: a}, issuer: i, subject: s, audiences: [a, b]}",
                "spec.audiences: found 2 audiences; allowed: exactly one audience"
            ),
        ])
    func strict(kind: String, spec: String, problem: String) throws {
        #expect(try problems(kind, spec) == ["world.yaml document 1 line 4: \(kind) x: \(problem)"])
    }

    @Test(
        "what must be there and is not has no line of its own",
        arguments: [
            (
                "RoleAssignment", "spec: {principal: {kind: Node, name: 'n'}, scope: s}",
                "spec.role: found nothing; allowed: the value of an app role, or the name of an Azure role"
            ),
            (
                "RoleAssignment", "spec: {principal: {kind: Node, name: 'n'}, role: r}",
                "spec.resource: found nothing; allowed: resource (an app role) or scope (an Azure role), one of the two"
            ),
            ("RoleAssignment", "spec: {scope: s, role: r}", "spec.principal: found nothing; allowed: {kind, name}"),
            (
                "RoleAssignment", "spec: {principal: {kind: Node}, scope: s, role: r}",
                "spec.principal.name: found nothing; allowed: the name of the principal"
            ),
            (
                "FederatedIdentityCredential", "spec: {identity: {kind: Node, name: 'n'}, subject: s}",
                "spec.issuer: found nothing; allowed: the issuer URL exactly as tokens carry it"
            ),
            (
                "Application", "spec: {secrets: [{expires: '2027-01-01T00:00:00Z'}]}",
                "spec.secrets[0].valueFrom: found nothing; allowed: value, or valueFrom: {env: NAME} or {file: PATH}"
            ),
            (
                "ResourcePrincipal", "spec: {appRoles: [{displayName: r}]}",
                "spec.appRoles[0].value: found nothing; allowed: the role as it stands in a token's roles"
            ),
        ])
    func missing(kind: String, spec: String, problem: String) throws {
        #expect(try problems(kind, spec) == ["world.yaml document 1: \(kind) x: \(problem)"])
    }

    @Test("a client secret of the wrong type is refused without being told")
    func oddSecret() throws {
        let found = try problems("Application", "spec: {secrets: [{value: 98765431}]}")
        #expect(found.first == "world.yaml document 1 line 4: Application x: spec.secrets[0].value: found a number; allowed: a string")
        #expect(!found.joined().contains("98765431"))
    }

    @Test("all problems of all documents come at once, each with its own line")
    func allAtOnce() throws {
        let contents = try read(
            """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: 'n'}
            spec:
              plane: vn
              shape: square
              colour: red
            ---
            apiVersion: understudy.internal/v1alpha1
            kind: Tenant
            metadata: {name: t, labels: {a: 1}}
            spec:
              domains: contoso.example
            """)
        #expect(
            contents.problems.map(\.description) == [
                "world.yaml document 1 line 5: Node n: spec.plane: found \"vn\"; allowed: vm, pod-identity, workload-identity",
                "world.yaml document 1 line 6: Node n: spec.shape: found \"square\"; allowed: vm, vmss-flexible, vmss-uniform, aks",
                "world.yaml document 1 line 7: Node n: spec.colour: found an unknown field; allowed: compute, extended, kubeletIdentity, loadBalancer, "
                    + "mic, network, nmi, plane, podIdentityMode, scaleSet, scheduledEvents, shape, systemAssigned, tags, tenant, "
                    + "tokenBinding, userAssigned, userData",
                "world.yaml document 2 line 11: Tenant t: metadata.labels.a: found 1; allowed: a string",
                "world.yaml document 2 line 13: Tenant t: spec.domains: found \"contoso.example\"; allowed: a list",
            ])
    }
}

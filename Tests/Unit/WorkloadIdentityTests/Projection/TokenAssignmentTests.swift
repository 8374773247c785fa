import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct TokenAssignmentTests {
    static let issuer = Result {
        guard let issuer = ClusterIssuer.all(in: try store("").current, authority: "https://127.0.0.1:8443").first else { throw Absent() }
        return issuer
    }

    /// A pod `prod/web-0` annotated for `/t`, with more of its metadata and specification.
    static func world(_ metadata: String = "", _ spec: String = "containers: [{name: c, image: i}]", account: String = "") -> String {
        object("v1", "ServiceAccount", "name: web, namespace: prod, annotations: {\(account)}")
            + object(
                "v1", "Pod", "name: web-0, namespace: prod, annotations: {understudy.internal/token-directory: /t, \(metadata)}",
                "spec: {serviceAccountName: web, \(spec)}")
    }

    static func assignment(_ world: String, _ overrides: TokenOverrides = TokenOverrides()) throws -> TokenAssignment {
        let snapshot = try store(world).current
        guard let pod = snapshot.projectedPods.first else { throw Absent() }
        return try TokenAssignment(pod: pod, issuer: issuer.get(), overrides: overrides, in: snapshot)
    }

    @Test("a pod the webhook has not touched gets what the webhook would ask for")
    func untouched() throws {
        let assignment = try Self.assignment(Self.world())
        #expect(assignment.place == .init(directory: "/t", path: "token/azure-identity-token", ownership: VolumeOwnership()))
        #expect(assignment.request.audiences == ["api://AzureADTokenExchange"])
        #expect(assignment.request.expirationSeconds == 3600)
        #expect(assignment.request.boundPod?.pod.id.description == "prod/web-0")
        #expect(assignment.request.boundPod?.node == "vm-0")
        #expect(assignment.description == "Pod prod/web-0: /t/token/azure-identity-token")
    }

    @Test("a projected volume is taken at its word; the API server's own token is passed over")
    func injected() throws {
        let spec = """
            volumes: [{name: kube-api-access, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3607}}]}}, \
            {name: other}, {name: azure-identity-token, projected: {defaultMode: 288, sources: [{configMap: {name: c}}, \
            {serviceAccountToken: {path: azure-identity-token, audience: 'api://x', expirationSeconds: 7200}}]}}]
            """
        let assignment = try Self.assignment(Self.world("", spec))
        #expect(assignment.place == .init(directory: "/t", path: "azure-identity-token", ownership: VolumeOwnership(defaultMode: 0o440)))
        #expect(assignment.request.audiences == ["api://x"])
        #expect(assignment.request.expirationSeconds == 7200)
    }

    static let annotation = "azure.workload.identity/service-account-token-expiration"

    @Test(
        "the webhook's annotation counts, the pod's before the account's, an empty one not at all",
        arguments: [
            ("", "", 3600), ("'4000'", "", 4000), ("", "'4800'", 4800), ("'4000'", "'4800'", 4000), ("''", "'4800'", 4800),
            ("'3600'", "", 3600), ("'86400'", "", 86_400),
        ] as [(String, String, Int64)])
    func annotated(pod: String, account: String, seconds: Int64) throws {
        func annotated(_ value: String) -> String { value.isEmpty ? "" : "\(Self.annotation): \(value)" }
        #expect(try Self.assignment(Self.world(annotated(pod), account: annotated(account))).request.expirationSeconds == seconds)
    }

    @Test("what the webhook would deny is refused", arguments: ["3600s", "3599", "86401", "-1", "1e4"])
    func denied(value: String) throws {
        let error = #expect(throws: ProjectionRefusal.self) { try Self.assignment(Self.world("\(Self.annotation): '\(value)'")) }
        #expect(error?.description == "Pod prod/web-0: \(Self.annotation): found \"\(value)\"; allowed: seconds from 3600 to 86400")
    }

    /// Pod-level context, each container's context, user, group.
    static let contexts: [(String, [String], UInt32?, UInt32?)] = [
        ("{}", ["{}"], nil, nil), ("{fsGroup: 9}", ["{}"], nil, 9), ("{runAsUser: 5}", ["{}", "{}"], 5, nil),
        ("{runAsUser: 5, fsGroup: 9}", ["{runAsUser: 5}", "{}"], 5, 9), ("{runAsUser: 5}", ["{runAsUser: 6}", "{runAsUser: 6}"], 6, nil),
        ("{runAsUser: 5}", ["{runAsUser: 6}", "{}"], nil, nil), ("{}", ["{runAsUser: 6}", "{}"], nil, nil),
        ("{}", ["{runAsUser: 0}"], 0, nil),
    ]

    @Test("files are fsGroup's, and the one user's that all containers run as", arguments: contexts)
    func ownership(pod: String, containers: [String], user: UInt32?, group: UInt32?) throws {
        let list = containers.map { "{name: c, securityContext: \($0)}" }.joined(separator: ", ")
        let place = try Self.assignment(Self.world("", "securityContext: \(pod), containers: [\(list)]")).place
        #expect(place.ownership == VolumeOwnership(user: user, group: group))
    }

    @Test("an init container of another user counts too")
    func initContainers() throws {
        let spec = "securityContext: {runAsUser: 5}, initContainers: [{securityContext: {runAsUser: 0}}], containers: [{name: c}]"
        #expect(try Self.assignment(Self.world("", spec)).place.ownership.user == nil)
    }

    @Test("the command line beats the manifests")
    func overridden() throws {
        let overrides = TokenOverrides(audiences: ["a", "b"], expirationSeconds: 600, path: "x")
        let assignment = try Self.assignment(Self.world(), overrides)
        #expect(assignment.request.audiences == ["a", "b"])
        #expect(assignment.request.expirationSeconds == 600)
        #expect(assignment.place.path == "x")
    }

    // MARK: Plans

    static func pod(_ name: String, _ annotation: String, _ rest: String = "spec: {serviceAccountName: web}") -> String {
        object("v1", "Pod", "name: \(name), namespace: prod, annotations: {\(annotation)}", rest)
    }

    @Test("a plan holds the annotated pods of the served node that run, and says why others get nothing")
    func plan() throws {
        let at = "understudy.internal/token-directory"
        let world =
            object("v1", "ServiceAccount", "name: web, namespace: prod") + Self.pod("a", "\(at): /a") + Self.pod("b", "\(at): /a")
            + Self.pod("c", "") + Self.pod("d", "\(at): /d", "spec: {serviceAccountName: web}, status: {phase: Succeeded}")
            + Self.pod("e", "\(at): /e", "spec: {serviceAccountName: web, nodeName: elsewhere}")
            + Self.pod("f", "\(at): /f", "spec: {serviceAccountName: Web}")
            + object("understudy.internal/v1alpha1", "Node", "name: here", "spec: {plane: workload-identity}")
        let plan = ProjectionPlan(for: try store(world).current, issuer: try Self.issuer.get())
        #expect(plan.assignments.map(\.owner) == ["Pod prod/a"])
        #expect(
            plan.refusals.map(\.description) == [
                "Pod prod/b: understudy.internal/token-directory: /a is already that of Pod prod/a",
                "Pod prod/f: serviceaccounts \"Web\" not found in namespace prod; declared: prod/web",
            ])
    }

    @Test("a cluster that is somebody else's gives no token, and the way out is told")
    func foreign() throws {
        let plan = ProjectionPlan(for: try store(Self.world()).current, issuer: nil)
        #expect(plan.assignments.isEmpty)
        #expect(plan.refusals.map(\.reason) == [ProjectionPlan.noIssuer])
    }

    @Test("every namespace has a default account")
    func defaultAccount() throws {
        let world = Self.pod("a", "understudy.internal/token-directory: /a", "spec: {containers: []}")
        let plan = ProjectionPlan(for: try store(world).current, issuer: try Self.issuer.get())
        #expect(plan.assignments.first?.request.account.id.description == "prod/default")
    }
}

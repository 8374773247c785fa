import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing

@testable import PodIdentity

/// The original's own test cases (nmi.md §10), each under its id.
@Suite struct OriginalCaseTests {
    /// The cases of the families H, S, M and E: all of them apply, and each has a test whose name begins with its id.
    static let ids =
        (1...6).flatMap { ["H\($0)", "M\($0)"] } + (1...11).map { "S\($0)" } + (1...3).map { "E\($0)" }

    @Test(arguments: ids) func `every case has its test`(_ id: String) throws {
        let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        let file = try #require(try SourceText.files(under: folder).first { $0.path.hasSuffix("/OriginalCaseTests.swift") })
        #expect(file.holds("func `\(id) "))
    }

    private static let token = "/metadata/identity/oauth2/token"
    private static let ok = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))

    private func harness(_ store: IdentityStore, upstream: HTTPResponse = ok) -> Harness {
        let token = ServicePrincipalAnswer(status: 200, body: Array(#"{"access_token":"e"}"#.utf8))
        return Harness(store, upstream: ScriptedUpstream([upstream]), authority: ScriptedAuthority([token]))
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    // MARK: HTTP

    @Test func `H1 without the header a token request is refused as JSON`() async throws {
        let response = await harness(try Fixtures.store()).ask(Self.token, from: try Fixtures.peer("p1"), headers: [])
        #expect(response.status == .badRequest)
        #expect(text(response) == #"{"error":"invalid_request","error_description":"Required metadata header not specified"}"# + "\n")
    }

    @Test func `H2 when the header is not required, an unusable address is what is wrong`() async throws {
        let store = try Fixtures.store("managed-retry-after-noheader")
        let response = await harness(store).ask(Self.token, from: PeerAddress(host: .unknown, port: 0), headers: [])
        #expect(response.status == .internalServerError)
        #expect(text(response) == "request remote address is empty\n")
    }

    @Test(arguments: [
        ("?client_id=c&msi_res_id=m&resource=r", ["c", "m", "r"]), ("?mi_res_id=i", ["", "i", ""]), ("", ["", "", ""]),
    ]) func `H3 client id, resource id and resource are read`(_ query: String, _ wanted: [String]) {
        let request = HTTPRequest(method: "GET", target: Self.token + query, headers: [], body: [], peer: Fixtures.address("10.0.0.1"))
        let read = NMIQuery(request)
        #expect([read.clientID, read.resourceID, read.resource] == wanted)
    }

    @Test(arguments: [("?resource=r", 200), ("?resource=", 400), ("", 400)])
    func `H4 a request needs a resource`(_ query: String, _ status: Int) async throws {
        #expect(await harness(try Fixtures.store()).ask(Self.token + query, from: try Fixtures.peer("p1")).status.code == status)
    }

    @Test(arguments: [
        ("/metadata/identity/oauth2/token", NMIRoute.token), ("/metadata/identity/oauth2/token/", .token),
        ("/Metadata/identity/oauth2/token", .token), ("/Metadata/identity/oauth2/token/", .token),
        ("/metadata/Identity/oauth2/token", .proxy), ("/host/token", .hostToken), ("/host/token/", .hostToken),
        ("/metadata/instance", .blockedInstance), ("/Metadata/instance", .blockedInstance), ("/Metadata/instance/", .blockedInstance),
        ("/metadata/", .proxy), ("/metadata/identity%5Coauth2/token/", .invalid), ("/metadata/identity/oauth2%5Ctoken/", .invalid),
        ("/metadata/identity%5Coauth2%5Ctoken/", .invalid), ("/metadata/identity/%5Coauth2%5Ctoken/", .invalid),
        ("/metadata/identity%5C%5C%5Coauth2%5C%5Ctoken/", .invalid), ("/metadata/identity\\oauth2/token/", .invalid),
    ]) func `H5 paths go by the original's routes`(_ target: String, _ route: NMIRoute) {
        var settings = NMISettings()
        settings.blockInstanceMetadata = true
        let request = HTTPRequest(method: "GET", target: target, headers: [], body: [], peer: Fixtures.address("10.0.0.1"))
        #expect(NMIRoute.route(request, settings: settings) == route)
    }

    @Test func `H6 unknown paths are IMDS's, with the header; blocked ones are nobody's`() async throws {
        let harness = harness(
            try Fixtures.store("managed-block"), upstream: HTTPResponse(status: .notFound, headers: [], body: Array("IMDS".utf8)))
        let peer = try Fixtures.peer("p1")
        let relayed = await harness.ask("/doesnotexist", from: peer)
        #expect(relayed.status == .notFound && text(relayed) == "IMDS")
        #expect(await harness.ask("/doesnotexist", from: peer, headers: []).status == .badRequest)
        #expect(await harness.ask("/metadata/instance", from: peer).status == .forbidden)
        #expect(harness.upstream.asked.map(\.target) == ["/doesnotexist"])
    }

    // MARK: Standard mode

    private static func assigned(_ name: String, _ state: String, client: String, resource: String, namespace: String = "default") -> String
    {
        """
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureAssignedIdentity
        metadata: {name: \(name), namespace: \(namespace), labels: {nodename: n1}}
        spec:
          pod: p
          podNamespace: default
          nodename: n1
          azureIdentityRef: {metadata: {name: \(name), namespace: \(namespace)}, spec: {clientID: \(client), resourceID: \(resource)}}
        status: {status: '\(state)'}
        """
    }

    /// The client id asked for upstream, or the failure's text.
    private func standard(_ objects: String, query: String = "", nmi: String = "") async throws -> String {
        let store = IdentityStore()
        let world = """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: n1}
            spec:
              plane: pod-identity
              podIdentityMode: standard
              mic: {off: true}
              nmi: {retryAttemptsForCreated: 2, retryAttemptsForAssigned: 1, findIdentityRetryInterval: 1\(nmi)}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p, namespace: default}
            status: {phase: Running, podIP: 10.0.0.1}
            \(objects)
            """
        try store.apply(Array(world.utf8), from: "test")
        return await asked(store, query: query)
    }

    private func asked(_ store: IdentityStore, query: String) async -> String {
        let harness = harness(store)
        let response = await harness.ask("\(Self.token)?resource=r\(query)", from: Fixtures.address("10.0.0.1"))
        guard response.status == .ok, let target = harness.upstream.asked.first?.target else { return text(response) }
        return String(target.dropFirst("\(Self.token)?api-version=2018-02-01&client_id=".utf8.count).dropLast("&resource=r".utf8.count))
    }

    @Test func `S1 nothing assigned is an error`() async throws {
        #expect(try await standard("").contains("in CREATED state failed after 2 attempts, retry duration [1]s"))
    }

    @Test func `S2 only some without a state give the first`() async throws {
        let objects = Self.assigned("a", "", client: "c1", resource: "r1") + "\n" + Self.assigned("b", "", client: "c2", resource: "r2")
        #expect(try await standard(objects) == "c1")
    }

    @Test func `S3 only some Created are an error after the assigned phase`() async throws {
        let objects = Self.assigned("a", "Created", client: "c1", resource: "r1")
        #expect(try await standard(objects).contains("in ASSIGNED state failed after 3 attempts"))
    }

    @Test func `S4 some Assigned give the first`() async throws {
        let objects = Self.assigned("a", "Assigned", client: "c1", resource: "r1")
        #expect(try await standard(objects + "\n" + Self.assigned("b", "Created", client: "c2", resource: "r2")) == "c1")
    }

    private static let crossed =
        assigned("a", "Created", client: "x", resource: "w") + "\n" + assigned("b", "Assigned", client: "w", resource: "x")

    @Test func `S5 a client id that is only Created does not match another's resource id`() async throws {
        #expect(try await standard(Self.crossed, query: "&client_id=x").contains("in ASSIGNED state failed after 3 attempts"))
    }

    @Test func `S6 a resource id that is only Created does not match another's client id`() async throws {
        #expect(try await standard(Self.crossed, query: "&mi_res_id=w").contains("in ASSIGNED state failed after 3 attempts"))
    }

    @Test func `S7 an assigned client id is that one`() async throws {
        #expect(try await standard(Self.crossed, query: "&client_id=w") == "w")
    }

    @Test func `S8 an assigned resource id is that one`() async throws {
        #expect(try await standard(Self.crossed, query: "&mi_res_id=x") == "w")
    }

    @Test func `S9 with namespaces forced, the one in the pod's namespace`() async throws {
        let objects = [
            Self.assigned("a", "Assigned", client: "c1", resource: "r1", namespace: "other"),
            Self.assigned("b", "Assigned", client: "c2", resource: "r2"),
            Self.assigned("c", "Assigned", client: "c3", resource: "r3", namespace: "other"),
        ]
        #expect(try await standard(objects.joined(separator: "\n"), nmi: ", forceNamespaced: true") == "c2")
    }

    private static func principal(type: Int) -> String {
        assigned("a", "Assigned", client: "c1", resource: "r1").replacing(
            "{clientID: c1", with: "{type: \(type), clientPassword: {name: s, namespace: default}, tenantID: t, clientID: c1")
    }

    private static let secret = "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\nstringData: {k: v}"

    @Test(arguments: [1]) func `S10 a service principal's secret is read`(_ type: Int) async throws {
        #expect(try await standard(Self.principal(type: type)).hasPrefix("failed to get Kubernetes secret default/s, err:"))
        #expect(try await standard(Self.principal(type: type) + Self.secret) == "e")
    }

    @Test(arguments: [2]) func `S11 a certificate's secret is read`(_ type: Int) async throws {
        #expect(try await standard(Self.principal(type: type)).hasPrefix("failed to get Kubernetes secret default/s, err:"))
        #expect(try await standard(Self.principal(type: type) + Self.secret) == "e")
    }

    // MARK: Managed mode

    private func managed(_ identities: [(client: String, resource: String)], query: String = "") async throws -> String {
        let objects = identities.enumerated().map { index, identity in
            """
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: i\(index), namespace: default}
            spec: {clientID: \(identity.client), resourceID: \(identity.resource)}
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: b\(index), namespace: default}
            spec: {azureIdentity: i\(index), selector: s}
            """
        }
        let store = IdentityStore()
        let world = """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: n1}
            spec: {plane: pod-identity}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p, namespace: default, labels: {aadpodidbinding: s}}
            status: {phase: Running, podIP: 10.0.0.1}
            \(objects.joined(separator: "\n"))
            """
        try store.apply(Array(world.utf8), from: "test")
        return await asked(store, query: query)
    }

    private static let two = [(client: "c1", resource: "r1"), (client: "c2", resource: "r2")]

    @Test func `M1 nothing bound is an error`() async throws {
        #expect(try await managed([]) == "no azure identity found for request clientID \n")
    }

    @Test func `M2 a client id that is a resource id is an error`() async throws {
        #expect(try await managed(Self.two, query: "&client_id=r1") == "no azure identity found for request clientID r1\n")
    }

    @Test func `M3 a wrong id is an error`() async throws {
        #expect(try await managed(Self.two, query: "&client_id=c3") == "no azure identity found for request clientID c3\n")
    }

    @Test func `M4 a client id is that one`() async throws { #expect(try await managed(Self.two, query: "&client_id=c2") == "c2") }

    @Test func `M5 a resource id is that one`() async throws { #expect(try await managed(Self.two, query: "&mi_res_id=r2") == "c2") }

    @Test func `M6 with none asked for, the first of the namespace`() async throws { #expect(try await managed(Self.two) == "c1") }

    // MARK: Exceptions

    private func bypasses(_ exceptions: [String]) throws -> Bool {
        let store = IdentityStore()
        let objects = exceptions.enumerated().map { index, labels in
            "---\napiVersion: aadpodidentity.k8s.io/v1\nkind: AzurePodIdentityException\nmetadata: {name: e\(index)}\nspec: {podLabels: \(labels)}"
        }
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {foo: bar}}"
        try store.apply(Array("\(pod)\n\(objects.joined(separator: "\n"))".utf8), from: "test")
        let snapshot = store.current
        return CallerResolution.exception(
            of: try #require(snapshot.pod(NamespacedName(namespace: "default", name: "p"))), in: snapshot) != nil
    }

    @Test func `E1 without exceptions no pod is excepted`() throws { #expect(try !bypasses([])) }

    @Test func `E2 a label of another value does not except`() throws { #expect(try !bypasses(["{foo: baz}"])) }

    @Test func `E3 the second of two exceptions excepts`() throws { #expect(try bypasses(["{foo: baz}", "{foo: bar}"])) }
}

import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing

@testable import PodIdentity

/// Each of NMI's odd ways as a golden: what is asked, what comes, and that the decision names it.
@Suite struct QuirkTests {
    struct Scenario: Sendable {
        var spec = ""
        /// Manifests beside the recorded world's.
        var objects = ""
        var caller = "p1"
        var method = "GET"
        var target = QuirkTests.token
        var headers = [("Metadata", "true")]
        var upstream = HTTPResponse(status: .ok, headers: [], body: Array(#"{"access_token":"t"}"#.utf8))
        /// Entra's answers in order, and what is wrong with every certificate.
        var entra: [ServicePrincipalAnswer] = []
        var problem: CertificateProblem?
        let status: Int
        /// What the body begins with.
        var body = ""
    }

    private static let token = "/metadata/identity/oauth2/token?resource=r"
    private static let standard = "podIdentityMode: standard, mic: {off: true}"
    private static let issued = #"{"access_token":"t","#
    private static let one =
        "/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one"

    private static let token200 = ServicePrincipalAnswer(status: 200, body: Array(#"{"access_token":"t"}"#.utf8))
    private static let hostRoute = [("podns", "default"), ("podname", "web")]

    /// An identity assigned to the pod `web`, with a Secret of two values.
    private static func principal(_ spec: String) -> String {
        """
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureAssignedIdentity
        metadata: {name: principal, namespace: default, labels: {nodename: node1}}
        spec:
          pod: web
          podNamespace: default
          nodename: node1
          azureIdentityRef:
            metadata: {name: principal, namespace: default}
            spec: {\(spec), tenantID: home, clientID: c, clientPassword: {name: pair, namespace: default}}
        status: {status: Assigned}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: pair, namespace: default}
        stringData: {certificate: x, password: old}
        """
    }

    static let scenarios: [NMIQuirk: Scenario] = [
        .redirectsBeforeRules: Scenario(target: "//metadata/identity/oauth2/token", headers: [], status: 301),
        .prefixRoutes: Scenario(target: "/metadata/identity/oauth2/tokenfoo/bar?resource=r", status: 200, body: issued),
        .firstSegmentIgnoresCase: Scenario(target: "/METADATA/identity/oauth2/token?resource=r", status: 200, body: issued),
        .matchesDecodedPath: Scenario(target: "/metadata/identity%2Foauth2%2Ftoken?resource=r", status: 200, body: issued),
        .invalidRuleUnanchored: Scenario(target: "/x/metadata/identity/oauth2/token?resource=r", status: 400, body: "Invalid request\n"),
        .methodsNotChecked: Scenario(method: "DELETE", status: 200, body: issued),
        .metadataTrueExactly: Scenario(headers: [("Metadata", "True")], status: 400, body: #"{"error":"invalid_request""#),
        .blocksWithoutHeader: Scenario(
            spec: "nmi: {blockInstanceMetadata: true}", target: "/metadata/instance", headers: [], status: 403,
            body: "Request blocked by AAD Pod Identity NMI\n"),
        .objectIDIgnored: Scenario(target: token + "&object_id=x", status: 200, body: issued),
        .exceptionValuesIgnoreCase: Scenario(caller: "p18", status: 200, body: issued),
        .anyMicReplicaSet: Scenario(caller: "p7", status: 200, body: issued),
        .exceptedIgnoreResourceID: Scenario(caller: "p3", target: token + "&mi_res_id=\(one)", status: 200, body: issued),
        .exceptedFailWith403: Scenario(
            caller: "p3", upstream: HTTPResponse(status: .ok, headers: [], body: []), status: 403,
            body: "failed to get service principal token, error: adal: Empty"),
        .missingLabelIsEmpty: Scenario(caller: "p16", status: 200, body: issued),
        .randomChoice: Scenario(caller: "p4", status: 200, body: issued),
        .choiceMindsCase: Scenario(
            spec: standard, target: token + "&client_id=AAAAAAAA-0001-4000-8000-00000000ABC1", status: 404,
            body: "no azure identity found for request clientID AAAA##### REDACTED #####ABC1\n"),
        .noStateHidesAssigned: Scenario(spec: standard, caller: "s5", status: 200, body: issued),
        .waitsForUnknownID: Scenario(
            spec: standard, target: token + "&client_id=x", status: 404, body: "clientID in request: x, getting assigned identities"),
        .emptyListPanics: Scenario(
            spec: standard, caller: "s6", status: 500, body: "runtime error: index out of range [0] with length 0\n"),
        .asksByClientID: Scenario(target: token + "&mi_res_id=\(one)", status: 200, body: issued),
        .noClientIDIsSystemAssigned: Scenario(caller: "p6", status: 200, body: issued),
        .refusalIs403: Scenario(
            upstream: HTTPResponse(status: .badRequest, headers: [], body: Array("no".utf8)), status: 403,
            body: "adal: Refresh request failed. Status Code = '400'. Response body: no Endpoint "),
        .sleepsAfterLastAttempt: Scenario(
            upstream: HTTPResponse(status: .internalServerError, headers: [], body: []), status: 403,
            body: "adal: Refresh request failed. Status Code = '500'."),
        .anyKeyOfSecret: Scenario(
            spec: standard, objects: principal("type: 1"), caller: "host", target: "/host/token?resource=r", headers: hostRoute,
            entra: [token200], status: 200, body: #"{"token":{"access_token":"t","#),
        .severalTenantsFailWith503: Scenario(
            caller: "p10", entra: [token200, ServicePrincipalAnswer(status: 401, body: Array("no".utf8))], status: 503,
            body: "failed to refresh auxiliary token: adal: Refresh request failed. Status Code = '401'. Response body: no Endpoint "
                + "http://169.254.169.254/bbbbbbbb-0002-4000-8000-000000000002/oauth2/token?api-version=1.0\n"),
        .certificateForOneTenant: Scenario(
            spec: standard, objects: principal("type: 2, auxiliaryTenantIDs: [away]"), caller: "host", target: "/host/token?resource=r",
            headers: hostRoute, entra: [token200], status: 200, body: #"{"token":{"access_token":"t","#),
        .oldCertificateFilesOnly: Scenario(
            spec: standard, objects: principal("type: 2"), caller: "host", target: "/host/token?resource=r", headers: hostRoute,
            problem: .unreadable("pkcs12: no MAC in data"), status: 503, body: "pkcs12: no MAC in data\n"),
        .otherKeysPanic: Scenario(
            spec: standard, objects: principal("type: 2"), caller: "host", target: "/host/token?resource=r", headers: hostRoute,
            problem: .notRSA(goType: "*ecdsa.PrivateKey"), status: 500,
            body: "interface conversion: interface {} is *ecdsa.PrivateKey, not *rsa.PrivateKey\n"),
        .hostRoutePrimaryOnly: Scenario(
            spec: standard, caller: "host", target: "/host/token?resource=r", headers: [("podns", "default"), ("podname", "p10")],
            entra: [token200], status: 200, body: #"{"token":{"access_token":"t","#),
        .hostRouteNeedsNoPod: Scenario(
            spec: standard, caller: "host", target: "/host/token?resource=r", headers: [("podns", "default"), ("podname", "ghost")],
            status: 200, body: #"{"token":{"access_token":"t","#),
        .hostRouteNeverRetryAfter: Scenario(
            spec: "\(standard), nmi: {setRetryAfterHeader: true}", caller: "host", target: "/host/token?resource=r",
            headers: [("podns", "default"), ("podname", "p2")], status: 404, body: "getting assigned identities for pod default/p2"),
    ]

    @Test(arguments: NMIQuirk.allCases.filter { micScenarios[$0] == nil })
    func `is emulated, and named in the decision`(_ quirk: NMIQuirk) async throws {
        let scenario = try #require(Self.scenarios[quirk], "every quirk needs a golden here")
        let harness = Harness(
            try Fixtures.load(scenario.spec, and: scenario.objects), upstream: ScriptedUpstream([scenario.upstream]),
            authority: ScriptedAuthority(scenario.entra, problem: scenario.problem))
        let response = await harness.ask(
            scenario.target, from: try Fixtures.peer(scenario.caller), headers: scenario.headers, method: scenario.method)
        #expect(response.status.code == scenario.status)
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix(scenario.body))
        #expect(harness.decisions.flatMap(\.quirks).contains(quirk.note))
    }

    /// A golden of MIC's: pods with the label of one identity, one of them deleted, and whose objects there are then.
    struct MICScenario: Sendable {
        let pods: [NamespacedName]
        var deleted: NamespacedName?
        let left: [NamespacedName]
    }

    /// Those that no request shows.
    static let micScenarios: [NMIQuirk: MICScenario] = {
        func pod(_ namespace: String, _ name: String) -> NamespacedName { NamespacedName(namespace: namespace, name: name) }
        let namesakes = [pod("a", "web-0"), pod("b", "web-0")]
        let alike = [pod("b-c", "a"), pod("c", "a-b")]
        return [
            .namesakesPullIdentities: MICScenario(pods: namesakes, deleted: namesakes[0], left: [namesakes[1]]),
            .oneObjectOfAName: MICScenario(pods: alike, left: [alike[0]]),
        ]
    }()

    @Test(arguments: micScenarios) func `is emulated by MIC, and named in its record`(_ quirk: NMIQuirk, _ scenario: MICScenario) throws {
        let store = try Fixtures.load(
            "podIdentityMode: standard",
            and: scenario.pods.map { pod in
                """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: \(pod.name), namespace: \(pod.namespace), labels: {aadpodidbinding: upper}}
                spec: {nodeName: node9}
                """
            }.joined(separator: "\n"))
        let log = Log()
        store.observeAssignments { changes in log.add(changes.map { MICRecorder.decision($0).quirks }) }
        if let pod = scenario.deleted { #expect(try store.delete(ObjectKey(kind: .pod, namespace: pod.namespace, name: pod.name))) }
        #expect(log.all.contains([quirk.note]))
        let left = store.current.objects(of: .azureAssignedIdentity).compactMap { stored -> NamespacedName? in
            guard case .azureAssignedIdentity(let assigned) = stored.object else { return nil }
            return scenario.pods.contains(assigned.pod) ? assigned.pod : nil
        }
        #expect(left == scenario.left)
    }

    @Test func `leaves the usual request without a remark`() async throws {
        let harness = Harness(try Fixtures.store(), upstream: ScriptedUpstream([Scenario(status: 200).upstream]))
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p1")).status == .ok)
        #expect(harness.decisions.map(\.quirks) == [[]])
    }

    // MARK: The enumeration

    @Test(arguments: NMIQuirk.allCases) func `is used where it lives, has a source and a sentence`(_ quirk: NMIQuirk) throws {
        #expect(quirk.source.hasPrefix("§") && quirk.sentence.hasSuffix("."))
        let root = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()
        let sources = try SourceText.files(under: root + "/Sources/PodIdentity").filter { !$0.path.hasSuffix("/NMIQuirk.swift") }
        #expect(sources.count > 20)
        #expect(sources.contains { $0.mentions(".\(quirk.rawValue)") }, "\(quirk) is declared and used nowhere")
    }
}

import HTTPServing
import IdentityStore
import Surroundings
import Testing

@testable import PodIdentity

/// Types 1 and 2: what is checked before Entra is asked, how it is asked, and what becomes of its answer (nmi.md §2.3, §2.4).
@Suite struct ServicePrincipalTests {
    private static let two = "{a: one, b: two}"

    /// Asks the host route about an identity with this spec, the Secret `s` holding `values`.
    private func harness(
        _ spec: String, values: String? = "{k: v}", answers: [ServicePrincipalAnswer] = [], problem: CertificateProblem? = nil,
        entropy: UInt64 = 0
    ) throws -> Harness {
        let secret = values.map { "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\nstringData: \($0)" } ?? ""
        let objects = """
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureAssignedIdentity
            metadata: {name: sp, namespace: default, labels: {nodename: node1}}
            spec:
              pod: web
              podNamespace: default
              nodename: node1
              azureIdentityRef:
                metadata: {name: sp, namespace: default}
                spec: {\(spec), clientPassword: {name: s, namespace: default}}
            status: {status: Assigned}
            \(secret)
            """
        return Harness(
            try Fixtures.load("podIdentityMode: standard, mic: {off: true}", and: objects), upstream: ScriptedUpstream([]),
            authority: ScriptedAuthority(answers, problem: problem), entropy: Entropy { entropy })
    }

    private func ask(_ harness: Harness) async throws -> (status: Int, body: String) {
        let response = await harness.ask(
            "/host/token?resource=r", from: try Fixtures.peer("host"), headers: [("podns", "default"), ("podname", "web")])
        return (response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    @Test(
        arguments: [
            ("type: 1, tenantID: t, clientID: c", nil, "failed to get Kubernetes secret default/s, err: secrets \"s\" not found"),
            ("type: 2, tenantID: t, clientID: c", nil, "failed to get Kubernetes secret default/s, err: secrets \"s\" not found"),
            ("type: 1, tenantID: t, clientID: c", "{}", "parameter 'secret' cannot be empty"),
            ("type: 1, tenantID: t, clientID: c", "{k: ''}", "parameter 'secret' cannot be empty"),
            ("type: 1, tenantID: t", "{k: ''}", "parameter 'clientID' cannot be empty"),
            ("type: 2, tenantID: t", "{certificate: x}", "parameter 'clientID' cannot be empty"),
            (
                "type: 1, tenantID: t, auxiliaryTenantIDs: [a, b, c, d]", "{k: v}", "must specify one to three auxiliary tenants"
            ),
            ("type: 3, tenantID: t", "{k: v}", "unsupported identity type 3"),
            (
                "type: 1, tenantID: t, clientID: c, adEndpoint: login.example", "{k: v}",
                "adal: Failed to execute the refresh request. Error = 'Post \"/t/oauth2/token?api-version=1.0\": unsupported protocol scheme \"\"'"
            ),
        ] as [(String, String?, String)])
    func `is refused with 503 before Entra is asked`(_ spec: String, _ values: String?, _ text: String) async throws {
        let harness = try harness(spec, values: values)
        let answer = try await ask(harness)
        #expect(answer.status == 503 && answer.body == text + "\n")
        #expect(harness.authority.asked.isEmpty && harness.upstream.asked.isEmpty)
    }

    @Test func `a certificate that cannot be read is told before a missing client id`() async throws {
        let harness = try harness("type: 2, tenantID: t", problem: .unreadable("pkcs12: decryption password incorrect"))
        let answer = try await ask(harness)
        #expect(answer.status == 503 && answer.body == "pkcs12: decryption password incorrect\n")
    }

    @Test func `Entra's refusal is repeated in a 403, with the address that refused`() async throws {
        let harness = try harness(
            "type: 1, tenantID: t, clientID: c", answers: [ServicePrincipalAnswer(status: 401, body: Array(#"{"error":"x"}"#.utf8))])
        let answer = try await ask(harness)
        #expect(answer.status == 403)
        #expect(
            answer.body == #"adal: Refresh request failed. Status Code = '401'. Response body: {"error":"x"} Endpoint "#
                + "https://login.microsoftonline.com/t/oauth2/token?api-version=1.0\n")
        #expect(harness.authority.asked.count == 1, "nothing is asked twice")
    }

    @Test(arguments: [(0, "one"), (1, "two")]) func `of several values any one is the secret`(_ random: UInt64, _ wanted: String)
        async throws
    {
        let harness = try harness("type: 1, tenantID: t, clientID: c", values: Self.two, entropy: random)
        _ = try await ask(harness)
        guard case .secret(let secret)? = harness.authority.asked.first?.credential else {
            Issue.record("no secret was sent")
            return
        }
        #expect(secret.reveal { String(decoding: $0, as: UTF8.self) } == wanted)
    }

    @Test(
        arguments: [
            ("t", "", "https://login.microsoftonline.com/t/oauth2/token?api-version=1.0", "login.microsoftonline.com"),
            ("t", "https://login.example", "https://login.example/t/oauth2/token?api-version=1.0", "login.example"),
            ("t", "http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/a/t/oauth2/token?api-version=1.0", "127.0.0.1:8080"),
            ("t", "http://h/a/b/?x=/y", "http://h/a/b/t/oauth2/token?api-version=1.0", "h"),
            ("", "https://h/a/", "https://h/oauth2/token?api-version=1.0", "h"),
            ("t", "h/a", "/h/t/oauth2/token?api-version=1.0", nil),
        ] as [(String, String, String, String?)])
    func `the tenant's path is resolved against the endpoint`(_ tenant: String, _ endpoint: String, _ url: String, _ host: String?) {
        let resolved = ActiveDirectoryEndpoint(of: tenant, relativeTo: endpoint)
        #expect(resolved.url == url && resolved.host == host)
    }

    @Test func `a request that makes NMI panic is not counted`() async throws {
        let harness = try harness("type: 2, tenantID: t, clientID: c", problem: .notRSA(goType: "*ecdsa.PrivateKey"))
        #expect(try await ask(harness).status == 500)
        #expect(harness.service.metrics.exposition.isEmpty)
    }
}

import IdentityModel
import IdentityStore
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite struct WorkloadEnvironmentTests {
    private static let tenant = "11111111-2222-4333-8444-555555555555"

    private static func world(account: String = "", pod: String = "", spec: String = "") -> String {
        object("understudy.internal/v1alpha1", "Tenant", "name: contoso", "spec: {tenantID: \(tenant)}")
            + object("v1", "ServiceAccount", "name: web, namespace: prod, annotations: {\(account)}")
            + object(
                "v1", "Pod", "name: web-0, namespace: prod, annotations: {\(pod)}",
                "spec: {serviceAccountName: web, containers: [{name: c, image: i}]\(spec)}")
    }

    private func environment(_ manifest: String) throws -> JSONValue {
        let snapshot = try store(manifest).current
        let pod = try #require(snapshot.pod(NamespacedName(namespace: "prod", name: "web-0")))
        return try WorkloadEnvironment(pod: pod, in: snapshot).document(workingDirectory: "/srv")
    }

    @Test("a pod gets what the webhook would give it, from its own annotations and its account's")
    func untouched() throws {
        #expect(
            try environment(Self.world(pod: "understudy.internal/token-directory: /t")) == [
                "owner": "Pod prod/web-0", "tenantID": .string(Self.tenant), "tokenDirectory": "/t",
                "tokenPath": "token/azure-identity-token", "audience": "api://AzureADTokenExchange", "expirationSeconds": 3600,
            ])
        #expect(
            try environment(
                Self.world(
                    account: "azure.workload.identity/client-id: c, azure.workload.identity/tenant-id: t",
                    pod: "azure.workload.identity/service-account-token-expiration: '4000'")) == [
                    "owner": "Pod prod/web-0", "tenantID": "t", "clientID": "c", "tokenPath": "token/azure-identity-token",
                    "audience": "api://AzureADTokenExchange", "expirationSeconds": 4000,
                ])
    }

    @Test("a relative token directory is below the server's own")
    func relative() throws {
        #expect(try environment(Self.world(pod: "understudy.internal/token-directory: tokens"))["tokenDirectory"] == "/srv/tokens")
    }

    @Test("a pod that has a token volume keeps it")
    func injected() throws {
        let volume =
            ", volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: azure-identity-token, audience: 'api://x',"
            + " expirationSeconds: 7200}}]}}]"
        let document = try environment(Self.world(pod: "understudy.internal/token-directory: /t", spec: volume))
        #expect(document["tokenPath"] == "azure-identity-token" && document["audience"] == "api://x")
        #expect(document["expirationSeconds"] == 7200)
    }

    @Test(
        "a pod that asks for identity bindings gets their audience and the token proxy",
        arguments: [("true", true), ("True", true), ("yes", false)])
    func identityBinding(value: String, asks: Bool) throws {
        let document = try environment(Self.world(pod: "azure.workload.identity/use-identity-binding: '\(value)'"))
        #expect(document["audience"]?.text == (asks ? "api://AKSIdentityBinding" : "api://AzureADTokenExchange"))
        #expect(document["tokenProxy"]?.text == (asks ? "/identity-bindings" : nil))
    }

    @Test("an account without a pod gets the defaults, and one that is not there is said to be missing")
    func account() throws {
        let snapshot = try store(Self.world()).current
        let document = try WorkloadEnvironment(account: NamespacedName(namespace: "prod", name: "web"), in: snapshot)
            .document(workingDirectory: "/srv")
        #expect(document["owner"] == "ServiceAccount prod/web" && document["tokenDirectory"] == nil)
        let refusal = #expect(throws: ProjectionRefusal.self) {
            try WorkloadEnvironment(account: NamespacedName(namespace: "prod", name: "nobody"), in: snapshot)
        }
        #expect(refusal?.reason.contains("serviceaccounts \"nobody\" not found") == true)
    }
}

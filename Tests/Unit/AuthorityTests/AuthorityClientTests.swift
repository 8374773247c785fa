import Authority
import Cryptography
import Surroundings
import Testing
import WireFormats

@Suite struct AuthorityClientTests {
    private func client(_ harness: Harness) -> AuthorityClient {
        AuthorityClient(of: harness.service, clock: .frozen(at: start), entropy: .live)
    }

    private func secret(_ text: String) -> AuthorityClient.Credential { .secret(SecretBytes(Array(text.utf8))) }

    @Test("a secret or a certificate gets what adal would be sent, and nothing is recorded")
    func tokens() async throws {
        let harness = try Harness()
        for (credential, proof) in [(secret("p@ss+w/rd&="), "1"), (.certificate(try clientKey.get()), "2")] {
            let answer = await client(harness).token(
                tenant: "contoso.example", clientID: web, credential: credential, resource: "https://vault.azure.net/")
            #expect(answer.status == 200 && answer.failedCheck == nil)
            let document = try JSONValue(parsing: answer.body)
            #expect(
                document.names == [
                    "token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token",
                ])
            #expect(document["resource"] == "https://vault.azure.net/" && document["expires_in"] == "3599")
            let claims = try JSONValue(
                parsing: Base64.decode(document["access_token"]?.text?.split(separator: ".")[1] ?? "") ?? [])
            #expect(claims["appidacr"] == .string(proof) && claims["aud"] == "https://vault.azure.net/")
        }
        #expect(harness.decision == .null)
    }

    @Test("a refusal is the error document, with the name of the check")
    func refusals() async throws {
        let harness = try Harness()
        let wrong = await client(harness).token(
            tenant: tenant, clientID: web, credential: secret("wrong"), resource: "https://vault.azure.net")
        #expect(wrong.status == 401 && wrong.failedCheck == "client secret")
        #expect(try JSONValue(parsing: wrong.body)["error_codes"] == [7_000_215])
        let strange = await client(harness).token(
            tenant: tenant, clientID: web, credential: .certificate(try strangeKey.get()), resource: "https://vault.azure.net")
        #expect(strange.status == 401 && strange.failedCheck == "certificate")
        let unknown = await client(harness).token(
            tenant: tenant, clientID: web, credential: secret("later"), resource: "api://nobody", host: "login.windows.net")
        #expect(unknown.status == 400 && unknown.failedCheck == "resource")
        #expect(try JSONValue(parsing: unknown.body)["error_uri"] == "https://login.windows.net/error?code=500011")
    }
}

import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import TokenIssuance
import TokenVerification
import WireFormats

/// 2026-02-10T09:21:33Z.
private let start = UnixSeconds(1_770_715_293)
private let tenant = "11111111-2222-4333-8444-555555555555"

private let sharedKeys = Result {
    SigningKeys(signing: try TokenSigningKey.generate(commonName: "test", now: start, entropy: .live))
}

private func world() throws -> IdentityStore {
    let store = IdentityStore()
    let manifest = """
        {apiVersion: understudy.internal/v1alpha1, kind: Tenant, metadata: {name: contoso}, spec: {tenantID: \(tenant)}}
        ---
        {apiVersion: understudy.internal/v1alpha1, kind: ResourcePrincipal, metadata: {name: orders}, spec: {appID: dddddddd-0000-4000-8000-000000000001, identifierURIs: ['api://orders'], tokenVersion: 2}}
        ---
        {apiVersion: understudy.internal/v1alpha1, kind: ManagedIdentity, metadata: {name: reader}, spec: {}}
        ---
        {apiVersion: understudy.internal/v1alpha1, kind: FederatedIdentityCredential, metadata: {name: ci}, spec: {identity: {kind: ManagedIdentity, name: reader}, issuer: 'https://ci.example/', subject: job}}
        """
    try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
    return store
}

/// A token of version 1 for a vault, with changes to header and claims; null leaves a member out.
private func token(header: [String: JSONValue] = [:], claims: [String: JSONValue] = [:]) throws -> String {
    let key = try sharedKeys.get().signing
    let now = start.rawValue
    let usualHeader: [String: JSONValue] = ["alg": "RS256", "typ": "JWT", "kid": .string(key.keyID)]
    let usualClaims: [String: JSONValue] = [
        "aud": "https://vault.azure.net", "iss": .string("https://sts.windows.net/\(tenant)/"), "ver": "1.0", "tid": .string(tenant),
        "nbf": .integer(now - 300), "exp": .integer(now + 3600), "uti": "the-id",
    ]
    func object(_ usual: [String: JSONValue], _ changes: [String: JSONValue]) -> [UInt8] {
        let members = usual.merging(changes) { $1 }.filter { $0.value != .null }.sorted { $0.key < $1.key }
        return JSONValue.object(members.map { JSONMember($0.key, $0.value) }).bytes()
    }
    return try JSONWebSignature.compact(header: object(usualHeader, header), payload: object(usualClaims, claims), key: key.key)
}

private func verdict(_ text: String, audiences: [String]? = nil) throws -> TokenVerdict {
    TokenVerifier(keys: try sharedKeys.get(), clock: .frozen(at: start)).verdict(on: text, audiences: audiences, in: try world().current)
}

@Suite struct TokenVerifierTests {
    @Test("accepts a token in order, in either version, and says so for each check")
    func accepts() throws {
        let v1 = try verdict(token())
        #expect(v1.isValid)
        #expect(v1.checks.map(\.name) == TokenVerdict.Name.allCases)
        #expect(v1.tenant?.name == "contoso")
        let v2 = try verdict(
            token(claims: [
                "ver": "2.0", "iss": .string("https://login.microsoftonline.com/\(tenant)/v2.0"),
                "aud": "dddddddd-0000-4000-8000-000000000001",
            ]))
        #expect(v2.isValid)
    }

    @Test(
        "refuses a wrong claim at its check alone, in words that name what was found",
        arguments: [
            ("aud", "api://nobody", TokenVerdict.Name.audience, "no resource here answers to"),
            ("aud", ["https://vault.azure.net"], .audience, "not one string"),
            ("aud", "api://orders", .audience, "takes tokens of version 2.0"),
            ("iss", "https://sts.windows.net/22222222-2222-4333-8444-555555555555/", .issuer, "the tenants here issue as"),
            ("iss", "https://ci.example/", .issuer, "FederatedIdentityCredential ci"), ("iss", .null, .issuer, "iss is missing"),
            ("ver", "2.0", .issuer, "version 1.0, but ver is \"2.0\""), ("tid", "other", .issuer, "tid is \"other\""),
            ("nbf", .number("1770715294"), .start, "does not count yet: nbf is 2026-02-10T09:21:34Z"),
            ("nbf", "soon", .start, "not seconds since 1970"), ("exp", .number("1770715293"), .expiry, "has expired"),
            ("exp", .number("1e300"), .expiry, "not seconds since 1970"), ("exp", .number("-1"), .expiry, "not seconds since 1970"),
            ("exp", .null, .expiry, "exp is missing"),
        ] as [(String, JSONValue, TokenVerdict.Name, String)])
    func claims(claim: String, value: JSONValue, check: TokenVerdict.Name, sentence: String) throws {
        let verdict = try verdict(token(claims: [claim: value]))
        let failed = verdict.checks.filter { !$0.passed }
        // An audience is judged by its version too, so a wrong `ver` fails both.
        #expect(failed.first?.name == check && failed.allSatisfy { $0.name == check || claim == "ver" })
        #expect(failed.first?.sentence.contains(sentence) == true, "\(failed.first?.sentence ?? "nothing failed")")
        #expect(!verdict.isValid)
    }

    @Test(
        "refuses a wrong header",
        arguments: [("alg", "none", TokenVerdict.Name.algorithm), ("alg", "HS256", .algorithm), ("kid", "stranger", .key)])
    func header(member: String, value: String, check: TokenVerdict.Name) throws {
        let verdict = try verdict(token(header: [member: .string(value)]))
        #expect(verdict.failure?.name == check && !verdict.isValid)
    }

    @Test("refuses a signature over anything else, whichever part was changed")
    func tampered() throws {
        let parts = try token().split(separator: ".").map(String.init)
        let other = try token(claims: ["oid": "somebody else"]).split(separator: ".").map(String.init)
        for text in ["\(parts[0]).\(other[1]).\(parts[2])", "\(parts[0]).\(parts[1]).\(other[2])", "\(parts[0]).\(parts[1])."] {
            let verdict = try verdict(text)
            #expect(verdict.failure?.name == .signature && !verdict.isValid)
        }
    }

    @Test(
        "refuses what is no signed JWT, without repeating it",
        arguments: [
            "", "secretly", "a.b", "secretly.secretly.secretly", "e30.bm8.secretly", "e30.W10.secretly",
            String(repeating: "x", count: 70_000),
        ])
    func malformed(text: String) throws {
        let verdict = try verdict(text)
        #expect(verdict.checks.map(\.name) == [.form] && !verdict.isValid)
        #expect(!verdict.document.rendered().contains("secretly"))
    }

    @Test("wants the very audience when one is given, slash included")
    func audience() throws {
        #expect(try verdict(token(), audiences: ["https://vault.azure.net"]).isValid)
        let refused = try verdict(token(), audiences: ["https://vault.azure.net/"])
        #expect(refused.failure?.sentence == "aud is \"https://vault.azure.net\"; allowed: \"https://vault.azure.net/\".")
    }

    @Test("never shows the token, in a verdict or in any rendering of it")
    func secrecy() throws {
        let text = try token(claims: ["exp": 0])
        let verdict = try verdict(text)
        for part in text.split(separator: ".") {
            #expect(!verdict.document.rendered().contains(part) && !"\(verdict)".contains(part))
        }
        #expect(verdict.token?.description == "<token the-id>")
    }
}

import Authority
import Cryptography
import HTTPFetching
import HTTPServing
import IdentityStore
import Surroundings
import Synchronization
import Testing
import TokenIssuance
import WireFormats

private let credential = ours(
    "FederatedIdentityCredential", "web-prod",
    "{identity: {kind: Application, name: web}, issuer: '\(clusterIssuer)', subject: 'system:serviceaccount:prod:web'}")
private let readerCredential = ours(
    "FederatedIdentityCredential", "reader-prod",
    "{identity: {kind: ManagedIdentity, name: reader}, issuer: '\(clusterIssuer)', subject: 'system:serviceaccount:prod:web'}")
private let page = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
private let advice = "your federated identity credential Subject, Audience and Issuer against the presented assertion."

private func published() throws -> ScriptedIssuers { .cluster([publicKey(try strangeKey.get(), "k1")]) }

private func projected(_ changes: [String: JSONValue?] = [:], header: [String: JSONValue?] = [:]) throws -> String {
    try Assertion.projected(changes, header: header).signed(by: try strangeKey.get())
}

@Suite struct FederationTests {
    @Test("a projected token stands for the application whose credential it matches, again and again")
    func application() async throws {
        let issuers = try published()
        let harness = try Harness(credential, issuers: issuers)
        for _ in 0..<2 {
            let response = await harness.exchange(try projected() + "\n")
            #expect(response.document["expires_in"] == 3599)
            let claims = try response.claims()
            #expect(claims["appid"] == .string(web) && claims["appidacr"] == "2" && claims["xms_ficinfo"] == "CAAQARgAIAA")
            #expect(claims["xms_mirid"] == nil)
        }
        #expect(harness.decision["matched"] == ["Application web", "FederatedIdentityCredential web-prod"])
        #expect(issuers.urls == [clusterIssuer + ".well-known/openid-configuration", clusterIssuer + "openid/v1/jwks"])
    }

    @Test("a projected token stands for a managed identity too: a day long, and no machine in between")
    func managedIdentity() async throws {
        let harness = try Harness(readerCredential, issuers: try published())
        let response = await harness.exchange(try projected(), ["client_id": reader])
        #expect(response.document.names == ["token_type", "expires_in", "ext_expires_in", "refresh_in", "access_token"])
        #expect(response.document["expires_in"] == 86_399 && response.document["refresh_in"] == 43_200)
        let claims = try response.claims()
        #expect(claims["xms_mirid"] == "/subscriptions/S/resourcegroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/R")
        #expect(claims["xms_az_rid"] == nil && claims["xms_ficinfo"] != nil && claims["oid"] == "bbbbbbbb-0000-4000-8000-000000000002")
    }

    static let refused: [Refused] = [
        Refused(
            700_211, 401, "invalid_client", "federated identity credential",
            "No matching federated identity record found for presented assertion issuer 'https://oidc.example/cluster'. Please check \(advice) \(page)"
        ) { try projected(["iss": "https://oidc.example/cluster"]) },
        Refused(
            700_213, 401, "invalid_client", "federated identity credential",
            "No matching federated identity record found for presented assertion subject 'system:serviceaccount:prod:api'. Check \(advice) \(page)"
        ) { try projected(["sub": "system:serviceaccount:prod:api"]) },
        Refused(
            7_002_138, 401, "invalid_client", "federated identity credential",
            "No matching federated identity record found for presented assertion subject 'system:serviceaccount:Prod:web'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Check \(advice) See documentation at: \(page). See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024."
        ) { try projected(["sub": "system:serviceaccount:Prod:web"]) },
        Refused(
            700_212, 401, "invalid_client", "federated identity credential",
            "No matching federated identity record found for presented assertion audience 'api://azureadtokenexchange'. Please check \(advice) \(page)"
        ) { try projected(["aud": ["api://azureadtokenexchange"]]) },
        Refused(
            700_024, 401, "invalid_client", "client assertion",
            "Client assertion is not within its valid time range. Current time: 2026-02-10T09:21:33.0000000Z, assertion valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 2026-02-10T08:10:00.0000000Z. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."
        ) { try projected(["nbf": nil, "iat": 1_770_710_400, "exp": 1_770_711_000]) },
        Refused(
            70_023, 400, "invalid_request", "federated identity credential",
            "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at 02/10/2026 09:21:33. Token expires on 02/11/2026 11:21:33."
        ) { try projected(["exp": .integer(start.rawValue + 26 * 3600)]) },
        Refused(
            70_023, 400, "invalid_request", "federated identity credential",
            "External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at 0. Token expires on 02/10/2026 10:21:33."
        ) { try projected(["iat": nil]) },
        Refused(
            7_000_272, 401, "invalid_client", "issuer keys",
            "The certificate with identifier BF6B31 used to sign the federated credential could not be found in the metadata of identity provider \(clusterIssuer). Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token."
        ) { try projected(header: ["kid": "v2sx"]) },
        Refused(700_027, 401, "invalid_client", "issuer keys", "Client assertion failed signature validation.") {
            try Assertion.projected().signed(by: try clientKey.get())
        },
        Refused(
            5_002_738, 401, "invalid_client", "client assertion",
            "Invalid JWT token. 'ES256' is not a supported signature algorithm. Supported signing algorithms are: 'RS256,RS384,RS512'"
        ) { try projected(header: ["alg": "ES256"]) },
        Refused(
            5_002_723, 401, "invalid_client", "client assertion",
            "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header."
        ) { try projected(header: ["kid": nil]) },
    ]

    @Test("a token that misses the credential by one thing is refused for that thing", arguments: refused)
    func refuses(way: Refused) async throws {
        let harness = try Harness(credential, issuers: try published())
        way.judge(await harness.exchange(try way.make()), harness)
    }

    @Test("a client without credentials says so, before it looks at the token's issuer")
    func noCredential() async throws {
        let harness = try Harness()
        Refused(
            70_025, 401, "invalid_client", "federated identity credential",
            "The client '\(web)'(web) has no configured federated identity credentials."
        ) { "" }.judge(await harness.exchange(try projected()), harness)
    }

    @Test("a decision tells which credentials were passed over, and how near the nearest is")
    func explanation() async throws {
        let harness = try Harness(credential, issuers: try published())
        _ = await harness.exchange(try projected(["iss": "https://oidc.example/cluster"]))
        let decision = harness.decision
        #expect(
            decision["rejected"] == [
                ["object": "FederatedIdentityCredential web-prod", "reason": .string("its issuer is \(clusterIssuer)")]
            ])
        #expect(decision["reason"]?.text?.hasSuffix("FederatedIdentityCredential web-prod: it lacks the slash at its end.") == true)
    }

    @Test(
        "a near miss names what was compared and the character that differs",
        arguments: [
            ("iss", "https://oidc.example/cluster", "issuer", clusterIssuer, "slash-missing", 29),
            ("sub", "system:serviceaccount:prod:Web", "subject", "system:serviceaccount:prod:web", "letter-case", 28),
            ("sub", "system:serviceaccount:test:web", "subject", "system:serviceaccount:prod:web", "other-text", 23),
            ("aud", "api://azureADTokenExchange", "audience", "api://AzureADTokenExchange", "letter-case", 7),
            ("aud", "api://AzureADTokenExchange ", "audience", "api://AzureADTokenExchange", "blanks", 27),
        ])
    func nearMisses(claim: String, presented: String, name: String, expected: String, slip: String, character: Int) async throws {
        let harness = try Harness(credential, issuers: try published())
        _ = await harness.exchange(try projected([claim: .string(presented)]))
        let nearMiss = harness.decision["nearMiss"]
        #expect(nearMiss?["name"]?.text == name && nearMiss?["object"] == "FederatedIdentityCredential web-prod")
        #expect(nearMiss?["presented"]?.text == presented && nearMiss?["expected"]?.text == expected)
        #expect(nearMiss?["slip"]?.text == slip && nearMiss?["character"] == .integer(character))
    }

    @Test("what is no matter of text says by how much it missed")
    func missedOtherwise() async throws {
        let harness = try Harness(credential, issuers: try published())
        _ = await harness.exchange(try projected(["exp": .integer(start.rawValue - 400)]))
        #expect(harness.decision["reason"]?.text?.contains("expired 400 s ago") == true)
        _ = await harness.exchange(try projected(header: ["kid": "v2sx"]))
        #expect(harness.decision["reason"]?.text?.contains("publishes no key v2sx; published: k1") == true)
        #expect(harness.decision["nearMiss"] == nil)
    }

    @Test(
        "documents that Entra would not take are refused, each in its own way",
        arguments: [
            ("discovery", 50_166, nil), ("keys", 50_166, nil), ("issuer", 501_661, ["issuer": "https://oidc.example/cluster"]),
            ("endpoint", 501_661, ["authorization_endpoint": ""]), ("types", 501_661, ["subject_types_supported": []]),
            ("uri", 501_661, ["jwks_uri": .null]), ("scheme", 50_166, ["jwks_uri": "http://oidc.example/keys"]), ("garbage", 900_612, nil),
            ("other", 900_612, nil), ("status", 50_166, nil), ("text", 501_661, nil), ("loop", 50_166, nil),
        ] as [(String, Int, [String: JSONValue]?)])
    func documents(what: String, code: Int, discovery: [String: JSONValue]?) async throws {
        let issuers = try published()
        if let discovery { issuers.publish([publicKey(try strangeKey.get(), "k1")], discovery: discovery) }
        let document = clusterIssuer + ".well-known/openid-configuration"
        let keys = clusterIssuer + "openid/v1/jwks"
        switch what {
        case "discovery": issuers.set(document, .failure(.timedOut(url: document, seconds: 10)))
        case "keys": issuers.set(keys, .failure(.tooLarge(url: keys, limit: 1)))
        case "garbage": issuers.set(keys, .success(FetchResponse(status: 200, headers: [], body: Array("<html>".utf8))))
        case "other": issuers.set(keys, ["keys": "none"])
        case "status": issuers.set(document, .success(FetchResponse(status: 500, headers: [], body: [])))
        case "text": issuers.set(document, .success(FetchResponse(status: 200, headers: [], body: Array("hello".utf8))))
        case "loop": issuers.set(document, .success(FetchResponse(status: 302, headers: [("location", document)], body: [])))
        default: break
        }
        let harness = try Harness(credential, issuers: issuers)
        let response = await harness.exchange(try projected())
        #expect(response.status.code == 400 && response.document["error"] == "invalid_request")
        #expect(response.document["error_codes"] == [.integer(code)] && response.document["error_uri"] == nil)
        let text = code == 900_612 ? "Failed to parse provider signing keys." : "Request to External OIDC endpoint failed."
        #expect(response.document["error_description"]?.text?.hasPrefix("AADSTS\(code): \(text) Trace ID:") == true)
        #expect(harness.decision["check"] == "issuer keys")
        #expect(issuers.urls.count <= 4)
    }

    @Test("a redirect is followed within https, and never out of it")
    func redirects() async throws {
        for (target, code) in [("https://elsewhere.example/jwks", 200), ("/moved", 200), ("http://elsewhere.example/jwks", 400)] {
            let issuers = try published()
            let keys = clusterIssuer + "openid/v1/jwks"
            issuers.set(keys, .success(FetchResponse(status: 302, headers: [("location", target)], body: [])))
            for place in ["https://elsewhere.example/jwks", "https://oidc.example/moved", "http://elsewhere.example/jwks"] {
                issuers.set(place, ["keys": [publicKey(try strangeKey.get(), "k1")]])
            }
            #expect(await (try Harness(credential, issuers: issuers)).exchange(try projected()).status.code == code)
            #expect(!issuers.urls.contains { $0.hasPrefix("http:") })
        }
    }

    @Test("each fetch is bounded in time, size and redirects, and trusts what the cluster says")
    func bounds() async throws {
        let issuers = try published()
        let cluster = ours("Cluster", "dev", "{issuer: '\(clusterIssuer)', trustedIssuerCA: ca.pem}")
        #expect(await (try Harness(credential, cluster, issuers: issuers)).exchange(try projected()).status.code == 200)
        for request in issuers.requests {
            #expect(request.timeoutSeconds <= 10 && request.maximumBytes <= 1 << 20 && request.maximumRedirects == 0)
            #expect(request.trustedCAFile == "worlds/ca.pem" && !request.followProxyEnvironment && request.method == "GET")
        }
    }

    @Test("an issuer is asked only when a credential names it")
    func onlyNamed() async throws {
        let issuers = try published()
        let harness = try Harness(credential, issuers: issuers)
        _ = await harness.exchange(try projected(["iss": "https://evil.example/"]))
        _ = await harness.exchange(try projected(["sub": "somebody else"]))
        #expect(issuers.urls.isEmpty)
    }

    @Test(
        "a rotated key is found at once, an unknown one asked for no more than once in ten seconds, and an hour is as long as a set counts")
    func rotation() async throws {
        let now = Mutex(start)
        let clock = WallClock { now.withLock { $0.rawValue } * 1_000_000_000 }
        let issuers = try published()
        let harness = try Harness(credential, clock: clock, issuers: issuers)
        func ask(_ kid: String, by key: TokenSigningKey) async throws -> Int {
            let at = now.withLock { $0.rawValue }
            let made = Assertion.projected(
                ["iat": .integer(at), "nbf": .integer(at), "exp": .integer(at + 3600)], header: ["kid": .string(kid)])
            return await harness.exchange(try made.signed(by: key)).status.code
        }
        #expect(try await ask("k1", by: try strangeKey.get()) == 200 && issuers.urls.count == 2)
        issuers.publish([publicKey(try clientKey.get(), "k2")])
        #expect(try await ask("k2", by: try clientKey.get()) == 200 && issuers.urls.count == 4)
        #expect(try await ask("k3", by: try clientKey.get()) == 401 && issuers.urls.count == 4)
        now.withLock { $0 = start + 10 }
        #expect(try await ask("k3", by: try clientKey.get()) == 401 && issuers.urls.count == 6)
        #expect(try await ask("k2", by: try clientKey.get()) == 200 && issuers.urls.count == 6)
        now.withLock { $0 = start + 3700 }
        #expect(try await ask("k2", by: try clientKey.get()) == 200 && issuers.urls.count == 8)
    }

    @Test("whoever asks at the same time waits for the same fetch")
    func coalescing() async throws {
        let issuers = try published()
        let harness = try Harness(credential, issuers: issuers)
        let assertion = try projected()
        let codes = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<16 { group.addTask { await harness.exchange(assertion).status.code } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: 200, count: 16))
        #expect(issuers.urls.count == 2)
    }

    @Test("an issuer of this process is never fetched")
    func local() async throws {
        struct Local: LocalIssuers {
            let document: JSONValue
            func keySet(of issuer: String) -> JSONValue? { issuer == clusterIssuer ? document : nil }
        }
        let issuers = ScriptedIssuers()
        let harness = try Harness(
            credential, issuers: issuers, local: Local(document: ["keys": [publicKey(try strangeKey.get(), "k1")]]))
        #expect(await harness.exchange(try projected()).status.code == 200)
        #expect(await harness.exchange(try projected(header: ["kid": "k9"])).document["error_codes"] == [7_000_272])
        #expect(issuers.urls.isEmpty)
    }

    @Test(
        "a credential added to a running world takes its time under real timing, and only says so under instant", arguments: [true, false])
    func propagation(isReal: Bool) async throws {
        let now = Mutex(start)
        let clock = WallClock { now.withLock { $0.rawValue } * 1_000_000_000 }
        let harness = try Harness(clock: clock, issuers: try published(), delaysPropagation: isReal)
        try harness.store.apply(Array(credential.utf8), from: "test")
        let response = await harness.exchange(try projected())
        #expect(harness.decision["waitMilliseconds"] == 30_000)
        if isReal {
            Refused(
                70_021, 401, "invalid_client", "federated identity credential",
                "No matching federated identity record found for presented assertion. Assertion Issuer: '\(clusterIssuer)'. Assertion Subject: 'system:serviceaccount:prod:web'. Assertion Audience: 'api://AzureADTokenExchange'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"
            ) { "" }.judge(response, harness)
        } else {
            #expect(response.status.code == 200)
        }
        now.withLock { $0 = start + 30 }
        #expect(await harness.exchange(try projected()).status.code == 200)
        #expect(harness.decision["waitMilliseconds"] == nil)
    }
}

@Suite struct EntraAssertionTests {
    private static let issuer = "https://login.microsoftonline.com/\(tenant)/v2.0"

    private static func trust(_ name: String = "by-reader", issuer: String = issuer, audience: String = "api://AzureADTokenExchange")
        -> String
    {
        ours(
            "FederatedIdentityCredential", name,
            "{identity: {kind: Application, name: web}, issuer: '\(issuer)', subject: bbbbbbbb-0000-4000-8000-000000000002, audiences: ['\(audience)']}"
        )
    }

    /// A token as Entra would make it for the exchange audience, about the identity `reader`.
    private static func token(_ changes: [String: JSONValue?] = [:]) throws -> String {
        let key = try sharedKeys.get().signing
        var claims: [String: JSONValue?] = [
            "aud": "fb60f99c-7a34-4190-8149-302f77469936", "iss": .string(issuer), "sub": "bbbbbbbb-0000-4000-8000-000000000002",
            "xms_mirid": "/subscriptions/S/resourcegroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/R",
            "xms_ficinfo": "CAAQABgAIAA",
        ]
        claims.merge(changes) { $1 }
        return try Assertion.projected(claims, header: ["kid": .string(key.keyID), "typ": "JWT"]).signed(by: key)
    }

    @Test("a managed identity's token stands for an application, and what comes of it stands for nothing more")
    func chain() async throws {
        let harness = try Harness(Self.trust())
        let response = await harness.exchange(try Self.token(), ["scope": "api://AzureADTokenExchange/.default"])
        let claims = try response.claims()
        #expect(claims["aud"] == "fb60f99c-7a34-4190-8149-302f77469936" && claims["ver"] == "2.0" && claims["idtyp"] == "app")
        #expect(claims["xms_ficinfo"] == "CAAQARgAIAA")
        let again = await harness.exchange(try #require(response.document["access_token"]?.text))
        Refused(
            700_231, 401, "invalid_client", "federated identity credential",
            "Token obtained using a federated identity credential may not be used as a federated identity credential."
        ) { "" }.judge(again, harness)
    }

    @Test(
        "tokens of Entra that are not a user-assigned identity's of this tenant are refused",
        arguments: [
            (["xms_mirid": nil], 700_226, "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer."),
            (
                ["xms_mirid": "/subscriptions/S/resourcegroups/RG/providers/Microsoft.Compute/virtualMachines/vm"], 700_222,
                "AAD-issued tokens may not be used for federated identity flows."
            ),
            (
                ["iss": .string("https://sts.windows.net/\(tenant)/")], 700_222,
                "AAD-issued tokens may not be used for federated identity flows."
            ),
            (
                ["iss": .string("https://login.microsoftonline.com/\(otherTenant)/v2.0")], 700_236,
                "Entra ID tokens issued by issuer 'https://login.microsoftonline.com/\(otherTenant)/v2.0' may not be used for federated identity credential flows for applications or managed identities registered in this tenant."
            ),
            (
                ["iss": .string("https://login.microsoftonline.us/\(tenant)/v2.0")], 700_238,
                "Entra ID tokens issued by issuer 'https://login.microsoftonline.us/\(tenant)/v2.0' of another cloud may not be used for federated identity credential flows in this tenant."
            ),
        ] as [([String: JSONValue?], Int, String)])
    func refuses(changes: [String: JSONValue?], code: Int, message: String) async throws {
        let harness = try Harness(Self.trust())
        Refused(code, 401, "invalid_client", "federated identity credential", message) { "" }
            .judge(await harness.exchange(try Self.token(changes)), harness)
    }

    @Test("credentials for Entra's own issuer must store the exchange URI, once")
    func credentials() async throws {
        let stored = try Harness(Self.trust(audience: "fb60f99c-7a34-4190-8149-302f77469936"))
        Refused(
            700_214, 401, "invalid_client", "federated identity credential",
            "The audience of a federated identity credential for a Microsoft Entra issuer must be 'api://AzureADTokenExchange', found 'fb60f99c-7a34-4190-8149-302f77469936'."
        ) { "" }.judge(await stored.exchange(try Self.token()), stored)
        let twice = try Harness(Self.trust(), Self.trust("v1", issuer: "https://sts.windows.net/\(tenant)/"))
        Refused(
            700_263, 401, "invalid_client", "federated identity credential",
            "More than one federated identity credential matches the subject 'bbbbbbbb-0000-4000-8000-000000000002' of a Microsoft Entra issuer."
        ) { "" }.judge(await twice.exchange(try Self.token()), twice)
    }

    @Test("a token that says it is Entra's and is not signed by it is refused")
    func forged() async throws {
        let harness = try Harness(Self.trust())
        let parts = try Self.token().split(separator: ".")
        let other = try Assertion.projected().signed(by: try strangeKey.get()).split(separator: ".")
        let response = await harness.exchange("\(parts[0]).\(parts[1]).\(other[2])")
        #expect(response.document["error_codes"] == [700_027] && harness.decision["check"] == "issuer keys")
    }
}

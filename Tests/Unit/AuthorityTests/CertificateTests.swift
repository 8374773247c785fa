import Cryptography
import Decisions
import HTTPServing
import Surroundings
import Testing
import WireFormats

extension Harness {
    /// A request of `web` with an assertion in place of the secret.
    func exchange(
        _ assertion: String, _ changes: [String: String?] = [:], path: String = "/\(tenant)/oauth2/v2.0/token",
        headers: [(String, String)] = []
    ) async -> HTTPResponse {
        let form: [String: String?] = [
            "client_secret": nil, "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ]
        return await token(form.merging(changes) { $1 }, path: path, headers: headers)
    }
}

/// One way to write an assertion that counts.
struct Accepted: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (TokenSigningKey) -> Assertion

    init(_ name: String, _ make: @escaping @Sendable (TokenSigningKey) -> Assertion) {
        testDescription = name
        self.make = make
    }
}

/// One way to write an assertion that does not count, and what is said to it.
struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let error: String
    let code: Int
    let message: String
    let check: String
    let make: @Sendable () throws -> String

    init(
        _ code: Int, _ status: Int, _ error: String, _ check: String, _ message: String, _ make: @escaping @Sendable () throws -> String
    ) {
        testDescription = "\(code) \(message.prefix(50))"
        self.status = status
        self.error = error
        self.code = code
        self.message = message
        self.check = check
        self.make = make
    }

    /// Holds an answer and its decision against what is expected, word for word.
    func judge(_ response: HTTPResponse, _ harness: Harness) {
        let body = response.document
        #expect(response.status.code == status)
        #expect(body["error"] == .string(error) && body["error_codes"] == [.integer(code)])
        let tail = " Trace ID: \(body["trace_id"]?.text ?? "") Correlation ID: \(body["correlation_id"]?.text ?? "") Timestamp: "
        #expect(body["error_description"]?.text == "AADSTS\(code): \(message)\(tail)2026-02-10 09:21:33Z")
        #expect(!String(decoding: response.body, as: UTF8.self).contains("\\"))
        let decision = harness.decision
        #expect(decision["check"] == .string(check) && decision["outcome"] == "refused")
        #expect(decision["reason"]?.text?.hasPrefix("AADSTS\(code) at the check of the \(check)") == true)
    }
}

@Suite struct CertificateTests {
    static let accepted: [Accepted] = [
        Accepted("RS256 and x5t, as MSAL for Java") { .certificate(key: $0) },
        Accepted("PS256 and x5t#S256, as MSAL for JavaScript") { key in
            var made = Assertion.certificate(header: ["alg": "PS256", "x5t": nil, "x5t#S256": .string(key.thumbprintSHA256)], key: key)
            made.algorithm = .ps256
            return made
        },
        Accepted("a thumbprint in standard base64 with padding, as MSAL for Go") { key in
            let thumbprint = Base64.encode(key.certificate.sha256Thumbprint)
            var made = Assertion.certificate(header: ["alg": "PS256", "x5t": nil, "x5t#S256": .string(thumbprint)], key: key)
            made.algorithm = .ps256
            return made
        },
        Accepted("times as strings and x5c as one string, as MSAL.NET") { key in
            .certificate(
                ["nbf": .string(String(start.rawValue)), "exp": .string(String(start.rawValue + 600))],
                header: ["x5c": .string(Base64.encode(key.certificate.der))], key: key)
        },
        Accepted("times as fractions and no nbf, as MSAL for Python") { key in
            .certificate(
                ["nbf": nil, "iat": .number("\(start.rawValue).5312"), "exp": .number("\(start.rawValue + 600).5312")], key: key)
        },
        Accepted("padded segments, as azure-identity.aio") { key in
            var made = Assertion.certificate(key: key)
            made.isPadded = true
            return made
        },
        Accepted("a kid that is the thumbprint in hexadecimal") { key in
            .certificate(
                header: ["x5t": nil, "kid": .string(Hexadecimal.encode(key.certificate.sha1Thumbprint, uppercase: true))], key: key)
        },
        Accepted("RS512") { key in
            var made = Assertion.certificate(header: ["alg": "RS512"], key: key)
            made.algorithm = .rs512
            return made
        },
        Accepted("an application id in capitals") {
            .certificate(["iss": .string(web.uppercased()), "sub": .string(web.uppercased())], key: $0)
        },
        Accepted("clocks that differ by four minutes") {
            .certificate(["nbf": .integer(start.rawValue + 240), "exp": .integer(start.rawValue + 840)], key: $0)
        },
        Accepted("the audiences of several tenants") {
            .certificate(["aud": ["https://nowhere.example", .string("https://login.microsoftonline.com/\(tenant)/v2.0")]], key: $0)
        },
    ]

    @Test("an assertion signed by the application's certificate counts, however an SDK writes it", arguments: accepted)
    func accepts(way: Accepted) async throws {
        let key = try clientKey.get()
        let response = await (try Harness()).exchange(try way.make(key).signed(by: key) + "\n")
        #expect(response.status.code == 200, "\(String(decoding: response.body, as: UTF8.self))")
        #expect(try response.claims()["appidacr"] == "2" && response.document["expires_in"] == 3599)
    }

    @Test(
        "an audience may name the tenant's endpoint, issuer or nothing more, by id, domain or host of ours",
        arguments: [
            "https://login.microsoftonline.com/\(tenant)/oauth2/token",
            "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
            "https://login.microsoftonline.com/\(tenant)/v2.0", "https://login.microsoftonline.com/\(tenant)",
            "https://sts.windows.net/\(tenant)/", "https://localhost:8443/\(tenant)/oauth2/v2.0/token",
            "https://container:9/\(tenant.uppercased())/oauth2/v2.0/token",
            "https://login.microsoftonline.com/\(tenant)/oauth2/token?api-version=1.0",
        ])
    func audiences(audience: String) async throws {
        let key = try clientKey.get()
        let assertion = try Assertion.certificate(["aud": .string(audience)], key: key).signed(by: key)
        let response = await (try Harness()).exchange(assertion, headers: [])
        let reached = await (try Harness()).send(
            "POST", "/\(tenant)/oauth2/v2.0/token", headers: [("Host", "container:9")],
            body: Array(
                "grant_type=client_credentials&scope=https://vault.azure.net/.default&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=\(assertion)"
                    .utf8))
        #expect(reached.status.code == 200)
        #expect(response.status.code == (audience.contains("container") ? 401 : 200))
    }

    static let thumbprint = (try? clientKey.get()).map { Hexadecimal.encode($0.certificate.sha1Thumbprint, uppercase: true) } ?? ""

    static func advice(_ thumbprint: String) -> String {
        "Thumbprint of key used by client: '\(thumbprint)', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '\(web)'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/\(web)']."
    }

    static let page = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials"

    /// An assertion of the application's own key, changed.
    private static func own(_ changes: [String: JSONValue?] = [:], header: [String: JSONValue?] = [:]) throws -> String {
        try Assertion.certificate(changes, header: header, key: try clientKey.get()).signed(by: try clientKey.get())
    }

    static let refused: [Refused] = [
        Refused(50_027, 400, "invalid_request", "client assertion", "JWT token is invalid or malformed.") { "abc" },
        Refused(50_027, 400, "invalid_request", "client assertion", "JWT token is invalid or malformed.") { "e30.W10.AAAA" },
        Refused(
            90_014, 400, "invalid_request", "client assertion",
            "The required field 'iss' is missing from the credential. Ensure that you have all the necessary parameters for the login request."
        ) { try own(["iss": nil]) },
        Refused(
            90_014, 400, "invalid_request", "client assertion",
            "The required field 'sub' is missing from the credential. Ensure that you have all the necessary parameters for the login request."
        ) { try own(["sub": nil]) },
        Refused(
            90_014, 400, "invalid_request", "client assertion",
            "The required field 'aud' is missing from the credential. Ensure that you have all the necessary parameters for the login request."
        ) { try own(["aud": nil]) },
        Refused(
            5_002_723, 401, "invalid_client", "client assertion",
            "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header."
        ) { try own(header: ["x5t": nil]) },
        Refused(
            5_002_738, 401, "invalid_client", "client assertion",
            "Invalid JWT token. 'HS256' is not a supported signature algorithm. Supported signing algorithms are: 'RS256,RS384,RS512'"
        ) { try own(header: ["alg": "HS256"]) },
        Refused(
            5_002_738, 401, "invalid_client", "client assertion",
            "Invalid JWT token. 'none' is not a supported signature algorithm. Supported signing algorithms are: 'RS256,RS384,RS512'"
        ) { try own(header: ["alg": "none"]) },
        Refused(
            5_002_727, 400, "invalid_request", "client assertion",
            "Invalid JWT header type specified, must be 'JWT' or 'http://openid.net/specs/jwt/1.0'."
        ) { try own(header: ["typ": "at+jwt"]) },
        Refused(
            700_021, 401, "invalid_client", "certificate",
            "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://docs.microsoft.com/en-us/azure/active-directory/develop/active-directory-certificate-credentials ."
        ) { try own(["iss": .string(reader), "sub": .string(reader)]) },
        Refused(50_048, 400, "invalid_client", "certificate", "Subject must match Issuer claim in the client assertion.") {
            try own(["sub": .string(reader)])
        },
        Refused(
            700_027, 401, "invalid_client", "certificate",
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., \(advice((try? strangeKey.get()).map { Hexadecimal.encode($0.certificate.sha1Thumbprint, uppercase: true) } ?? ""))"
        ) { try Assertion.certificate(key: try strangeKey.get()).signed(by: try strangeKey.get()) },
        Refused(
            700_027, 401, "invalid_client", "certificate",
            "The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., \(advice((try? expiredKey.get()).map { Hexadecimal.encode($0.certificate.sha1Thumbprint, uppercase: true) } ?? ""))"
        ) { try Assertion.certificate(key: try expiredKey.get()).signed(by: try expiredKey.get()) },
        Refused(
            700_027, 401, "invalid_client", "certificate",
            "Client assertion contains an invalid signature. [Reason - The key was not found., \(advice(thumbprint))"
        ) {
            var made = Assertion.certificate(key: try clientKey.get())
            made.isTampered = true
            return try made.signed(by: try clientKey.get())
        },
        Refused(
            700_027, 401, "invalid_client", "certificate",
            "Client assertion contains an invalid signature. [Reason - The key was not found., \(advice(thumbprint))"
        ) { try Assertion.certificate(key: try clientKey.get()).signed(by: try strangeKey.get()) },
        Refused(
            700_027, 401, "invalid_client", "certificate",
            "Client assertion contains an invalid signature. [Reason - The key was not found., \(advice(thumbprint))"
        ) {
            // Signed in one scheme and said to be in another.
            var made = Assertion.certificate(key: try clientKey.get())
            made.algorithm = .ps256
            return try made.signed(by: try clientKey.get())
        },
        Refused(
            700_023, 401, "invalid_client", "certificate",
            "Client assertion audience claim does not match Realm issuer. Review the documentation at \(page)."
        ) { try own(["aud": .string("https://login.microsoftonline.com/\(otherTenant)/oauth2/v2.0/token")]) },
        Refused(
            700_023, 401, "invalid_client", "certificate",
            "Client assertion audience claim does not match Realm issuer. Review the documentation at \(page)."
        ) { try own(["aud": .string("https://evil.example/\(tenant)/oauth2/v2.0/token")]) },
        Refused(
            700_024, 401, "invalid_client", "client assertion",
            "Client assertion is not within its valid time range. Current time: 2026-02-10T09:21:33.0000000Z, assertion valid from 2026-02-10T08:00:00.0000000Z, expiry time of assertion 2026-02-10T08:10:00.0000000Z. Review the documentation at \(page) ."
        ) { try own(["nbf": 1_770_710_400, "exp": 1_770_711_000]) },
        Refused(
            700_024, 401, "invalid_client", "client assertion",
            "Client assertion is not within its valid time range. Current time: 2026-02-10T09:21:33.0000000Z, assertion valid from 2026-02-10T09:21:33.0000000Z, expiry time of assertion 1970-01-01T00:00:00.0000000Z. Review the documentation at \(page) ."
        ) { try own(["exp": nil]) },
        Refused(
            700_024, 401, "invalid_client", "client assertion",
            "Client assertion is not within its valid time range. Current time: 2026-02-10T09:21:33.0000000Z, assertion valid from 2026-02-10T10:00:00.0000000Z, expiry time of assertion 2026-02-10T10:10:00.0000000Z. Review the documentation at \(page) ."
        ) { try own(["nbf": 1_770_717_600, "exp": 1_770_718_200]) },
    ]

    @Test("an assertion that is wrong in one thing is refused for that thing", arguments: refused)
    func refuses(way: Refused) async throws {
        let harness = try Harness()
        way.judge(await harness.exchange(try way.make()), harness)
    }

    @Test("the current time is told to the tenth of a microsecond")
    func ticks() async throws {
        let harness = try Harness(clock: WallClock { 1_770_715_293_345_193_199 })
        let response = await harness.exchange(try Self.own(["exp": nil]))
        #expect(response.document["error_description"]?.text?.contains("Current time: 2026-02-10T09:21:33.3451931Z,") == true)
    }

    @Test("without a client id the application is the assertion's issuer, and an unknown one is quoted")
    func inferred() async throws {
        let harness = try Harness()
        #expect(await harness.exchange(try Self.own(), ["client_id": nil]).status.code == 200)
        let url = "https://token.actions.example"
        let response = await harness.exchange(try Self.own(["iss": .string(url)]), ["client_id": nil])
        #expect(response.status.code == 400 && response.document["error_codes"] == [700_016])
        #expect(response.document["error_description"]?.text?.contains("Application with identifier '\(url)' was not found") == true)
    }

    @Test("another type of assertion is bad input, and a missing one is missing")
    func types() async throws {
        let harness = try Harness()
        let assertion = try Self.own()
        #expect(await harness.exchange(assertion, ["client_assertion_type": "saml2"]).document["error_codes"] == [90_013])
        let missing = await harness.exchange(assertion, ["client_assertion_type": nil])
        #expect(missing.document["error_description"]?.text?.contains("parameter: 'client_assertion_type'.") == true)
    }

    @Test("no assertion stands in the journal")
    func secrecy() async throws {
        let harness = try Harness()
        let assertion = try Self.own()
        _ = await harness.exchange(assertion)
        _ = await harness.exchange(assertion + "x")
        let shown = harness.journal.decisions(.init()).map { $0.document.rendered() }.joined()
        for part in assertion.split(separator: ".") { #expect(!shown.contains(part)) }
    }
}

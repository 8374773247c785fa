import Authority
import Decisions
import HTTPFetching
import HTTPServing
import Surroundings
import Synchronization
import WireFormats

/// What an issuer of assertions publishes, as the authority fetches it: its discovery document, its key set, its redirects.
///
/// The first line of an input says which of them the rest is: `keys`, `discovery`, or `location`, the field of a redirect. What must hold:
/// nothing but https is asked, and not often; the outcome is a token or a refusal that names its check, a second time the same; and no
/// token comes of a set without the issuer's key.
struct JWKSTarget: FuzzTarget {
    static let name = "jwks"
    static let longestInput = 16_384

    /// Two documents, each after at most three redirects.
    private static let mostFetches = 8

    private let world: AuthorityWorld
    private let assertion: [UInt8]
    private let mutation = JSONMutation(
        names: [
            "keys", "kty", "use", "kid", "alg", "n", "e", "x5t", "x5t#S256", "x5c", "issuer", "jwks_uri", "authorization_endpoint",
            "subject_types_supported", "crv",
        ],
        values: [
            #""RSA""#, #""EC""#, #""sig""#, #""k1""#, #""k2""#, #""$N""#, #""AQAB""#, #""Aw""#, #""AQ""#, #""AA""#, #""AAAAAAAAAAE""#,
            #""//////////8""#, #""AQAAAAAAAAAB""#, #""\#(String(repeating: "__", count: 171))""#,
            #""\#(String(repeating: "_", count: 1_366))""#,
            "[]", "{}", "[{}]", "null", "true", "0", "1e400", #""""#, #""\ud800""#, #"[{"kty":"RSA","kid":"k1","n":"$N","e":"AQAB"}]"#,
            #""https://oidc.example/cluster/""#, #""https://oidc.example/cluster""#, #""https://oidc.example/cluster/openid/v1/jwks""#,
            #""http://oidc.example/""#, #""HTTPS://""#, #""https://""#, #""file:///etc/passwd""#, #""/openid""#,
        ])

    init() throws {
        world = try AuthorityWorld()
        let now = FuzzWorld.clock.now.rawValue
        let claims =
            #"{"aud":["api://AzureADTokenExchange"],"iss":"\#(AuthorityWorld.issuer)","sub":"system:serviceaccount:prod:web","iat":\#(now),"nbf":\#(now),"exp":\#(now + 3600)}"#
        assertion = Array(
            try world.token(header: Array(#"{"alg":"RS256","kid":"k1"}"#.utf8), claims: Array(claims.utf8), signer: .issuer).utf8)
    }

    var vocabulary: [String] {
        [
            "keys\n", "discovery\n", "location\n", "https://a/", "https://a/last", "//a/", "/a", "../", "?", "#", "https:a", "[", "]", "{",
            "}",
        ]
            + mutation.names.map { "\"\($0)\":" } + mutation.values.filter { $0.utf8.count <= 64 }
    }

    let seeds: [Seed] = [
        Seed("keys", "keys\n" + AuthorityWorld.keySet),
        Seed(
            "keys-several",
            #"keys"# + "\n"
                + #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"k1"},{"kty":"RSA","kid":"k2","n":"$N","e":"AQAB"},{"kty":"RSA","kid":"k1","n":"$N","e":"Aw"},{"kty":"RSA","kid":"k1","x5t":"AA","x5c":["MIIB"],"n":"$N","e":"AQAB"}]}"#
        ),
        Seed("keys-none", "keys\n{\"keys\":[]}"),
        Seed("keys-many", "keys\n{\"keys\":[" + String(repeating: #"{"kty":"RSA","kid":"k","n":"$N","e":"AQAB"},"#, count: 101) + "{}]}"),
        Seed("keys-deep", "keys\n" + String(repeating: "[", count: 4_000)),
        Seed("discovery", "discovery\n" + AuthorityWorld.discovery),
        Seed(
            "discovery-empty",
            "discovery\n{\"issuer\":\"https://oidc.example/cluster/\",\"jwks_uri\":\"https://a/b\",\"authorization_endpoint\":\"\"}"),
        Seed("location", "location\nhttps://elsewhere.example/last"), Seed("location-path", "location\n/last"),
        Seed("location-loop", "location\nhttps://a/b"), Seed("location-http", "location\nhttp://a/last"),
    ]

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        let kind = String(decoding: parts.first ?? [], as: UTF8.self)
        let content = parts.dropFirst().first ?? []
        let discovery = try world.issuerAnswer("/.well-known/openid-configuration")
        let keys = try world.issuerAnswer("")
        // As text only where something stands in it: bytes that are no UTF-8 are to arrive as they are.
        let said =
            content.contains(UInt8(ascii: "$"))
            ? Array(AuthorityWorld.filled(String(decoding: content, as: UTF8.self), try world.key(.issuer)).utf8) : content
        let asked = Asked()
        let journal = DecisionJournal(capacity: 4, clock: FuzzWorld.clock)
        let service = try world.service(journal: journal) { request in
            asked.note(request.url)
            let isFirst = request.url.hasSuffix("/.well-known/openid-configuration")
            switch kind {
            case "location" where !request.url.hasSuffix("last") && isFirst:
                return FetchResponse(
                    status: 302, headers: [(name: "location", value: String(decoding: said, as: UTF8.self))], body: [])
            case "discovery" where isFirst: return FetchResponse(status: 200, headers: [], body: said)
            case "keys" where !isFirst: return FetchResponse(status: 200, headers: [], body: said)
            default: return FetchResponse(status: 200, headers: [], body: isFirst || kind == "location" ? discovery : keys)
            }
        }
        let first = try exchange(service, journal, input)
        let second = try exchange(service, journal, input)
        guard first == second else { throw Finding("asked twice it answers \(first), then \(second)") }
        guard first != 200 || kind != "keys" || content.containsName("$N") else { throw Finding("a token without the issuer's key") }
        // An unknown key is looked for once more at the second time.
        guard asked.urls.count <= 2 * Self.mostFetches else { throw Finding("\(asked.urls.count) fetches") }
        if let other = asked.urls.first(where: { !$0.lowercased().hasPrefix("https://") }) { throw Finding("\(other) was asked for") }
    }

    private func exchange(_ service: AuthorityService, _ journal: DecisionJournal, _ input: [UInt8]) throws(Finding) -> Int {
        let written = AuthorityCheck.post(
            [
                ("grant_type", Array("client_credentials".utf8)), ("client_id", Array(AuthorityWorld.web.utf8)),
                ("scope", Array("https://vault.azure.net/.default".utf8)),
                ("client_assertion_type", Array("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".utf8)),
                ("client_assertion", assertion),
            ], to: service)
        let decision = try AuthorityCheck.judge(written, input: input, isTokenEndpoint: true, journal)
        guard decision.outcome == .issued || decision.check == "issuer keys" else {
            throw Finding("refused at the check of \(decision.check ?? "nothing"): \(decision.reason())")
        }
        return written.response.status.code
    }

    /// The URLs that were asked for.
    private final class Asked: Sendable {
        private let list = Mutex<[String]>([])
        func note(_ url: String) { list.withLock { $0.append(url) } }
        var urls: [String] { list.withLock { $0 } }
    }
}

extension [UInt8] {
    fileprivate func containsName(_ name: String) -> Bool { String(decoding: self, as: UTF8.self).contains(name) }
}

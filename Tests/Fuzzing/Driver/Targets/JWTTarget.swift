import Cryptography
import Decisions
import HTTPFetching
import HTTPServing
import IdentityStore
import Surroundings
import TokenVerification
import WireFormats

/// JWTs: as an assertion at the token endpoint, a client's own or another issuer's, and as what `token verify` judges.
///
/// An input is a line `SIGNER CLIENT`, a line with the header, and the claims; it is encoded and signed here. After a line `raw CLIENT` it
/// is the assertion itself, byte for byte. What must hold: only who signed with a key that the client trusts gets a token, and only what
/// the tenant signed is valid; every refusal names its check and quotes no signature.
struct JWTTarget: FuzzTarget {
    static let name = "jwt"
    static let longestInput = 4_096

    private let world: AuthorityWorld
    private let mutation = JSONMutation(
        names: [
            "alg", "typ", "kid", "x5t", "x5t#S256", "x5c", "crit", "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "tid", "ver", "uti",
            "oid", "xms_mirid", "xms_ficinfo", "appid", "azp",
        ],
        values: [
            #""RS256""#, #""PS256""#, #""RS512""#, #""HS256""#, #""none""#, #""JWT""#, #""$KID""#, #""$S256""#, #""k1""#, #""v2sx""#,
            #""\#(AuthorityWorld.web)""#, #""\#(AuthorityWorld.issuer)""#, #""https://oidc.example/cluster""#,
            #""https://login.microsoftonline.com/\#(AuthorityWorld.tenant)/v2.0""#,
            #""https://sts.windows.net/\#(AuthorityWorld.tenant)/""#,
            #""https://login.microsoftonline.us/\#(AuthorityWorld.tenant)/v2.0""#, #""system:serviceaccount:prod:web""#,
            #""bbbbbbbb-0000-4000-8000-000000000002""#, #"["api://AzureADTokenExchange"]"#, #""api://AzureADTokenExchange""#,
            #""fb60f99c-7a34-4190-8149-302f77469936""#, #""https://vault.azure.net""#, #""CAAQARgAIAA""#, "1770715293", "1770715893.75",
            #""1770718893""#, "1e9", "-1e400", "9223372036854775808", "253402300800", "0", "-1", "null", "true", "{}", "[]", "[[]]", #""""#,
            #""\u0000""#, #""\ud800""#, #""é""#, #""a\"b\\c""#,
        ])

    init() throws { world = try AuthorityWorld() }

    var vocabulary: [String] {
        AuthorityWorld.Signer.allCases.map { "\($0.rawValue) " } + [
            "raw ", " web\n", " reader\n", " -\n", " nobody\n", "e30.", ".e30", ".", "=", "{\"", "\":",
        ]
            + mutation.names.map { "\"\($0)\":" } + mutation.values.filter { $0.utf8.count <= 64 }
    }

    let seeds: [Seed] = {
        let now = FuzzWorld.clock.now.rawValue
        let meant = #""aud":"https://login.microsoftonline.com/\#(AuthorityWorld.tenant)/oauth2/v2.0/token""#
        let own = #"{\#(meant),"iss":"\#(AuthorityWorld.web)","sub":"\#(AuthorityWorld.web)","jti":"j","nbf":\#(now),"exp":\#(now + 600)}"#
        let python = #"{\#(meant),"iss":"\#(AuthorityWorld.web)","sub":"\#(AuthorityWorld.web)","iat":\#(now).5,"exp":\#(now + 600).5}"#
        let dotnet = #"{\#(meant),"iss":"\#(AuthorityWorld.web)","sub":"\#(AuthorityWorld.web)","nbf":"\#(now)","exp":"\#(now + 600)"}"#
        let pod =
            #"{"aud":["api://AzureADTokenExchange"],"iss":"\#(AuthorityWorld.issuer)","sub":"system:serviceaccount:prod:web","iat":\#(now),"nbf":\#(now),"exp":\#(now + 3600),"kubernetes.io":{"namespace":"prod"}}"#
        let identity =
            #"{"aud":"fb60f99c-7a34-4190-8149-302f77469936","iss":"https://login.microsoftonline.com/\#(AuthorityWorld.tenant)/v2.0","sub":"bbbbbbbb-0000-4000-8000-000000000002","iat":\#(now - 300),"nbf":\#(now - 300),"exp":\#(now + 3600),"tid":"\#(AuthorityWorld.tenant)","ver":"2.0","xms_mirid":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"}"#
        let access =
            #"{"aud":"https://vault.azure.net","iss":"https://sts.windows.net/\#(AuthorityWorld.tenant)/","iat":\#(now - 300),"nbf":\#(now - 300),"exp":\#(now + 3600),"tid":"\#(AuthorityWorld.tenant)","uti":"u","ver":"1.0"}"#
        return [
            Seed("rs256", #"client web\#n{"alg":"RS256","typ":"JWT","x5t":"$KID"}\#n\#(own)"#),
            Seed("ps256", #"client web\#n{"alg":"PS256","typ":"JWT","x5t#S256":"$S256"}\#n\#(python)"#),
            Seed("x5c", #"client -\#n{"alg":"PS256","typ":"JWT","x5t#S256":"$S256","x5c":"MIIB"}\#n\#(dotnet)"#),
            Seed("projected", #"issuer web\#n{"alg":"RS256","kid":"k1"}\#n\#(pod)"#),
            Seed("projected-identity", #"issuer reader\#n{"alg":"RS256","kid":"k1"}\#n\#(pod)"#),
            Seed("managed-identity", #"tenant web\#n{"typ":"JWT","alg":"RS256","kid":"$KID"}\#n\#(identity)"#),
            Seed("access", #"tenant web\#n{"typ":"JWT","alg":"RS256","x5t":"$KID","kid":"$KID"}\#n\#(access)"#),
            Seed("stranger", #"stranger web\#n{"alg":"RS256","kid":"k1"}\#n\#(pod)"#),
            Seed("raw", "raw web\ne30.e30.e30"), Seed("raw-padded", "raw -\ne30=.e30=.AA=="),
            Seed("raw-lines", "raw web\n\r\n e30.e30.AA \n"),
        ]
    }()

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let words = (lines.first.map { String(decoding: $0, as: UTF8.self) } ?? "").split(separator: " ").map(String.init)
        let rest = lines.dropFirst().first.map(Array.init) ?? []
        let signer = words.first.flatMap(AuthorityWorld.Signer.init)
        let assertion = try signer.map { signer throws(Finding) in try signed(rest, signer) } ?? rest
        try present(assertion, signer, client: words.dropFirst().first ?? "web")
        try judge(assertion, signer)
    }

    private func signed(_ rest: [UInt8], _ signer: AuthorityWorld.Signer) throws(Finding) -> [UInt8] {
        let parts = rest.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        return Array(try world.token(header: parts.first ?? [], claims: parts.dropFirst().first ?? [], signer: signer).utf8)
    }

    private func present(_ assertion: [UInt8], _ signer: AuthorityWorld.Signer?, client: String) throws(Finding) {
        let journal = DecisionJournal(capacity: 1, clock: FuzzWorld.clock)
        let discovery = try world.issuerAnswer("/.well-known/openid-configuration")
        let keys = try world.issuerAnswer("")
        let service = try world.service(journal: journal) { request in
            FetchResponse(status: 200, headers: [], body: request.url.hasSuffix("openid-configuration") ? discovery : keys)
        }
        let clients = ["web": AuthorityWorld.web, "reader": AuthorityWorld.reader, "-": ""]
        let written = AuthorityCheck.post(
            [
                ("grant_type", Array("client_credentials".utf8)), ("client_id", Array((clients[client] ?? client).utf8)),
                ("scope", Array("https://vault.azure.net/.default".utf8)),
                ("client_assertion_type", Array("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".utf8)),
                ("client_assertion", assertion),
            ], to: service)
        let decision = try AuthorityCheck.judge(written, input: assertion, isTokenEndpoint: true, journal)
        if decision.outcome == .issued {
            let trusted = decision.matched.compactMap { AuthorityWorld.trusted[$0] }.first ?? []
            guard let signer, trusted.contains(signer) else {
                throw Finding("a token for an assertion that nobody signed whom the client trusts: \(decision.reason())")
            }
        }
        let told = decision.reason()
        if let signature = String(decoding: assertion, as: UTF8.self).split(separator: ".").dropFirst(2).first, signature.utf8.count >= 64,
            told.contains(signature)
        {
            throw Finding("a decision that quotes a signature: \(told)")
        }
    }

    private func judge(_ token: [UInt8], _ signer: AuthorityWorld.Signer?) throws(Finding) {
        let verdict = TokenVerifier(keys: world.keys, clock: FuzzWorld.clock)
            .verdict(on: String(decoding: token, as: UTF8.self), in: world.store.current)
        guard !verdict.isValid || signer == .tenant else { throw Finding("a token is valid that the tenant did not sign") }
        guard verdict.isValid || verdict.failure != nil else { throw Finding("a token that is not valid, and no check that says so") }
        for check in verdict.checks where check.sentence.isEmpty || check.sentence.utf8.count > 4_096 {
            throw Finding("the check of \(check.name) is told in \(check.sentence.utf8.count) bytes")
        }
    }
}

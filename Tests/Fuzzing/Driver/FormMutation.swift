/// Changes a token request as one: another parameter or value in its form, else another path, method or header.
struct FormMutation {
    private static let parameters: [(name: String, values: [String])] = [
        ("grant_type", ["client_credentials", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"]),
        ("client_id", [AuthorityWorld.web, AuthorityWorld.reader, "00000000-0000-0000-0000-000000000000", "api://web"]),
        ("client_secret", ["p%40ss%2Bw%2Frd%26%3D", "p%40st%23w%2Frd", "wrong"]),
        (
            "scope",
            [
                "https%3A%2F%2Fvault.azure.net%2F.default", "api%3A%2F%2Forders%2F.default+openid+profile+offline_access",
                "api://closed/.default", "https://management.azure.com//.default", ".default", "/.default", "User.Read",
                "a/.default%20b/.default",
            ]
        ),
        ("resource", ["https%3A%2F%2Fvault.azure.net", "api://orders", "00000002-0000-0000-c000-000000000000"]),
        ("client_assertion_type", ["urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer", "x"]),
        ("client_assertion", ["e30.e30.e30", "a.b", "%0A", "."]),
        ("claims", ["%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D", "%7B", "[]"]),
        ("client-request-id", ["11111111-aaaa-4000-8000-000000000009", "x"]), ("return-client-request-id", ["true"]),
        ("client_info", ["1"]), ("x-ms-lib-capability", ["retry-after, h429"]), ("x-client-current-telemetry", ["5|771,2,,,|,"]),
    ]
    private static let values = [
        "", "%00", "%FF", "%C3%28", "%ED%A0%80", "%", "%G0", "+", "%2B", "%22", "%5C", "%0D%0A", "é", "\u{1F600}", "=", "==", ";", "a=b",
        "%26client_secret%3Dx", "\u{202e}",
    ]
    private static let headers = [
        "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        "Content-Type: application/json", "Content-Type:", "Authorization: Basic Og==", "Authorization: Basic YTpi",
        "Authorization: Basic YWFhYWFhYWEtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOnAlNDBzcyUyQnclMkZyZCUyNiUzRA==",
        "Authorization: Bearer x", "client-request-id: 11111111-aaaa-4000-8000-000000000009", "return-client-request-id: true",
        "Host: login.microsoftonline.us", "Host: localhost:8443", "Host: [::1]:1", "Host: a b", "Transfer-Encoding: chunked",
        "Expect: 100-continue", "Connection: close",
    ]
    private static let tenants = [
        AuthorityWorld.tenant, "contoso.example", "common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad",
        "00000000-0000-0000-0000-000000000000", "a.b", "a", "-.-",
    ]
    private static let endings = [
        "oauth2/v2.0/token", "oauth2/token", "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration",
        "discovery/v2.0/keys", "discovery/keys", "discovery/instance", "oauth2/v2.0/authorize", "oauth2/v2.0/devicecode",
        "oauth2/v2.0/logout", "openid/userinfo", "kerberos", "userrealm/a%40b", "oauth2/checksession",
    ]

    private static var words: RequestWords {
        RequestWords(
            methods: ["GET", "POST", "OPTIONS", "HEAD", "PUT", "post"],
            paths: tenants.flatMap { tenant in endings.map { "/\(tenant)/\($0)" } },
            segments: tenants + endings.flatMap { $0.split(separator: "/").map(String.init) },
            parameters: [
                ("api-version", ["1.0", "1.1", "9"]),
                (
                    "authorization_endpoint",
                    ["https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize", "https://a/b", "http://a"]
                ), ("issuer", ["https%3A%2F%2Fsts.windows.net%2F\(AuthorityWorld.tenant)%2F"]), ("client-request-id", ["x"]),
                ("client_id", [AuthorityWorld.web]), ("appid", ["x"]),
            ],
            values: values, escapes: values.filter { !$0.isEmpty }, headers: headers.map { $0 },
            bodies: [
                form(["grant_type", "client_id", "client_secret", "scope"]),
                form(["grant_type", "client_id", "client_secret", "resource"]),
            ])
    }

    private let requests = RequestMutation(words: Self.words)

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? {
        guard !random.once(in: 3), input.count <= 4_096 else { return requests.mutated(input, &random) }
        var draft = RequestDraft(input)
        var fields = draft.body.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<Int.random(in: 1...3, using: &random) { step(&fields, &random) }
        draft.body = fields.joined(separator: "&")
        return draft.bytes
    }

    private func step(_ fields: inout [String], _ random: inout SeededRandom) {
        guard let parameter = Self.parameters.randomElement(using: &random) else { return }
        let place = fields.indices.randomElement(using: &random)
        switch (Int.random(in: 0..<8, using: &random), place) {
        case (0, let place?): fields.remove(at: place)
        case (1, let place?): fields.insert(fields[place], at: place)
        case (2, let place?): fields[place] += Self.values.randomElement(using: &random) ?? ""
        case (3, let place?): fields[place] = String(repeating: fields[place], count: 1 << Int.random(in: 1...5, using: &random))
        default:
            let known = random.once(in: 4) ? Self.values : parameter.values
            let field = "\(parameter.name)=\(known.randomElement(using: &random) ?? "")"
            if let same = fields.firstIndex(where: { $0.hasPrefix("\(parameter.name)=") }) {
                fields[same] = field
            } else {
                fields.append(field)
            }
        }
    }

    /// The first value of each of these parameters.
    private static func form(_ names: [String]) -> String {
        names.compactMap { name in parameters.first { $0.name == name }.map { "\(name)=\($0.values.first ?? "")" } }.joined(separator: "&")
    }

    static var vocabulary: [String] {
        (parameters.map { "&\($0.name)=" } + parameters.flatMap(\.values) + values + headers.map { "\($0)\r\n" } + tenants.map { "/\($0)/" }
            + endings + ["POST ", "GET ", "api-version=1.1", "authorization_endpoint="]).filter { (1...64).contains($0.utf8.count) }
    }

    static var seeds: [Seed] {
        let path = AuthorityWorld.tokenPath
        func post(_ path: String, _ body: String, _ header: String = headers[0]) -> String {
            "POST \(path) HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\(header)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let secret = form(["grant_type", "client_id", "client_secret", "scope"])
        var seeds = [
            Seed("secret", post(path, secret)),
            Seed("secret-v1", post("/contoso.example/oauth2/token", form(["grant_type", "client_id", "client_secret", "resource"]))),
            Seed("basic", post(path, form(["grant_type", "scope"]), headers[6])),
            Seed("assertion", post(path, form(["grant_type", "client_id", "client_assertion_type", "client_assertion", "scope"]))),
            Seed("everything", post(path, form(parameters.map(\.name)))),
            Seed("long-scope", post(path, secret + String(repeating: "%41", count: 2_000))),
            Seed(
                "long-client", post(path, "grant_type=client_credentials&client_secret=x&client_id=" + String(repeating: "a", count: 6_000))
            ),
            Seed("empty", post(path, "")), Seed("get", "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"),
            Seed(
                "instance",
                "GET /common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize HTTP/1.1\r\nHost: a\r\n\r\n"
            ),
        ]
        for ending in endings {
            seeds.append(Seed("get-\(ending.replacing("/", with: "-"))", "GET /common/\(ending) HTTP/1.1\r\nHost: localhost:8443\r\n\r\n"))
        }
        return seeds
    }
}

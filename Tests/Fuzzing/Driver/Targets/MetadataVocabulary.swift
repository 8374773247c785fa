import HTTPServing
@testable import MetadataService
import WireFormats

/// Words and first requests for the metadata service: from its endpoint table, its versions, and the tree that it serves.
struct MetadataVocabulary {
    private let service: MetadataService
    private let leaves: [String]
    private let names: [String]

    /// - Parameter service: it is asked for its newest document, so that a new property needs no new word here.
    init(askedOf service: MetadataService) {
        self.service = service
        let newest = MetadataVersions.all.last ?? ""
        let request = HTTPRequest(
            method: "GET", target: "/metadata/instance?api-version=\(newest)&extended=true", headers: [("Metadata", "true")], body: [],
            peer: FuzzWorld.peer)
        let document = try? JSONValue(parsing: HTTPExchange.settled(service.respond(to: request)).body)
        var leaves: [String] = []
        var names: Set<String> = []
        Self.walk(document ?? .null, "", &leaves, &names)
        self.leaves = leaves
        self.names = names.sorted()
    }

    private static func walk(_ value: JSONValue, _ path: String, _ leaves: inout [String], _ names: inout Set<String>) {
        switch value {
        case .object(let members):
            for member in members {
                names.insert(member.name)
                walk(member.value, "\(path)/\(member.name)", &leaves, &names)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() { walk(element, "\(path)/\(index)", &leaves, &names) }
        default: leaves.append(path)
        }
    }

    private static let parameters = [
        "api-version=", "cred-api-version=2.0", "resource=", "client_id=", "object_id=", "msi_res_id=", "mi_res_id=", "resource_id=",
        "principal_id=", "clientid=", "bypass_cache=true", "format=text", "format=json", "extended=true", "nonce=", "authority=",
    ]
    private static let values = [
        "https://vault.azure.net", "https%3A%2F%2Fmanagement.azure.com%2F", "api://orders", "11111111-aaaa-4000-8000-000000000001",
        "11111111-aaaa-4000-8000-000000000003", "true", "latest", "0123456789", "1", "-1", "9223372036854775808",
    ]
    private static let escapes = [
        "%2F", "%2f", "%5C", "%00", "%0d%0a", "%20", "%25", "%2E%2E", "..", "//", "/./", "%", "%G0", "%C3%A9", "%ED%A0%80", "%F4%90%80%80",
        "%C0%AF", "%FF", "+", ";", "&", "&&", "=", "?", "#", "\u{e9}", "\u{130}", "\u{1F600}", "\u{feff}", "e\u{301}",
    ]
    private static let headers = [
        "Metadata: true\r\n", "Metadata: True\r\n", "X-Forwarded-For: 1\r\n", "Host: bare\r\n", "Host: captured\r\n", "Host: captured\r\n",
        "Content-Length: 2\r\n",
        "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Content-Type: application/json\r\n", "Connection: close\r\n",
        "x-ms-client-request-id: a\r\n", "x-ms-return-client-request-id: true\r\n", "\r\n\r\n", "\r\n ", "HTTP/1.0", "HTTP/1.1",
    ]
    private static let methods = ["GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "get "]
    private static let bodies = [
        #"{"StartRequests":[{"EventId":""#, #""}]}"#, #"{"csr":""#, #"","attestation_token":""}"#, "{}", "[]", "null", #"\ud800"#,
        #"{"StartRequests": [{"EventId": "11111111-aaaa-4000-8000-000000000009"}, {"EventId": 1}]}"#,
        #"{"csr":"MIICATCB6wIBADBYMQ==","attestation_token":null}"#,
    ]

    /// Words by their place in a request.
    var words: RequestWords {
        let versions = MetadataVersions.all + MetadataVersions.scheduledEvents
        let paths = MetadataRoutes.all.map(\.path)
        let line = { (text: String) in String(text.split(separator: "\r\n").first ?? "") }
        return RequestWords(
            methods: Self.methods.map { String($0.dropLast()) }, paths: paths + leaves.map { "/metadata/instance\($0)" },
            segments: Set(paths.flatMap { $0.split(separator: "/").map(String.init) }).sorted() + names + [
                "0", "1", "00", "-1", "4294967296",
            ],
            parameters: Self.parameters.map { text in
                let parts = text.split(separator: "=", maxSplits: 1)
                let name = String(parts.first ?? "")
                return (name, name == "api-version" ? versions : parts.dropFirst().map(String.init))
            },
            values: Self.values, escapes: Self.escapes, headers: Self.headers.filter { $0.contains(":") }.map(line),
            bodies: Self.bodies + [SigningRequest.body])
    }

    /// Words for mutations.
    var all: [String] {
        let paths = MetadataRoutes.all.map(\.path)
        let segments = Set(paths.flatMap { $0.split(separator: "/") }).map { "/\($0)" }.sorted()
        return
            (paths + segments + names.map { "/\($0)" } + ["/0", "/1", "/00", "/-1", "/4294967296"] + Self.parameters
            + MetadataVersions.all + MetadataVersions.scheduledEvents.filter { !MetadataVersions.all.contains($0) } + Self.values
            + Self.escapes + Self.headers + Self.methods + Self.bodies)
            .filter { (1...64).contains($0.utf8.count) }
    }

    private static func request(_ target: String, _ method: String = "GET", host: String = "a", body: String = "") -> String {
        let length = body.isEmpty ? "" : "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        return "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\nMetadata: true\r\n\(length)\r\n\(body)"
    }

    /// One request a path, at the oldest and the newest version, then the tree leaf by leaf, and a few that belong together.
    var seeds: [Seed] {
        let newest = MetadataVersions.all.last ?? ""
        var seeds: [Seed] = []
        for route in MetadataRoutes.all {
            let name = route.path.replacing("/", with: "-")
            for version in ["2018-02-01", "2020-07-01", "2021-02-01", newest] {
                let query = "api-version=\(version)&cred-api-version=2.0&resource=https://vault.azure.net"
                seeds.append(Seed("get\(name)-\(version)", Self.request("\(route.path)?\(query)")))
            }
            seeds.append(Seed("post\(name)", Self.request("\(route.path)?api-version=2020-07-01&cred-api-version=2.0", "POST", body: "{}")))
            for host in ["bare", "captured"] {
                seeds.append(Seed("\(host)\(name)", Self.request("\(route.path)?api-version=\(newest)&resource=a", host: host)))
            }
        }
        for leaf in leaves {
            let name = "leaf" + leaf.replacing("/", with: "-")
            seeds.append(Seed(name, Self.request("/metadata/instance\(leaf)?api-version=\(newest)&format=text")))
        }
        let token = "\(MetadataRoutes.tokenPath)?api-version=2018-02-01&resource=https://vault.azure.net"
        for selector in ["client_id=11111111-aaaa-4000-8000-000000000001", "object_id=11111111-aaaa-4000-8000-000000000002", "mi_res_id=x"]
        {
            seeds.append(Seed("token-\(selector.prefix(6))", Self.request("\(token)&\(selector)")))
        }
        seeds.append(Seed("credential", Self.request(SigningRequest.target, "POST", body: SigningRequest.body)))
        seeds.append(Seed("two-requests", Self.request(token) + Self.request("/metadata/versions")))
        seeds.append(
            Seed(
                "approval",
                Self.request(
                    "/metadata/scheduledevents?api-version=2020-07-01", "POST", body: #"{"StartRequests":[{"EventId":"x"}]}"#)))
        seeds.append(
            Seed("long-query", Self.request("/metadata/instance?api-version=\(newest)&x=" + String(repeating: "%41", count: 1_800))))
        seeds.append(
            Seed("long-path", Self.request("/metadata/instance" + String(repeating: "/a", count: 2_700) + "?api-version=\(newest)")))
        return seeds
    }
}

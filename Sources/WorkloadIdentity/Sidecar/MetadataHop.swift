import HTTPFetching
import HTTPServing
import WireFormats

/// One request to the metadata service, as Go's client writes it.
struct MetadataHop: Sendable {
    /// The method as received.
    let method: String
    /// Path and query.
    private let target: String
    /// The client's headers, Go's spelling, sorted by name.
    private let fields: [(String, String)]
    private let body: [UInt8]

    /// Never written from what the client sent: the client's transport decides on them.
    private static let excluded: Set<String> = ["Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer"]
    private static let ofBodies: Set<String> = ["Content-Encoding", "Content-Language", "Content-Location", "Content-Type"]
    private static let agent = "Go-http-client/1.1"
    private static let longestAnswer = 4 << 20

    /// The first hop: what the client asked for.
    init(_ request: HTTPRequest) {
        method = request.method
        let path = GoPath.sent(request)
        // Go parses the target once more, and this time a number sign ends it.
        let query = request.rawQuery.map { $0.prefix { $0 != "#" } }
        target = path + (query.map { "?\(Self.ascii($0))" } ?? "")
        fields = Self.sorted(request.headers.map { (GoAnswer.canonicalName($0.name), $0.value) })
        body = request.body
    }

    private init(method: String, target: String, fields: [(String, String)]) {
        self.method = method
        self.target = target
        self.fields = Self.sorted(fields)
        body = []
    }

    /// The URL as the original knows it.
    var url: String { "http://\(SidecarSettings.metadataAddress)\(target)" }

    /// Whether gzip is asked for on the client's behalf, and unpacked for it.
    var asksForGzip: Bool { method != "HEAD" && !fields.contains { $0.0 == "Accept-Encoding" || $0.0 == "Range" } }

    /// What is sent, in Go's order: agent, length, the rest by name, gzip.
    func fetchRequest(upstream: String) -> FetchRequest {
        var headers = [("Host", SidecarSettings.metadataAddress)]
        let agent = fields.first { $0.0 == "User-Agent" }?.1 ?? Self.agent
        if !agent.isEmpty { headers.append(("User-Agent", agent)) }
        if !body.isEmpty {
            // Go does not know how long a body is that it hands on.
            headers.append(("Transfer-Encoding", "chunked"))
        } else if ["POST", "PUT", "PATCH"].contains(method) {
            headers.append(("Content-Length", "0"))
        }
        headers += fields.filter { !Self.excluded.contains($0.0) }
        if asksForGzip { headers.append(("Accept-Encoding", "gzip")) }
        var request = FetchRequest(
            method: method, url: upstream + target, headers: headers, body: body.isEmpty ? nil : body, timeoutSeconds: 30,
            maximumBytes: Self.longestAnswer)
        request.sendsAccept = false
        request.unpacksGzip = asksForGzip
        return request
    }

    /// The next hop after an answer with a `Location`; nil when the answer is to be handed on as it is.
    ///
    /// Redirects that lead away from the metadata service are not followed: nothing goes where nobody said.
    func redirected(status: Int, to location: String) -> MetadataHop? {
        let keepsMethod: Bool
        switch status {
        case 301, 302, 303: keepsMethod = method == "GET" || method == "HEAD"
        case 307, 308:
            // A body that was handed on once cannot be sent again.
            guard body.isEmpty else { return nil }
            keepsMethod = true
        default: return nil
        }
        guard !location.isEmpty, let target = resolved(location) else { return nil }
        let carried = fields.filter { $0.0 != "Referer" && (keepsMethod || !Self.ofBodies.contains($0.0)) }
        return MetadataHop(method: keepsMethod ? method : "GET", target: target, fields: carried + [("Referer", url)])
    }

    /// Path and query of a location within the metadata service.
    private func resolved(_ location: String) -> String? {
        let reference = location.prefix { $0 != "#" }
        for origin in ["http://\(SidecarSettings.metadataAddress)", "http://169.254.169.254"] where reference.hasPrefix(origin) {
            let rest = reference.dropFirst(origin.count)
            if rest.isEmpty || rest.hasPrefix("?") { return "/\(rest)" }
            if rest.hasPrefix("/") { return String(rest) }
        }
        if reference.hasPrefix("//") || reference.contains("://") { return nil }
        if reference.hasPrefix("/") { return String(reference) }
        let path = target.prefix { $0 != "?" }
        if reference.hasPrefix("?") { return "\(path)\(reference)" }
        return "\(path[...(path.lastIndex(of: "/") ?? path.startIndex)])\(reference)"
    }

    /// By name, values of one name in the order they came.
    private static func sorted(_ fields: [(String, String)]) -> [(String, String)] {
        fields.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element)
    }

    /// A query as it may stand in a URL: other bytes than visible ASCII are escaped.
    private static func ascii(_ query: Substring) -> String {
        query.utf8.map { $0 > 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : "%\(Hexadecimal.encode([$0], uppercase: true))" }.joined()
    }
}

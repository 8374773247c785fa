import HTTPServing
import IdentityStore
import Testing
import WireFormats

/// One exchange with the original NMI, as recorded in `Tests/Fixtures/nmi`.
struct Recording: Sendable, CustomTestStringConvertible {
    /// A request the original sent upstream, and the status it got.
    struct Asked: Sendable {
        let text: String
        let status: Int

        /// The tenant of a request to Entra.
        var tenant: String { String(text.split(separator: "/", maxSplits: 2).dropFirst().first ?? "") }
        /// What it says.
        var form: String { String(text.split(separator: "\r\n\r\n").last ?? "") }
    }

    let name: String
    let configuration: String
    /// A pod of the world, `p12` (an address without a pod) or `host`.
    let caller: String
    let request: [UInt8]
    /// Upstream's last answer; nil when it was not asked.
    let upstream: HTTPResponse?
    let asked: [Asked]
    let answer: RawAnswer

    var testDescription: String { name }

    /// Whether it was Entra that was asked.
    var asksEntra: Bool { asked.contains { $0.text.hasPrefix("POST ") && $0.text.contains("/oauth2/token?api-version=1.0 ") } }

    /// Whether the answer is upstream's, handed on.
    var isRelayed: Bool { answer.headers.contains { $0.name == "Server" && $0.value.hasPrefix("StubIMDS") } }

    /// All of them; none when a file cannot be read, which a test notices.
    static let all: [Recording] = ["managed.json", "standard.json"].flatMap { name -> [Recording] in
        guard let file = try? ManifestFiles.read([Fixtures.folder + name]).first, let document = try? JSONValue(parsing: file.bytes) else {
            return []
        }
        return (document["exchanges"]?.elements ?? []).compactMap(Recording.init)
    }

    static func named(_ name: String) throws -> Recording { try #require(all.first { $0.name == name }) }

    private init?(_ row: JSONValue) {
        guard let name = row["name"]?.text, let configuration = row["nmi"]?.text, let caller = row["from"]?.text,
            let request = row["request"]?.text, let raw = row["raw_response"]?.text, let asked = row["upstream_requests"]?.elements
        else { return nil }
        self.name = name
        self.configuration = configuration
        self.caller = caller
        self.request = Self.latin1(request)
        answer = RawAnswer(Self.latin1(raw))
        upstream = row["upstream"].flatMap(Self.response)
        self.asked = asked.compactMap { asked in
            guard let text = asked["request"]?.text, let status = Self.number(asked["status"]) else { return nil }
            return Asked(text: text, status: status)
        }
    }

    /// What an upstream within the process would have answered: `Connection` belongs to a socket, so it is left out.
    private static func response(_ value: JSONValue) -> HTTPResponse? {
        guard let status = number(value["status"]), let headers = value["headers"]?.elements, let body = value["body"]?.text else {
            return nil
        }
        var lines: [HTTPResponse.HeaderLine] = []
        for header in headers {
            guard let parts = header.elements, parts.count == 2, let name = parts[0].text, let value = parts[1].text else { return nil }
            switch name {
            case "Connection": break
            case "Content-Length": lines.append(.contentLength)
            default: lines.append(.field(name, value))
            }
        }
        return HTTPResponse(
            status: HTTPStatus(code: status), headers: lines, body: latin1(body),
            framing: lines.contains(.contentLength) ? .contentLength : .untilClose)
    }

    private static func number(_ value: JSONValue?) -> Int? {
        guard case .number(let text) = value else { return nil }
        return Int(text)
    }

    /// The recorder wrote bytes as the code points of the same number.
    private static func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
}

/// An answer as it stood on the wire.
struct RawAnswer: Sendable {
    let statusLine: String
    let headers: [(name: String, value: String)]
    /// What follows the head, chunk framing included.
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let end = bytes.indices.first { bytes[$0...].starts(with: "\r\n\r\n".utf8) }
        let lines = RawAnswer.lines(bytes[..<(end ?? bytes.endIndex)])
        statusLine = lines.first ?? ""
        headers = lines.dropFirst().map(RawAnswer.header)
        body = end.map { Array(bytes[($0 + 4)...]) } ?? []
    }

    static func lines(_ head: ArraySlice<UInt8>) -> [String] {
        head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
    }

    static func header(_ line: String) -> (name: String, value: String) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (line, "") }
        return (String(line[..<colon]), String(line[line.utf8.index(after: colon)...].drop { $0 == " " }))
    }
}

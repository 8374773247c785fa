import FoundationEssentials
import Testing
import WireFormats

/// One exchange with the original sidecar, as recorded in `Tests/Fixtures/sidecar/sidecar.json`.
struct SidecarRecording: Sendable, CustomTestStringConvertible {
    let name: String
    let group: String
    let environment: [String: String]
    let request: String
    let statusLine: String
    let status: Int
    let headers: [Header]
    let body: [UInt8]
    /// What the metadata service was sent; nil where no recorder stood in its place.
    let upstream: String?

    struct Header: Hashable, Sendable {
        let name: String
        let value: String
    }

    var testDescription: String { "\(group): \(name)" }

    /// Whether the answer is the metadata service's, handed on.
    var isRelayed: Bool {
        upstream != nil || headers.contains { $0.name == "Server" && $0.value.hasPrefix("BaseHTTP") }
    }

    /// The access token and lifetime of a recorded success.
    var token: (token: String, expiresIn: Int64, expiresOn: Int64)? {
        guard let document = try? JSONValue(parsing: body), let token = document["access_token"]?.text,
            case .number(let left)? = document["expires_in"], let expiresIn = Int64(left), let on = document["expires_on"]?.text,
            let expiresOn = Int64(on)
        else { return nil }
        return (token, expiresIn, expiresOn)
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The exchanges over HTTP; the rest are of the process and are replayed against it.
    static let all: [SidecarRecording] = {
        let file = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        guard let bytes = try? Data(contentsOf: URL(filePath: "/\(file)/Fixtures/sidecar/sidecar.json")),
            let rows = (try? JSONValue(parsing: Array(bytes)))?.elements
        else { return [] }
        return rows.compactMap(SidecarRecording.init)
    }()

    private init?(_ row: JSONValue) {
        guard let name = row["name"]?.text, let group = row["group"]?.text, let request = row["request"]?.text,
            let statusLine = row["statusLine"]?.text, let body = row["body"]?.text,
            let rows = row["headers"]?.elements, case .object(let variables)? = row["settings"]?["env"],
            let status = statusLine.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        self.name = name
        self.group = group
        self.request = request
        self.statusLine = statusLine
        self.status = status
        // A body that is no text was recorded apart, bytes as code points of the same number.
        let raw = row["raw"]?.text.flatMap { text in text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } }
        self.body = raw.map { $0.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } } ?? Array(body.utf8)
        headers = rows.compactMap { pair in
            guard let parts = pair.elements, parts.count == 2, let name = parts[0].text, let value = parts[1].text else { return nil }
            return Header(name: name, value: value)
        }
        environment = Dictionary(variables.compactMap { member in member.value.text.map { (member.name, $0) } }) { $1 }
        upstream = row["upstream"]?.elements?.first?.text
    }
}

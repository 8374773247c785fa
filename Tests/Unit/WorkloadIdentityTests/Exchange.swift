import HTTPServing
import Testing
import WireFormats

@testable import WorkloadIdentity

#if canImport(Glibc)
    import Glibc
#endif

/// One exchange with the original webhook, as recorded in `Tests/Fixtures/webhook/exchanges.json`.
struct Exchange: Sendable, CustomTestStringConvertible {
    let row: JSONValue

    var testDescription: String { "\(row["group"]?.text ?? ""): \(row["name"]?.text ?? "")" }

    static let all: [Exchange] = {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Fixtures/webhook/exchanges.json"
        guard let document = try? JSONValue(parsing: Files.read(path)) else { return [] }
        return (document.elements ?? []).map(Exchange.init)
    }()

    static let reviews = all.filter { $0.row["http"] != nil }
    static let starts = all.filter { $0.row["start"] != nil }

    static func named(_ name: String) throws -> Exchange { try #require(all.first { $0.row["name"]?.text == name }) }

    /// Every service account that any exchange found: the recorder had one cluster.
    static let serviceAccounts: ServiceAccountDirectory = {
        var known: [[String]: [String: String]] = [:]
        for exchange in all {
            guard let metadata = exchange.row["serviceAccount"]?["metadata"], let namespace = metadata["namespace"]?.text,
                let name = metadata["name"]?.text, case .object(let members)? = metadata["annotations"]
            else { continue }
            known[[namespace, name]] = Dictionary(members.map { ($0.name, $0.value.text ?? "") }, uniquingKeysWith: { $1 })
        }
        let annotations = known
        return ServiceAccountDirectory { annotations[[$0, $1]] }
    }()

    /// The set-up that the exchange was recorded with; the build had images without registry and tag.
    func setup() -> WebhookSetup {
        var setup = Self.setup(row["start"] ?? row["variant"] ?? [:])
        if let group = row["group"]?.text, group.hasPrefix("api server says ") { setup.kubernetesVersion = String(group.dropFirst(16)) }
        return setup
    }

    private static func setup(_ variant: JSONValue) -> WebhookSetup {
        var environment = [
            "AZURE_TENANT_ID": "11111111-1111-1111-1111-111111111111", "PROXY_IMAGE": "/proxy:", "PROXY_INIT_IMAGE": "/proxy-init:",
        ]
        if case .object(let members)? = variant["env"] {
            for member in members { environment[member.name] = member.value.text }
        }
        var setup = WebhookSetup(environment: environment)
        let flags = (variant["args"]?.elements ?? []).compactMap(\.text)
        for (flag, value) in zip(flags, flags.dropFirst()) {
            switch flag {
            case "--audience": setup.audience = value
            case "--log-level": setup.logLevel = value
            case "--custom-token-endpoint-annotation-suffix": setup.endpointSuffix = value
            case "--custom-token-endpoint-audience": setup.endpointAudience = value
            default: continue
            }
        }
        return setup
    }

    /// The request as it was sent.
    var request: HTTPRequest {
        let head = row["request"]?["head"]?.text ?? "POST /mutate-v1-pod?timeout=10s HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
        let lines = head.split(separator: "\r\n")
        let first = lines[0].split(separator: " ")
        let headers = lines.dropFirst().map { line -> (String, String) in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        return HTTPRequest(
            method: String(first[0]), target: String(first[1]), headers: headers, body: body,
            peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
    }

    private var body: [UInt8] {
        if let text = row["request"]?["body"]?.text { return Array(text.utf8) }
        return row["review"].map { $0 == .null ? [] : $0.bytes() } ?? []
    }
}

/// The least of reading a file.
enum Files {
    static func read(_ path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }
}

extension JSONValue {
    /// This document after a JSON Patch of `add`, `replace` and `remove`.
    func patched(by operations: [JSONValue]) throws -> JSONValue {
        var document = self
        for operation in operations {
            let path = try #require(operation["path"]?.text)
            let steps = path.split(separator: "/").map {
                $0.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
            }
            .map { $0.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~") }
            document = try document.applying(try #require(operation["op"]?.text), steps[...], operation["value"])
        }
        return document
    }

    private func applying(_ verb: String, _ path: ArraySlice<String>, _ value: JSONValue?) throws -> JSONValue {
        let step = try #require(path.first)
        let isLast = path.count == 1
        switch self {
        case .object(var members):
            let index = members.firstIndex { $0.name == step }
            if !isLast {
                let index = try #require(index)
                members[index] = JSONMember(step, try members[index].value.applying(verb, path.dropFirst(), value))
            } else if verb == "remove" {
                members.remove(at: try #require(index))
            } else if verb == "replace" {
                members[try #require(index)] = JSONMember(step, try #require(value))
            } else {
                if let index { members.remove(at: index) }
                members.append(JSONMember(step, try #require(value)))
            }
            return .object(members)
        case .array(var elements):
            let index = try #require(Int(step))
            if !isLast {
                elements[index] = try elements[index].applying(verb, path.dropFirst(), value)
            } else if verb == "remove" {
                elements.remove(at: index)
            } else if verb == "replace" {
                elements[index] = try #require(value)
            } else {
                elements.insert(try #require(value), at: index)
            }
            return .array(elements)
        default:
            Issue.record("\(step) leads nowhere")
            return self
        }
    }

    /// The same document with the members of every object in the order of their names.
    var ordered: JSONValue {
        switch self {
        case .object(let members):
            .object(members.map { JSONMember($0.name, $0.value.ordered) }.sorted { $0.name < $1.name })
        case .array(let elements): .array(elements.map(\.ordered))
        default: self
        }
    }
}

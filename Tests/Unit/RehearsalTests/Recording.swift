import IdentityStore
import WireFormats

@testable import Rehearsal

/// Recordings of small clusters, in pieces that cases put together.
enum Recording {
    /// A pod that the controller `prod/web` of ``Cluster`` makes.
    static let pod = "prod/web-6d5f9c7b8-abcde"

    /// A decision as a journal's export has it.
    static func decision(
        _ id: Int = 1, pod: String? = pod, face: String = "pod-identity", path: String = "/metadata/identity/oauth2/token",
        selector: (String, String)? = nil, resource: String? = "https://vault.azure.net",
        agent: String? = "azsdk-python-identity/1.27.0 Python/3.11",
        requestID: String? = nil, identity: String? = nil, status: Int = 200
    ) -> JSONValue {
        var members = [
            JSONMember("id", .integer(id)), JSONMember("face", .string(face)), JSONMember("method", "GET"),
            JSONMember("path", .string(path)), JSONMember("status", .integer(status)),
            JSONMember("outcome", .string(identity == nil ? "refused" : "issued")),
            JSONMember("caller", pod.map { ["address": "10.0.0.9", "pod": .string($0)] } ?? ["address": "10.0.0.9"]),
        ]
        if let selector { members.append(JSONMember("selector", ["name": .string(selector.0), "value": .string(selector.1)])) }
        if let resource { members.append(JSONMember("resource", .string(resource))) }
        if let identity { members.append(JSONMember("identity", ["clientID": .string(identity)])) }
        let headers = [("user-agent", agent), ("x-ms-client-request-id", requestID)].compactMap { name, value in
            value.map { JSONMember(name, .string($0)) }
        }
        if !headers.isEmpty { members.append(JSONMember("client", .object(headers))) }
        return .object(members)
    }

    /// A journal's export.
    static func journal(_ decisions: [JSONValue]) -> String { (["decisions": .array(decisions)] as JSONValue).rendered() }

    /// A line of NMI's log as klog writes it.
    static func access(_ address: String, status: Int = 200, path: String = "/metadata/identity/oauth2/token") -> String {
        "I1121 21:20:00.123456       1 server.go:192] status (\(status)) took 123456 ns for req.method=GET reg.path=\(path) req.remote=\(address)"
    }

    /// The texts as files.
    static func read(_ texts: [String]) throws -> RecordedUse {
        try RecordedUse(texts.enumerated().map { ManifestFile(path: "recording-\($0)", bytes: Array($1.utf8)) })
    }
}

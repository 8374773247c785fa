import HTTPServing
import IdentityModel
public import WireFormats

extension RecordedDecision {
    /// The decision as our own interfaces show it; members that do not apply are left out.
    public var document: JSONValue {
        var members: [JSONMember] = [
            JSONMember("id", .integer(id)),
            JSONMember("time", .string(CivilTime(time).rfc3339)),
            JSONMember("face", .string(decision.face.rawValue)),
            JSONMember("plane", .string(decision.plane.rawValue)),
        ]
        if let source = decision.source { members.append(JSONMember("source", .string(source.rawValue))) }
        var caller: [JSONMember] = []
        if let request = exchange?.request {
            members += [JSONMember("method", .string(request.method)), JSONMember("path", .string(request.rawPath))]
            caller.append(JSONMember("address", .string(request.peer.text)))
        }
        if let pod = decision.pod { caller.append(JSONMember("pod", .string(pod.description))) }
        members.append(JSONMember("caller", .object(caller)))
        if let selector = decision.selector {
            members.append(JSONMember("selector", ["name": .string(selector.name), "value": .string(selector.value)]))
        }
        if let resource = decision.resource { members.append(JSONMember("resource", .string(resource))) }
        if let principal = decision.principal { members.append(JSONMember("identity", principal.document)) }
        let client = clientHeaders
        if !client.isEmpty { members.append(JSONMember("client", .object(client.map { JSONMember($0.name, .string($0.value)) }))) }
        members.append(JSONMember("matched", .strings(decision.matched.map(\.description))))
        members.append(
            JSONMember(
                "rejected",
                .array(decision.rejected.map { ["object": .string($0.object.description), "reason": .string($0.reason)] })))
        if status > 0 { members.append(JSONMember("status", .integer(status))) }
        members.append(JSONMember("outcome", .string(decision.outcome.rawValue)))
        if let check = decision.check { members.append(JSONMember("check", .string(check))) }
        members.append(JSONMember("reason", .string(decision.reason())))
        if let nearMiss = decision.nearMiss { members.append(JSONMember("nearMiss", nearMiss.document)) }
        if let fault { members.append(JSONMember("fault", fault.document(status: status))) }
        if !decision.quirks.isEmpty { members.append(JSONMember("quirks", .strings(decision.quirks))) }
        if decision.waitMilliseconds > 0 { members.append(JSONMember("waitMilliseconds", .integer(decision.waitMilliseconds))) }
        if let token = decision.tokenIdentifier { members.append(JSONMember("uti", .string(token))) }
        return .object(members)
    }

    /// The headers that may be shown, names in lower case.
    var clientHeaders: [(name: String, value: String)] {
        (exchange?.request.headers ?? []).filter { Self.isClientHeader($0.name) }.map { ($0.name.lowercased(), $0.value) }
    }

    /// Only what tells a client's name and version is shown; other headers may carry secrets.
    private static func isClientHeader(_ name: String) -> Bool {
        let lower = name.lowercased()
        return lower == "user-agent" || lower.hasPrefix("x-client-") || correlationHeaders.contains(lower)
    }

    /// The headers by which clients, and tests, tell requests apart: the SDKs' own, and one for who sets headers of their own.
    public static let correlationHeaders = [
        "x-ms-client-request-id", "client-request-id", "x-ms-correlation-id", "x-ms-correlation-request-id", "x-correlation-id",
        "x-understudy-correlation",
    ]

    /// What its request can be told apart by: the values of those headers, and of msal-node's `client-request-id` in the query (source:
    /// sdk-clients.md §1.3).
    public var correlations: [String] {
        guard let request = exchange?.request else { return [] }
        let headers = request.headers.filter { Self.correlationHeaders.contains($0.name.lowercased()) }.map(\.value)
        let query = Percent.query(request.rawQuery ?? "", .lenient).filter { $0.name == "client-request-id" }.map(\.value)
        return headers + query
    }

    /// The address the request came from; nil when nobody asked.
    public var address: String? { exchange?.request.peer.text }
}

extension Principal {
    fileprivate var document: JSONValue {
        .object(
            [("name", name), ("clientID", clientID), ("objectID", objectID), ("resourceID", resourceID ?? "")]
                .filter { !$0.1.isEmpty }.map { JSONMember($0.0, .string($0.1)) })
    }
}

extension Decision.NearMiss {
    /// The difference as our own interfaces show it.
    public var document: JSONValue {
        [
            "name": .string(name), "object": .string(object.description), "presented": .string(difference.presented),
            "expected": .string(difference.expected), "slip": .string(difference.slip.rawValue),
            "character": .integer(difference.offset + 1), "sentence": .string(difference.sentence),
        ]
    }
}

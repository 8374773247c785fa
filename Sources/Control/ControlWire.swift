public import HTTPServing
public import WireFormats

/// The bytes of our own interface's answers.
public enum ControlWire {
    /// A JSON document and a newline, for people with curl.
    public static func document(_ value: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [.field("Content-Type", "application/json"), .field("Cache-Control", "no-store"), .date, .contentLength],
            body: value.bytes() + [0x0a])
    }

    /// Text of a given type.
    static func text(_ text: String, type: String = "text/plain; charset=utf-8", status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [.field("Content-Type", type), .field("Cache-Control", "no-store"), .date, .contentLength],
            body: Array(text.utf8))
    }

    /// What NMI's probe says, always with 200 and without a newline (source: nmi.md §8.3).
    static func probe(isActive: Bool) -> HTTPResponse {
        HTTPResponse(
            status: .ok, headers: [.date, .contentLength, .field("Content-Type", "text/plain; charset=utf-8")],
            body: Array((isActive ? "Active" : "Not Active").utf8))
    }

    /// A refusal: one sentence, and the places if there are several.
    ///
    /// - Parameter allowing: the methods that a refusal of a method must name (RFC 9110 §15.5.6).
    public static func problem(
        _ status: HTTPStatus, _ message: String, problems: [String] = [], allowing methods: [String] = []
    ) -> HTTPResponse {
        var members = [JSONMember("error", .string(message))]
        if !problems.isEmpty { members.append(JSONMember("problems", .strings(problems))) }
        var response = document(.object(members), status: status)
        if !methods.isEmpty { response.headers.append(.field("Allow", methods.joined(separator: ", "))) }
        return response
    }
}

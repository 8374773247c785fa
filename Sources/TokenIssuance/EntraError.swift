public import Surroundings
public import WireFormats

/// A refusal by the token service: a row of the table, with the request's values in it.
public struct EntraError: Error, Hashable, Sendable {
    /// The row.
    public let row: AADSTS
    private let values: [String: String]
    /// What led to it, in our words, for the decision journal; never sent.
    ///
    /// Holds no secret, token or assertion.
    public let cause: String?

    init(_ row: AADSTS, _ values: [String: String] = [:], because cause: String? = nil) {
        self.row = row
        self.values = values
        self.cause = cause
    }

    /// The AADSTS number.
    public var code: Int { row.code }

    /// The OAuth `error`.
    public var error: String { row.error }

    /// The HTTP status.
    public var status: Int { row.status }

    /// The text between the number and the tail.
    public var message: String { row.text(values) }

    /// The body of the answer, in Entra's member order (source: entra.md §4.1); the description stays on one line (design §9).
    ///
    /// - Parameter host: the host that answers, for `error_uri`.
    public func body(traceID: GUID, correlationID: String, at now: UnixSeconds, host: String) -> JSONValue {
        let timestamp = CivilTime(now).entraTimestamp
        var members: [JSONMember] = [
            JSONMember("error", .string(error)),
            JSONMember(
                "error_description",
                .string("AADSTS\(code): \(message) Trace ID: \(traceID) Correlation ID: \(correlationID) Timestamp: \(timestamp)")),
            JSONMember("error_codes", [.integer(code)]),
            JSONMember("timestamp", .string(timestamp)),
            JSONMember("trace_id", .string(traceID.description)),
            JSONMember("correlation_id", .string(correlationID)),
        ]
        if row.hasPage { members.append(JSONMember("error_uri", .string("https://\(host)/error?code=\(code)"))) }
        return .object(members)
    }
}

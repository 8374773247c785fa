import HTTPServing
import Surroundings
import WireFormats

/// The ids of one exchange: the client's own, which comes back, and ours (source: entra.md §4.1).
struct Correlation: Sendable {
    /// `correlation_id`: what the client sent as `client-request-id`, else a fresh one.
    let id: String
    /// `trace_id` and `x-ms-request-id`: always fresh.
    let traceID: GUID
    /// Whether the client asked to have its id back as a header.
    let isEchoed: Bool

    /// Looks where clients put it: a header, the form, or (MSAL for Node) the query.
    init(_ request: HTTPRequest, form: TokenForm? = nil, entropy: Entropy) {
        let query = Percent.query(request.rawQuery ?? "", .lenient)
        let sent =
            request.header("client-request-id") ?? form?["client-request-id"]
            ?? query.first { $0.name == "client-request-id" }?.value
        id = (sent.flatMap { GUID($0) } ?? GUID(from: entropy)).description
        traceID = GUID(from: entropy)
        let wanted = request.header("return-client-request-id") ?? form?["return-client-request-id"]
        isEchoed = sent != nil && wanted?.lowercased() == "true"
    }
}

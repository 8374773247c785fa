public import HTTPServing

/// The webhook's health endpoints, on a listener of their own: `/healthz` and `/readyz` (source: workload-identity.md §1.1).
///
/// Certificates are made before the webhook listens, so it is never seen unready.
public struct WebhookHealth: HTTPResponder {
    /// Health endpoints.
    public init() {}

    /// The answer to one request.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        let isKnown = ["/healthz", "/readyz"].contains { request.rawPath == $0 || request.rawPath == "\($0)/" }
        return .now(
            HTTPResponse(
                status: isKnown ? .ok : .notFound,
                headers: [
                    .field("Content-Type", "text/plain; charset=utf-8"), .field("X-Content-Type-Options", "nosniff"), .date, .contentLength,
                ], body: Array((isKnown ? "ok" : "404 page not found\n").utf8)))
    }
}

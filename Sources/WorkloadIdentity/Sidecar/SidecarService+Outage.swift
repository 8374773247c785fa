public import HTTPServing

extension SidecarService {
    /// An answer with a status, whatever was asked: for faults (source: workload-identity.md §2.3).
    ///
    /// The original answers 500 alone when it has no token, with the text of its credential; the other statuses are ours.
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`; nil for none.
    public func outage(status: Int, retryAfter: Int?) -> HTTPResponse {
        var response = wire.outage(HTTPStatus(code: status))
        if let retryAfter { response.headers.insert(.field("Retry-After", String(retryAfter)), at: 1) }
        return response
    }
}

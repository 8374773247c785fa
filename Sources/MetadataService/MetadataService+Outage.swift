public import HTTPServing

extension MetadataService {
    /// An answer with a status that comes of the service's own state, whatever was asked: for faults (source: imds.md §1.3, §5.5, §10).
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`, which no capture has; nil for none.
    public func outage(status: Int, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        let path = request.rawPath.lowercased()
        let family: MetadataFailure.Family = path.split(separator: "/").starts(with: ["metadata", "identity"]) ? .identity : .instance
        return wire.outage(HTTPStatus(code: status), retryAfter, family)
    }

    /// The same service under the limits of the real one.
    public func limited(by limits: RateLimits) -> MetadataService {
        var limited = self
        limited.limits = limits
        return limited
    }
}

extension MetadataWire {
    /// Bodies of 429 are captures, that of 500 is the one for a token that cannot be had; of the others no capture exists, so the words are
    /// ours and the codes those of Microsoft's OpenAPI file.
    fileprivate func outage(_ status: HTTPStatus, _ retryAfter: Int?, _ family: MetadataFailure.Family) -> HTTPResponse {
        var response: HTTPResponse
        switch (status, family) {
        case (.tooManyRequests, _): response = failure(.throttled(family), location: "")
        case (.badRequest, .identity): response = failure(.identityNotFound, location: "")
        case (.internalServerError, .identity): response = failure(.tokenUnavailable, location: "")
        case (.notFound, .identity): response = outage(status, "not_found", "The service is being updated")
        case (.gone, .identity): response = outage(status, "service_unavailable", "The service is being updated")
        case (.serviceUnavailable, .identity): response = outage(status, "service_unavailable", "The service is unavailable")
        case (.forbidden, .identity): response = outage(status, "forbidden", "Forbidden")
        case (_, .identity): response = outage(status, "server_error", status.reason)
        case (.notFound, .instance): response = failure(.pathUnknown(.instance), location: "")
        case (_, .instance): response = document(Array("{ \"error\": \"\(status.reason)\" }".utf8), status: status)
        }
        if let retryAfter { response.headers.insert(.field("Retry-After", String(retryAfter)), at: 1) }
        return response
    }

    private func outage(_ status: HTTPStatus, _ error: String, _ text: String) -> HTTPResponse {
        document(Array(#"{"error":"\#(error)","error_description":"\#(text)"}"#.utf8), status: status)
    }
}

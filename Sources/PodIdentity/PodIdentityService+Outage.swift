public import HTTPServing

extension PodIdentityService {
    /// An answer with a status, in the words NMI has for it, whatever was asked: for faults (source: nmi.md §1.7).
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`, which NMI sends with 503 alone; nil for none.
    public static func outage(status: Int, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        let query = NMIQuery(request)
        let endpoint = TokenFetch.host + TokenFetch.target(resource: query.resource, clientID: query.clientID)
        let fields = retryAfter.map { [("Retry-After", String($0))] } ?? []
        switch status {
        case 403:
            return NMIWire.failure(.token(.refused(status: 400, body: unassigned, endpoint: endpoint)), retryAfter: false)
        case 404: return NMIWire.failure(.identityNotFound(requestedClientID: query.clientID), retryAfter: false)
        case 500: return NMIWire.failure(.podListEmpty, retryAfter: false)
        case 503 where retryAfter == nil:
            return NMIWire.failure(
                .token(.unreachable(method: "Get", url: endpoint, reason: "dial tcp 169.254.169.254:80: connect: connection refused")),
                retryAfter: false)
        case 503:
            // The text is that of the 404 which the flag for Retry-After turns into this.
            let text = NMIWire.failure(.identityNotFound(requestedClientID: query.clientID), retryAfter: false).body.dropLast()
            return GoAnswer.error(.serviceUnavailable, Array(text), fields)
        default:
            let status = HTTPStatus(code: status)
            return GoAnswer.error(status, Array(status.reason.utf8), fields)
        }
    }

    /// What the metadata service says of an identity that is not on the node, which NMI turns into a 403.
    private static let unassigned = Array(#"{"error":"invalid_request","error_description":"Identity not found"}"#.utf8)
}

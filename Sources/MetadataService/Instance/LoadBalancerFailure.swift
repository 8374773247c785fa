import HTTPServing

/// What the load balancer's own service refuses with (source: imds.md §9).
///
/// The texts are documented in a revision whose wording was edited; they are given in that of the year before, which the one capture there
/// is agrees with.
enum LoadBalancerFailure: Hashable {
    /// E16: nothing is known of a load balancer.
    case nothingKnown
    /// A value that a parameter does not take.
    case parameterValue(name: String, value: String)
    /// A path below the only one.
    case path(String, method: String)
    /// A method the path does not take.
    case method(String, path: String)

    var status: HTTPStatus {
        switch self {
        case .nothingKnown, .path: .notFound
        case .parameterValue: .badRequest
        case .method: .methodNotAllowed
        }
    }

    var text: String {
        switch self {
        case .nothingKnown:
            "No load balancer metadata is found. Please check if your VM is using any non-basic SKU load balancer and retry later."
        case .parameterValue(let name, let value):
            "Parameter value is not allowed, or parameter value \"\(value)\" is not allowed for parameter \"\(name)\". Please fix the request "
                + "and retry."
        case .path(let path, let method): "API is not found: Path = \"\(path)\", Method = \"\(method)\""
        case .method(let method, let path): "Http method is not allowed: Path = \"\(path)\", Method = \"\(method)\""
        }
    }

    /// Why, in a sentence for the journal.
    var explanation: String {
        switch self {
        case .nothingKnown: "The node's manifest says nothing of a load balancer, nor of a public address of the Standard SKU."
        case .parameterValue(let name, let value): "The parameter \(name) does not take \(value) here."
        case .path: "Nothing is below /metadata/loadbalancer."
        case .method(let method, _): "The method \(method) is not taken here."
        }
    }
}

import HTTPServing
import WireFormats

/// The parameters of a request to the token proxy: a form as SDKs send it, or a query as azwi's sample client does
/// (source: workload-identity.md §6).
struct TokenProxyForm: Sendable {
    private let parameters: [Percent.Parameter]

    init(_ request: HTTPRequest) {
        parameters =
            Percent.query(String(decoding: request.body, as: UTF8.self), .lenient) + Percent.query(request.rawQuery ?? "", .lenient)
    }

    /// A parameter's value; nil when it is missing or empty.
    subscript(name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }

    /// The client and its assertion, without which nothing can be decided.
    func required() throws(TokenProxyRefusal) -> (clientID: String, assertion: String) {
        guard let clientID = self["client_id"] else { throw .parameterMissing("client_id") }
        guard let assertion = self["client_assertion"] else { throw .parameterMissing("client_assertion") }
        return (clientID, assertion)
    }

    /// The same request to the authority, with another assertion.
    func forwarded(assertion: String, of request: HTTPRequest) -> HTTPRequest {
        let fields = parameters.map { ($0.name, $0.name == "client_assertion" ? assertion : $0.value) }
        let headers = request.headers.filter { !["content-length", "content-type", "transfer-encoding"].contains($0.name.lowercased()) }
        return HTTPRequest(
            method: request.method, target: String(request.rawPath.dropFirst(TokenProxy.path.count)),
            headers: headers.map { ($0.name, $0.value) } + [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(Percent.form(fields).utf8),
            peer: request.peer)
    }
}

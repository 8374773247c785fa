import HTTPServing

/// What a request tells of the client that sent it: where it is, what it calls itself, and what it asked.
public struct ClientTraits: Hashable, Sendable {
    /// The address the request came from.
    public let address: String
    /// The method and the path.
    public let call: String
    /// The headers that may be shown, by name in lower case.
    public let headers: [String: String]

    /// Traits from their parts.
    public init(address: String, call: String, headers: [String: String]) {
        self.address = address
        self.call = call
        self.headers = headers
    }
}

extension RecordedDecision {
    /// The client that asked; nil when nobody asked.
    public var client: ClientTraits? {
        exchange.map { exchange in
            ClientTraits(
                address: exchange.request.peer.text, call: "\(exchange.request.method) \(exchange.request.rawPath)",
                headers: Dictionary(clientHeaders.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}

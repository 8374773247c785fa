public import IdentityModel

/// What a fault can know of a request: who asks whom, about which identity, for which resource.
public struct FaultExchange: Sendable {
    /// Who is asked.
    public let source: Fault.Source
    /// The address that asks, as text.
    public let address: String
    /// The pod at that address; nil when there is none, or more than one.
    public let pod: NamespacedName?
    /// The path, in lower case.
    public let path: String
    /// The resource a token is asked for, as the client spelt it; nil where none is.
    public let audience: String?
    /// Every name of the identity that is asked about, in lower case; worked out only when a fault wants to know.
    public let identity: @Sendable () -> Set<String>

    /// An exchange from its parts.
    public init(
        source: Fault.Source, address: String, pod: NamespacedName? = nil, path: String, audience: String? = nil,
        identity: @escaping @Sendable () -> Set<String> = { [] }
    ) {
        self.source = source
        self.address = address
        self.pod = pod
        self.path = path
        self.audience = audience
        self.identity = identity
    }
}

extension Fault.Match {
    /// Whether a request fits in everything this says.
    func meets(_ exchange: FaultExchange) -> Bool {
        if !sources.isEmpty, !sources.contains(exchange.source) { return false }
        if let pod, pod != exchange.pod { return false }
        if let address, address != exchange.address { return false }
        if let audience, exchange.audience.map(ComparedResource.init) != audience { return false }
        if let path, !(path.hasSuffix("*") ? exchange.path.hasPrefix(path.dropLast()) : exchange.path == path) { return false }
        if let identity, !exchange.identity().contains(identity) { return false }
        return true
    }
}

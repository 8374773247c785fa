import Decisions

/// What a client calls itself, and in which version.
public struct ClientName: Hashable, Sendable {
    /// The product.
    public let name: String
    /// Its version; empty when it tells none.
    public let version: String
    /// The library below it that tells its own name, with the version; nil when there is none.
    public let library: String?

    /// Reads `User-Agent`, and `x-client-sku` with `x-client-ver`, by which every MSAL names itself.
    init(_ client: ClientTraits) {
        let agent = client.headers["user-agent"].flatMap { $0.split(separator: " ").first } ?? ""
        let parts = agent.split(separator: "/", maxSplits: 1).map(String.init)
        let sku = client.headers["x-client-sku"].map { ($0, client.headers["x-client-ver"] ?? "") }
        // What an HTTP library says of itself is worth less than what the client says.
        if let (name, version) = sku, !agent.hasPrefix("azsdk-") {
            self.name = name
            self.version = version
            library = agent.isEmpty ? nil : String(agent)
        } else {
            name = parts.first ?? "unknown"
            version = parts.count > 1 ? parts[1] : ""
            library = sku.map { "\($0.0)/\($0.1)" }
        }
    }
}

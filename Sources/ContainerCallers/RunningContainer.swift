public import WireFormats

/// A running container as the engine's list tells it.
public struct RunningContainer: Hashable, Sendable {
    /// The engine's id.
    public let id: String
    /// Its name, without the slash the engine puts before it.
    public let name: String
    /// Its labels.
    public let labels: [String: String]
    /// Its IPv4 address in each network that gave it one, by the network's name.
    public let addresses: [String: String]
    /// The id or name of the container whose network it shares; nil for a network of its own.
    public let sharesNetworkOf: String?

    /// Reads one element of `GET /containers/json`, which Docker and podman both write; nil when it has no id.
    public init?(_ document: JSONValue) {
        guard let id = document["Id"]?.text, !id.isEmpty else { return nil }
        self.id = id
        let first = document["Names"]?.elements?.first?.text ?? id
        name = first.hasPrefix("/") ? String(first.dropFirst()) : first
        labels = Self.members(document["Labels"]).reduce(into: [:]) { labels, member in
            if let text = member.value.text { labels[member.name] = text }
        }
        addresses = Self.members(document["NetworkSettings"]?["Networks"]).reduce(into: [:]) { addresses, network in
            guard let address = network.value["IPAddress"]?.text, IPv4.parse(address) != nil else { return }
            addresses[network.name] = address
        }
        let mode = document["HostConfig"]?["NetworkMode"]?.text ?? ""
        sharesNetworkOf = mode.hasPrefix("container:") ? String(mode.dropFirst("container:".count)) : nil
    }

    private static func members(_ value: JSONValue?) -> [JSONMember] {
        guard case .object(let members)? = value else { return [] }
        return members
    }
}

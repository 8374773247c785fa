/// The kinds of public address Azure sells (source: imds.md §3.3).
enum PublicAddressSKU: String, CaseIterable {
    case basic = "Basic"
    case standard = "Standard"
}

/// A public address of the Standard SKU: the instance document leaves it empty, the load balancer's tells it (source: imds.md §9).
public struct StandardAddress: Hashable, Sendable {
    /// The place of the interface.
    public let interface: Int
    /// The place of the private address it belongs to.
    public let address: Int
    /// The public address.
    public let frontend: String

    /// Takes the public addresses out of what is given.
    static func taken(from given: InstanceGiven) -> (rest: InstanceGiven, taken: [StandardAddress]) {
        guard case .object(var root) = given, case .object(var network)? = root["network"], let interfaces = network["interface"]?.elements
        else { return (given, []) }
        var taken: [StandardAddress] = []
        let rest = interfaces.enumerated().map { place, interface -> InstanceGiven in
            guard case .object(var members) = interface, case .object(var ipv4)? = members["ipv4"],
                let addresses = ipv4["ipAddress"]?.elements
            else { return interface }
            ipv4["ipAddress"] = .list(
                addresses.enumerated().map { index, address -> InstanceGiven in
                    guard case .object(var members) = address, let frontend = members["publicIpAddress"]?.text, !frontend.isEmpty else {
                        return address
                    }
                    taken.append(StandardAddress(interface: place, address: index, frontend: frontend))
                    members["publicIpAddress"] = .text("")
                    return .object(members)
                })
            members["ipv4"] = .object(ipv4)
            return .object(members)
        }
        network["interface"] = .list(rest)
        root["network"] = .object(network)
        return (.object(root), taken)
    }
}

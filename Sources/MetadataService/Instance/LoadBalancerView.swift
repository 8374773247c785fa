import IdentityModel
import IdentityStore
import WireFormats

/// What `/metadata/loadbalancer` tells of a node (source: imds.md §9).
struct LoadBalancerView {
    let node: ServedNode

    /// What the manifest says of the load balancer, and the machine's own public addresses of the Standard SKU.
    var metadata: LoadBalancerMetadata {
        var metadata = node.node.loadBalancer
        let interfaces = node.instance.tree["network"]?["interface"]?.elements ?? []
        for address in node.node.standardAddresses {
            // A captured document may have fewer interfaces, or addresses, than the manifest says.
            guard interfaces.indices.contains(address.interface) else { continue }
            let addresses = interfaces[address.interface]["ipv4"]?["ipAddress"]?.elements ?? []
            guard addresses.indices.contains(address.address), case .text(let own)? = addresses[address.address]["privateIpAddress"] else {
                continue
            }
            let pair = LoadBalancerMetadata.AddressPair(frontend: address.frontend, private: own)
            if !metadata.publicAddresses.contains(pair) { metadata.publicAddresses.append(pair) }
        }
        return metadata
    }

    /// Members in the order of the captures; ports are integers, empty lists are written, IPv6 addresses stand in brackets.
    static func json(_ metadata: LoadBalancerMetadata) -> JSONValue {
        var members = [
            JSONMember("publicIpAddresses", .array(metadata.publicAddresses.map(pair))),
            JSONMember("inboundRules", .array(metadata.inboundRules.map(rule))),
            JSONMember("outboundRules", .array(metadata.outboundRules.map(pair))),
        ]
        if !metadata.tunnelInterfaces.isEmpty {
            members.append(JSONMember("tunnelInterfaces", .array(metadata.tunnelInterfaces.map(tunnel))))
        }
        return ["loadbalancer": .object(members)]
    }

    private static func rule(_ rule: LoadBalancerMetadata.InboundRule) -> JSONValue {
        [
            "frontendIpAddress": bracketed(rule.addresses.frontend), "protocol": .string(rule.protocol),
            "frontendPort": .integer(rule.frontendPort), "backendPort": .integer(rule.backendPort),
            "privateIpAddress": bracketed(rule.addresses.private),
        ]
    }

    private static func tunnel(_ tunnel: LoadBalancerMetadata.TunnelInterface) -> JSONValue {
        [
            "gatewayIpAddress": bracketed(tunnel.gateway.address), "gatewayPort": .integer(tunnel.gateway.port),
            "identifier": .integer(tunnel.identifier), "localIpAddress": bracketed(tunnel.local.address),
            "localPort": .integer(tunnel.local.port), "protocol": "vxlan", "type": .string(tunnel.side.rawValue),
        ]
    }

    private static func pair(_ pair: LoadBalancerMetadata.AddressPair) -> JSONValue {
        ["frontendIpAddress": bracketed(pair.frontend), "privateIpAddress": bracketed(pair.private)]
    }

    private static func bracketed(_ address: String) -> JSONValue { .string(address.contains(":") ? "[\(address)]" : address) }
}

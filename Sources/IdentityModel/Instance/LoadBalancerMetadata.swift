import ManifestReading
import WireFormats

/// What the load balancer in front of a machine says of itself (source: imds.md §9).
public struct LoadBalancerMetadata: Hashable, Sendable {
    /// A public address and the private one it stands for.
    public struct AddressPair: Hashable, Sendable {
        /// The public side; IPv6 without brackets.
        public let frontend: String
        /// The machine's side.
        public let `private`: String

        /// A pair.
        public init(frontend: String, private own: String) {
            self.frontend = frontend
            self.private = own
        }
    }

    /// A rule that leads traffic to the machine.
    public struct InboundRule: Hashable, Sendable {
        /// The addresses.
        public let addresses: AddressPair
        /// `tcp`, `udp` or `all`.
        public let `protocol`: String
        /// The public port.
        public let frontendPort: Int
        /// The machine's port.
        public let backendPort: Int
    }

    /// A tunnel to a gateway load balancer.
    public struct TunnelInterface: Hashable, Sendable {
        /// The gateway's address and port.
        public let gateway: Endpoint
        /// The machine's address and port.
        public let local: Endpoint
        /// The tunnel's number.
        public let identifier: Int
        /// Which side of the appliance it leads to.
        public let side: Side

        /// An address and a port.
        public struct Endpoint: Hashable, Sendable {
            /// The address.
            public let address: String
            /// The port.
            public let port: Int
        }

        /// The sides of an appliance.
        public enum Side: String, CaseIterable, Hashable, Sendable {
            case `internal`
            case external
        }
    }

    /// Public addresses of the machine.
    public var publicAddresses: [AddressPair] = []
    /// Rules for traffic to the machine.
    public var inboundRules: [InboundRule] = []
    /// Rules for traffic from the machine.
    public var outboundRules: [AddressPair] = []
    /// Tunnels to a gateway load balancer; shown only when there are some.
    public var tunnelInterfaces: [TunnelInterface] = []

    /// Nothing.
    public init() {}

    /// Whether there is nothing to tell.
    public var isEmpty: Bool { publicAddresses.isEmpty && inboundRules.isEmpty && outboundRules.isEmpty && tunnelInterfaces.isEmpty }

    init(_ reader: inout FieldReader) {
        publicAddresses = reader.nestedList("publicIpAddresses") { Self.pair(&$0) } ?? []
        inboundRules =
            reader.nestedList("inboundRules") { rule in
                InboundRule(
                    addresses: Self.pair(&rule), protocol: rule.string("protocol") ?? "tcp",
                    frontendPort: rule.integer("frontendPort", in: 0...65_535) ?? 0,
                    backendPort: rule.integer("backendPort", in: 0...65_535) ?? 0)
            } ?? []
        outboundRules = reader.nestedList("outboundRules") { Self.pair(&$0) } ?? []
        tunnelInterfaces =
            reader.nestedList("tunnelInterfaces") { tunnel in
                TunnelInterface(
                    gateway: Self.endpoint("gateway", &tunnel), local: Self.endpoint("local", &tunnel),
                    identifier: tunnel.integer("identifier", in: 0...16_777_215) ?? 0,
                    side: tunnel.choice("type", TunnelInterface.Side.self) ?? .internal)
            } ?? []
    }

    private static func endpoint(_ side: String, _ reader: inout FieldReader) -> TunnelInterface.Endpoint {
        let address = reader.string("\(side)IpAddress", allowed: "an IPv4 or IPv6 address") {
            IPv4.parse(unbracketed($0)) != nil || $0.contains(":")
        }
        return TunnelInterface.Endpoint(
            address: unbracketed(address ?? ""), port: reader.integer("\(side)Port", in: 0...65_535) ?? 0)
    }

    private static func pair(_ reader: inout FieldReader) -> AddressPair {
        let isAddress: (String) -> Bool = { IPv4.parse(unbracketed($0)) != nil || unbracketed($0).contains(":") }
        let frontend = reader.string("frontendIpAddress", allowed: "an IPv4 or IPv6 address", where: isAddress)
        let own = reader.string("privateIpAddress", allowed: "an IPv4 or IPv6 address", where: isAddress)
        if !reader.has("frontendIpAddress") { reader.missing("frontendIpAddress", allowed: "an IPv4 or IPv6 address") }
        if !reader.has("privateIpAddress") { reader.missing("privateIpAddress", allowed: "an IPv4 or IPv6 address") }
        return AddressPair(frontend: unbracketed(frontend ?? ""), private: unbracketed(own ?? ""))
    }

    /// People write IPv6 with the wire's brackets or without.
    private static func unbracketed(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }
}

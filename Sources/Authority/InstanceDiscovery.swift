import TokenIssuance
import WireFormats

/// Instance discovery: whether a host is an authority, and where its tenants' documents are (source: entra.md §1.5).
///
/// The answer leads to the host and tenant that were asked about: a constant one would send a client's token request elsewhere
/// (source: sdk-clients.md §1.4).
struct InstanceDiscovery {
    /// Which hosts are ours.
    let hosts: AuthorityHosts

    /// The document for a raw query, or why there is none.
    func document(query: String) throws(EntraError) -> JSONValue {
        let parameters = Percent.query(query, .lenient)
        func value(_ name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }
        let version = value("api-version")
        guard version == "1.0" || version == "1.1" else { throw .wrongDiscoveryVersion }
        let target = try Self.target(endpoint: value("authorization_endpoint"), issuer: value("issuer"))
        guard hosts.isAuthority(target.host) else { throw .unknownInstance(host: target.host) }
        var members = [JSONMember("tenant_discovery_endpoint", .string(target.document))]
        if version == "1.1" {
            members.append(JSONMember("api-version", "1.1"))
            members.append(JSONMember("metadata", Self.metadata))
        }
        return .object(members)
    }

    /// What a client asked about.
    private struct Target {
        /// The host, without its port.
        let host: String
        /// The tenant's discovery document there.
        let document: String
    }

    private static func target(endpoint: String?, issuer: String?) throws(EntraError) -> Target {
        switch (endpoint, issuer) {
        case (let endpoint?, nil): try target(endpoint, "authorization_endpoint")
        case (nil, let issuer?): try target(issuer, "issuer")
        default: throw .oneEndpointExpected
        }
    }

    /// `https://host[:port]/tenant/…`; only the v2 authorize path leads to the v2 document.
    private static func target(_ url: String, _ parameter: String) throws(EntraError) -> Target {
        guard url.lowercased().hasPrefix("https://") else { throw .malformedEndpoint(parameter) }
        let parts = url.dropFirst("https://".count).prefix { $0 != "?" && $0 != "#" }
            .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let host = parts.first?.lowercased(), URLHost.isValid(host.utf8.span), let tenant = parts.dropFirst().first, !tenant.isEmpty,
            tenant.utf8.allSatisfy(isPathByte)
        else { throw .malformedEndpoint(parameter) }
        let isV2 = parameter != "issuer" && parts.dropFirst(2).map { $0.lowercased() }.starts(with: ["oauth2", "v2.0", "authorize"])
        return Target(
            host: AuthorityHosts.name(of: host),
            document: "https://\(host)/\(tenant)\(isV2 ? "/v2.0" : "")/.well-known/openid-configuration")
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~{}".utf8.contains(byte)
        }
    }

    /// `metadata` of version 1.1, in the order of the capture.
    private static let metadata: JSONValue = [
        network(
            "login.microsoftonline.com", cache: "login.windows.net",
            aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]),
        network("login.partner.microsoftonline.cn", aliases: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]),
        network("login.microsoftonline.de", aliases: ["login.microsoftonline.de"]),
        network("login.microsoftonline.us", aliases: ["login.microsoftonline.us", "login.usgovcloudapi.net"]),
        network("login-us.microsoftonline.com", aliases: ["login-us.microsoftonline.com"]),
    ]

    private static func network(_ name: String, cache: String? = nil, aliases: [String]) -> JSONValue {
        ["preferred_network": .string(name), "preferred_cache": .string(cache ?? name), "aliases": .strings(aliases)]
    }
}

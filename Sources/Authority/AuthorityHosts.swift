import HTTPServing
import IdentityModel
import TokenIssuance

/// The hosts the authority goes by.
struct AuthorityHosts: Sendable {
    /// `host:port` for URLs in documents when a request's `Host` cannot be used.
    let own: @Sendable () -> String
    /// Names and addresses of our listeners, and each `--authority-name`; lower case, without ports.
    let names: Set<String>

    init(own: @escaping @Sendable () -> String, names: [String]) {
        self.own = own
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Whether instance discovery knows a host: one of Microsoft's, or one of ours (design §9).
    func isAuthority(_ host: String) -> Bool { Self.wellKnown.contains(host) || names.contains(host) }

    /// Every host that SDKs take for Microsoft's without asking (source: entra.md §1.7).
    private static let wellKnown: Set<String> = Set(
        Cloud.allCases.flatMap(\.authorityHosts) + [
            "login.microsoftonline.de", "login-us.microsoftonline.com", "login.sovcloud-identity.fr", "login.sovcloud-identity.de",
            "login.sovcloud-identity.sg",
        ])

    /// The host a client reached us by, so that every URL in a document leads back here.
    func host(of request: HTTPRequest) -> String { request.urlHost ?? own() }

    /// The cloud a host belongs to; one that is not a cloud's belongs to the public one.
    static func cloud(of host: String) -> Cloud {
        clouds[name(of: host)] ?? .public
    }

    private static let clouds = Dictionary(
        Cloud.allCases.flatMap { cloud in cloud.authorityHosts.map { ($0, cloud) } }, uniquingKeysWith: { first, _ in first })

    /// The host of `host:port`, an IPv6 address without its brackets.
    static func name(of host: String) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        return String(host[..<(host.utf8.firstIndex(of: UInt8(ascii: ":")) ?? host.endIndex)])
    }
}

extension Cloud {
    /// The hosts of the cloud's token service (source: entra.md §1.1).
    var authorityHosts: [String] {
        switch self {
        case .public: [authorityHost, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        case .usGovernment: [authorityHost, "login.usgovcloudapi.net"]
        case .china: [authorityHost, "login.chinacloudapi.cn"]
        case .germany: [authorityHost]
        }
    }

    /// `cloud_instance_name` of documents and keys.
    var instanceName: String {
        switch self {
        case .public: "microsoftonline.com"
        case .usGovernment: "microsoftonline.us"
        case .china: "partner.microsoftonline.cn"
        case .germany: "microsoftonline.de"
        }
    }

    /// `msgraph_host` of documents.
    var graphHost: String {
        switch self {
        case .public: "graph.microsoft.com"
        case .usGovernment: "graph.microsoft.us"
        case .china: "microsoftgraph.chinacloudapi.cn"
        case .germany: "graph.microsoft.de"
        }
    }

    /// `rbac_url` of documents; the sovereign ones are inferred from documented hosts, and Germany's, which was closed in 2021, from others of its.
    var accessURL: String {
        switch self {
        case .public: "https://pas.windows.net"
        case .usGovernment: "https://pasff.usgovcloudapi.net"
        case .china: "https://pas.chinacloudapi.cn"
        case .germany: "https://pas.cloudapi.de"
        }
    }
}

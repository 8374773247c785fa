import IdentityModel
import TokenIssuance

/// What the clouds' resource managers go by (source: entra.md §1.1, §2.7, §6.7).
extension Cloud {
    /// The host of the cloud's resource manager.
    var managementHost: String {
        switch self {
        case .public: "management.azure.com"
        case .usGovernment: "management.usgovcloudapi.net"
        case .china: "management.chinacloudapi.cn"
        case .germany: "management.microsoftazure.de"
        }
    }

    /// The classic host, whose URL is the older of its two audiences; each counts with and without a slash, in the order of the refusal.
    private var classicHost: String {
        switch self {
        case .public: "management.core.windows.net"
        case .usGovernment: "management.core.usgovcloudapi.net"
        case .china: "management.core.chinacloudapi.cn"
        case .germany: "management.core.cloudapi.de"
        }
    }

    /// What `aud` of a token for the resource manager may be.
    var managementAudiences: [String] { [classicHost, managementHost].flatMap { ["https://\($0)/", "https://\($0)"] } }

    /// The host that refusals send to for a token; the public cloud's still name the old one.
    var challengeHost: String { self == .public ? "login.windows.net" : authorityHost }

    /// The cloud's name among the endpoints' documents, which is the CLI's and not that of the instance metadata.
    var managementName: String {
        switch self {
        case .public: "AzureCloud"
        case .usGovernment: "AzureUSGovernment"
        case .china: "AzureChinaCloud"
        case .germany: "AzureGermanCloud"
        }
    }
}

/// Which requests are for the resource manager: all to a host of one, and its own paths on hosts that are nobody's else.
public struct ManagementHosts: Sendable {
    /// The names of the clouds' resource managers, which a certificate needs.
    public static let all = Cloud.allCases.map(\.managementHost)

    /// The cloud whose resource manager a host is; nil for any other.
    ///
    /// - Parameter host: as in a `Host` header, with or without a port.
    static func cloud(of host: String?) -> Cloud? {
        // They all begin alike; most hosts do not.
        guard let host, let first = host.utf8.first, first | 0x20 == UInt8(ascii: "m") else { return nil }
        let name = host.prefix { $0 != ":" }.lowercased()
        return Cloud.allCases.first { $0.managementHost == name }
    }
}

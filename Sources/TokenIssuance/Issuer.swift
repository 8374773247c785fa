public import IdentityModel

/// Issuer URLs of a tenant (source: entra.md §1.1, §1.3, §2.3).
///
/// They name the emulated tenant, which no real service knows.
public enum Issuer {
    /// `https://sts.windows.net/<tenant>/`, with the trailing slash.
    public static func v1(_ tenant: Tenant) -> String { v1(tenant.tenantID, tenant.cloud) }

    /// `https://login.microsoftonline.com/<tenant>/v2.0`, without one.
    public static func v2(_ tenant: Tenant) -> String { v2(tenant.tenantID, tenant.cloud) }

    /// The v1 issuer of what stands for a tenant; US Government keeps the public host.
    public static func v1(_ tenantID: String, _ cloud: Cloud) -> String {
        "https://\(cloud == .china ? "sts.chinacloudapi.cn" : "sts.windows.net")/\(tenantID)/"
    }

    /// The v2 issuer of what stands for a tenant.
    public static func v2(_ tenantID: String, _ cloud: Cloud) -> String { "https://\(cloud.authorityHost)/\(tenantID)/v2.0" }
}

extension Cloud {
    /// The host of the cloud's token service.
    public var authorityHost: String {
        switch self {
        case .public: "login.microsoftonline.com"
        case .usGovernment: "login.microsoftonline.us"
        case .china: "login.partner.microsoftonline.cn"
        case .germany: "login.microsoftonline.de"
        }
    }
}

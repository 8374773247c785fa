import IdentityModel
import TokenIssuance
import WireFormats

/// An issuer that is Entra itself: a tenant, a version, a cloud.
struct EntraIssuer: Sendable {
    let tenantID: String
    let version: EndpointVersion
    let cloud: Cloud

    /// Reads the forms that tokens carry; nil for any other issuer.
    init?(_ issuer: String) {
        let parts = issuer.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] == "https:", parts[1].isEmpty, let tenant = GUID(parts[3]) else { return nil }
        let found = Cloud.allCases.first { cloud in
            [Issuer.v1(parts[3], cloud), Issuer.v2(parts[3], cloud)].contains(issuer)
        }
        guard let found else { return nil }
        tenantID = tenant.description
        version = parts[4].isEmpty ? .v1 : .v2
        cloud = found
    }

    /// The same tenant's issuer of the other version.
    var other: String { version == .v2 ? Issuer.v1(tenantID, cloud) : Issuer.v2(tenantID, cloud) }
}

extension Cloud {
    /// The audience that assertions are made for in this cloud, as credentials store it (source: entra.md §2.7, §3.4).
    var exchangeAudience: String {
        switch self {
        case .public, .germany: "api://AzureADTokenExchange"
        case .usGovernment: "api://AzureADTokenExchangeUSGov"
        case .china: "api://AzureADTokenExchangeChina"
        }
    }
}

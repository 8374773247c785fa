import IdentityModel
import IdentityStore
import TokenIssuance

/// What a path's first segment means: one tenant, or one of the names that stand for any (source: entra.md §1.1, §1.2).
enum Directory: Sendable {
    case tenant(Tenant)
    /// `common` or `organizations`: documents keep the literal `{tenantid}`.
    case any(String)
    /// People without an organisation: a tenant of its own, which holds no application of ours.
    case consumers

    /// The tenant that `consumers` stands for.
    private static let consumerTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

    init?(_ segment: String, in snapshot: IdentitySnapshot) {
        switch segment.lowercased() {
        case "common", "organizations": self = .any(segment.lowercased())
        case "consumers", Self.consumerTenant: self = .consumers
        default:
            guard let tenant = snapshot.tenant(named: segment) else { return nil }
            self = .tenant(tenant)
        }
    }

    /// The segment documents use in their URLs: the GUID, even when a domain was asked for.
    var pathSegment: String {
        switch self {
        case .tenant(let tenant): tenant.tenantID
        case .any(let name): name
        case .consumers: "consumers"
        }
    }

    /// What stands for the tenant in issuers.
    var issuerTenant: String {
        switch self {
        case .tenant(let tenant): tenant.tenantID
        case .any: "{tenantid}"
        case .consumers: Self.consumerTenant
        }
    }

    /// The cloud whose hosts documents name; nil where the asked host decides.
    var cloud: Cloud? {
        if case .tenant(let tenant) = self { tenant.cloud } else { nil }
    }

    var described: String {
        switch self {
        case .tenant(let tenant): "the tenant \(tenant.name)"
        case .any(let name): name
        case .consumers: "consumers"
        }
    }
}

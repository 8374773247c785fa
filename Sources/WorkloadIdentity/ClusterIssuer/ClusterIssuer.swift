public import IdentityModel
public import IdentityStore

/// The issuer of an emulated cluster: whose name its service-account tokens carry.
public struct ClusterIssuer: Hashable, Sendable {
    /// The `Cluster`'s name.
    public let cluster: String
    /// `iss`, exactly as tokens carry it, with or without a slash at its end.
    public let url: String
    /// Whether the API server lengthens its own pods' tokens to a year.
    public let extendsTokens: Bool

    /// The issuer of a cluster; nil when its keys are somebody else's.
    ///
    /// - Parameters:
    ///   - tenantID: the tenant in the issuer's path, where it names none itself: AKS's `/<tenant>/<cluster>/` (workload-identity.md §7.4).
    ///   - authority: `https://host:port` of the authority listener, where such an issuer's documents stand.
    public init?(_ cluster: Cluster, tenantID: String, authority: String) {
        guard cluster.isEmulated else { return nil }
        self.cluster = cluster.name
        url = cluster.issuer ?? "\(authority)/\(tenantID)/\(DerivedIDs.issuerID(ofCluster: cluster.name))/"
        extendsTokens = cluster.extendsTokens
    }

    /// The issuers we sign for, ordered by the clusters' names; none when every cluster is somebody else's.
    public static func all(in snapshot: IdentitySnapshot, authority: String) -> [ClusterIssuer] {
        snapshot.clusters.compactMap { ClusterIssuer($0, tenantID: snapshot.node.tenant.tenantID, authority: authority) }
    }

    /// The issuer with exactly one slash at its end, so that a document's path can follow.
    var base: String { url.hasSuffix("/") ? url : url + "/" }

    /// Where its discovery document stands.
    public var discoveryURL: String { base + ".well-known/openid-configuration" }

    /// Where its key set stands.
    public var keySetURL: String { base + "openid/v1/jwks" }
}

import IdentityModel

/// The cluster that the migration leads to: what every workload becomes, and whom Entra trusts.
struct TargetCluster: Sendable {
    /// The cluster's issuer, as its tokens carry it.
    var issuer: String
    /// Whether somebody has named the issuer; else one of ours stands in.
    let isIssuerKnown: Bool
    /// What each workload becomes.
    var workloads: [WorkloadID: TargetWorkload] = [:]
    /// Annotations of service accounts.
    var accounts: [NamespacedName: [String: String]] = [:]
    /// By whose identity secrets are mounted.
    var secretProviders: [NamespacedName: SecretProviderClass] = [:]
    /// Service accounts that the derivation made or changed.
    var changedAccounts: Set<NamespacedName> = []
    /// Federated credentials: the manifests' own first.
    var credentials = CredentialSet()
    /// Federated credentials that there are today.
    var standing = CredentialSet()
    /// Whether manifests gave it, and it was not derived.
    let isGiven: Bool

    /// Whether a credential trusts the service accounts of another cluster; an issuer that is nearly this one's is a mistake, and no other.
    func isOfOtherCluster(_ credential: FederatedCredential) -> Bool {
        credential.isOfCluster && CredentialSet.folded(credential.issuer) != CredentialSet.folded(issuer)
    }

    /// How many credentials an identity has and is to have, and for how many clusters there is room: for people.
    func budget(of identity: KnownIdentity) -> String {
        let (now, after) = (standing.of(identity.principal).count, credentials.of(identity.principal))
        let others = after.count { isOfOtherCluster($0) }
        let own = max(1, after.count - others)
        let room = max(0, (FederatedCredential.limit - others) / own)
        return "\(identity.name) has \(now) and is to have \(after.count) of \(FederatedCredential.limit), which is room for \(room)"
            + " cluster\(room == 1 ? "" : "s") of this kind"
    }

    /// Visibly ours.
    private static let standInIssuer = "https://oidc.understudy.internal/rehearsed/"

    /// Nobody yet.
    init(issuer: String?, isGiven: Bool) {
        self.issuer = issuer ?? Self.standInIssuer
        isIssuerKnown = issuer != nil
        self.isGiven = isGiven
    }
}

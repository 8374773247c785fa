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
    /// Whether manifests gave it, and it was not derived.
    let isGiven: Bool

    /// Whether a credential trusts the service accounts of another cluster; an issuer that is nearly this one's is a mistake, and no other.
    func isOfOtherCluster(_ credential: FederatedCredential) -> Bool {
        credential.isOfCluster && CredentialSet.folded(credential.issuer) != CredentialSet.folded(issuer)
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

import IdentityModel
import WireFormats

/// A federated identity credential of the target: given by a manifest, or made for it.
struct FederatedCredential: Hashable, Sendable {
    /// Its name, within the world and on the identity.
    let name: String
    /// Whose it is: the `ManagedIdentity` or `Application` of that name.
    let identity: PrincipalReference
    /// The issuer.
    let issuer: String
    /// The subject.
    let subject: String
    /// The audience.
    let audience: String
    /// Where it stands; nil for one that the rehearsal made.
    let reference: ManifestReference?

    /// Azure's limit on one identity (source: workload-identity.md §5.1).
    static let limit = 20
    /// Longest name on an identity.
    private static let nameLength = 120

    /// A credential that a manifest declares.
    init?(_ credential: FederatedIdentityCredential, _ reference: ManifestReference) {
        guard let identity = credential.identity else { return nil }
        name = credential.name
        self.identity = identity
        issuer = credential.issuer
        subject = credential.subject
        audience = credential.audiences.first ?? ""
        self.reference = reference
    }

    /// The credential by which a service account of the cluster stands for an identity.
    init(for account: NamespacedName, identity: KnownIdentity, issuer: String) {
        self.identity = identity.principal
        self.issuer = issuer
        subject = "system:serviceaccount:\(account.namespace):\(account.name)"
        // The issuer is in the name: two clusters that make credentials of one name on one identity overwrite each other's.
        let mark = GUID(derivedFrom: "credential/\(issuer)/\(subject)").description.prefix(8)
        let readable = "\(account.namespace)-\(account.name)".replacing(".", with: "-").prefix(Self.nameLength - mark.count - 1)
        name = "\(identity.name)-\(readable)-\(mark)"
        audience = "api://AzureADTokenExchange"
        reference = nil
    }

    /// Whether it trusts a cluster's service account, and not a pipeline or something else.
    var isOfCluster: Bool { subject.hasPrefix("system:serviceaccount:") }

    /// Whether both make the same trust.
    func trusts(theSameAs other: FederatedCredential) -> Bool {
        identity == other.identity && issuer == other.issuer && subject == other.subject && audience == other.audience
    }

    /// The document.
    var document: JSONValue {
        Manifest.ours(
            "FederatedIdentityCredential", name,
            [
                "identity": ["kind": .string(identity.kind.rawValue), "name": .string(identity.name)],
                "issuer": .string(issuer), "subject": .string(subject), "audiences": [.string(audience)],
            ])
    }
}

/// An `AzureIdentity` of aad-pod-identity (source: nmi.md §4).
///
/// Its schema has types only: nothing is required, nothing defaulted.
public final class AzureIdentity: Sendable {
    /// What `spec.type` says the identity is.
    public enum Category: Hashable, Sendable {
        /// Type 0, the default: a user-assigned managed identity.
        case managedIdentity
        /// Type 1: a service principal with a secret.
        case servicePrincipal
        /// Type 2: a service principal with a certificate.
        case servicePrincipalCertificate
        /// Any other number; NMI answers `unsupported identity type <n>`.
        case unsupported(Int)

        /// The number in `spec.type`.
        public var number: Int {
            switch self {
            case .managedIdentity: 0
            case .servicePrincipal: 1
            case .servicePrincipalCertificate: 2
            case .unsupported(let number): number
            }
        }

        init(number: Int) {
            switch number {
            case 0: self = .managedIdentity
            case 1: self = .servicePrincipal
            case 2: self = .servicePrincipalCertificate
            default: self = .unsupported(number)
            }
        }
    }

    /// Namespace and name.
    public let id: NamespacedName
    /// The kind of credential.
    public let category: Category
    /// `spec.resourceID`, as written; `""` when absent.
    public let resourceID: String
    /// `spec.clientID`, as written; `""` when absent, and then NMI asks for the node's system-assigned identity.
    public let clientID: String
    /// `spec.clientPassword`: the Secret of types 1 and 2; both parts `""` when absent.
    public let clientPassword: NamespacedName
    /// `spec.tenantID` of types 1 and 2.
    public let tenantID: String
    /// `spec.auxiliaryTenantIDs` of type 1.
    public let auxiliaryTenantIDs: [String]
    /// `spec.adEndpoint`; `""` means `https://login.microsoftonline.com/`.
    public let authorityEndpoint: String
    /// Annotation `aadpodidentity.k8s.io/Behavior` with exactly the value `namespaced` (source: nmi.md §3.2).
    public let isNamespaced: Bool

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        id = metadata.namespacedName
        category = Category(number: spec.integer("type") ?? 0)
        resourceID = spec.string("resourceID") ?? ""
        clientID = spec.string("clientID") ?? ""
        clientPassword =
            spec.nested("clientPassword") { NamespacedName(namespace: $0.string("namespace") ?? "", name: $0.string("name") ?? "") }
            ?? NamespacedName(namespace: "", name: "")
        tenantID = spec.string("tenantID") ?? ""
        auxiliaryTenantIDs = spec.strings("auxiliaryTenantIDs") ?? []
        authorityEndpoint = spec.string("adEndpoint") ?? ""
        isNamespaced = metadata.annotations["aadpodidentity.k8s.io/Behavior"] == "namespaced"
    }

    /// Whether MIC takes it: of type 0 it wants a resource id of the right form, of the other types nothing (source: nmi.md §3.1).
    public var isTakenByMIC: Bool { category != .managedIdentity || ResourceID.looksUserAssigned(resourceID) }

    /// Whether another object of the same identity says the same of it.
    package func says(theSameAs other: AzureIdentity) -> Bool {
        id == other.id && category == other.category && resourceID == other.resourceID && clientID == other.clientID
            && clientPassword == other.clientPassword && tenantID == other.tenantID && auxiliaryTenantIDs == other.auxiliaryTenantIDs
            && authorityEndpoint == other.authorityEndpoint && isNamespaced == other.isNamespaced
    }

    /// Says what is odd about it; only of the object itself, not of a copy within another.
    func complain(to spec: inout FieldReader) {
        guard !isTakenByMIC else { return }
        spec.complain(
            "resourceID", found: resourceID.isEmpty ? "nothing" : "\"\(resourceID)\"",
            allowed: "\(ResourceID.userAssignedForm) (MIC ignores the identity; NMI in managed mode still serves it)")
    }
}

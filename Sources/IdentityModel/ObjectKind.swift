/// The kinds of object a manifest may hold and Understudy reads; every other kind is ignored and counted.
public enum ObjectKind: String, CaseIterable, Hashable, Sendable {
    case azureIdentity = "AzureIdentity"
    case azureIdentityBinding = "AzureIdentityBinding"
    case azureAssignedIdentity = "AzureAssignedIdentity"
    case azurePodIdentityException = "AzurePodIdentityException"
    case pod = "Pod"
    case serviceAccount = "ServiceAccount"
    case namespace = "Namespace"
    case secret = "Secret"
    case clusterRole = "ClusterRole"
    case clusterRoleBinding = "ClusterRoleBinding"
    case node = "Node"
    case tenant = "Tenant"
    case managedIdentity = "ManagedIdentity"
    case application = "Application"
    case federatedIdentityCredential = "FederatedIdentityCredential"
    case resourcePrincipal = "ResourcePrincipal"
    case roleAssignment = "RoleAssignment"
    case cluster = "Cluster"
    case fault = "Fault"

    /// An API group whose objects are read.
    public enum Group: Hashable, Sendable {
        /// `v1`: read as the Kubernetes API server reads it.
        case core
        /// `aadpodidentity.k8s.io/v1`: read as NMI and MIC read it.
        case podIdentity
        /// `rbac.authorization.k8s.io/v1`: read as the Kubernetes API server reads it.
        case rbac
        /// `understudy.internal/v1alpha1`: read strictly.
        case understudy

        /// The `apiVersion` that names this group in a manifest.
        public var apiVersion: String {
            switch self {
            case .core: "v1"
            case .podIdentity: "aadpodidentity.k8s.io/v1"
            case .rbac: "rbac.authorization.k8s.io/v1"
            case .understudy: "understudy.internal/v1alpha1"
            }
        }
    }

    /// The group the kind belongs to.
    public var group: Group {
        switch self {
        case .azureIdentity, .azureIdentityBinding, .azureAssignedIdentity, .azurePodIdentityException: .podIdentity
        case .pod, .serviceAccount, .namespace, .secret: .core
        case .clusterRole, .clusterRoleBinding: .rbac
        case .node, .tenant, .managedIdentity, .application, .federatedIdentityCredential, .resourcePrincipal, .roleAssignment, .cluster,
            .fault:
            .understudy
        }
    }

    /// Whether objects of the kind live in a namespace.
    ///
    /// Our own kinds do not: a node, a tenant and its principals span namespaces.
    public var isNamespaced: Bool {
        switch self {
        case .azureIdentity, .azureIdentityBinding, .azureAssignedIdentity, .azurePodIdentityException, .pod, .serviceAccount, .secret: true
        default: false
        }
    }

    /// The plural of the kind in lower case, as `kubectl get` and our own API take it.
    public var plural: String {
        switch self {
        case .azureIdentity, .managedIdentity, .azureAssignedIdentity: String(rawValue.lowercased().dropLast()) + "ies"
        default: rawValue.lowercased() + "s"
        }
    }

    /// The kind a person means by `word`: singular or plural, any case; nil when there is none.
    public init?(word: String) {
        let lower = word.lowercased()
        guard let kind = Self.allCases.first(where: { $0.rawValue.lowercased() == lower || $0.plural == lower }) else { return nil }
        self = kind
    }

    /// The kind that a manifest's `apiVersion` and `kind` name; nil when it is one we do not read.
    public init?(apiVersion: String, kind: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue == kind && $0.group.apiVersion == apiVersion }) else { return nil }
        self = found
    }
}

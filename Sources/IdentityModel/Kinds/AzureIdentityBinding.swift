/// An `AzureIdentityBinding`: pods whose label `aadpodidbinding` equals the selector get the identity (source: nmi.md §3.1).
public final class AzureIdentityBinding: Sendable {
    /// Namespace and name.
    public let id: NamespacedName
    /// `spec.azureIdentity`: the name of an `AzureIdentity` in the binding's own namespace; `""` when absent.
    public let azureIdentity: String
    /// `spec.selector`: a plain value compared exactly; `""` when absent, which in managed mode matches pods without the label.
    public let selector: String

    /// The identity the binding points at, which may not exist.
    public var identityID: NamespacedName { NamespacedName(namespace: id.namespace, name: azureIdentity) }

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        id = metadata.namespacedName
        azureIdentity = spec.string("azureIdentity") ?? ""
        selector = spec.string("selector") ?? ""
    }
}

/// An `AzurePodIdentityException`: pods with any one of its labels go straight to the metadata service (source: nmi.md §3.4).
public final class AzurePodIdentityException: Sendable {
    /// Namespace and name; only pods of the same namespace are meant.
    public let id: NamespacedName
    /// `spec.podLabels`: keys compared exactly, values ignoring case; empty never matches.
    public let podLabels: [String: String]

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        id = metadata.namespacedName
        podLabels = spec.stringMap("podLabels") ?? [:]
    }

    /// Whether the exception covers a pod with these labels.
    public func covers(labels: [String: String]) -> Bool {
        podLabels.contains { key, value in labels[key].map { $0.lowercased() == value.lowercased() } ?? false }
    }
}

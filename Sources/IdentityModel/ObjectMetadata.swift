/// The part of `metadata` that decisions need.
public struct ObjectMetadata: Hashable, Sendable {
    /// The object's name.
    public let name: String
    /// The namespace; `default` when a namespaced kind names none, `""` for kinds without one.
    public let namespace: String
    /// Labels by key.
    public let labels: [String: String]
    /// Annotations by key.
    public let annotations: [String: String]
    /// The API server's id of the object; nil in hand-written manifests.
    public let uid: String?

    /// Gathers metadata.
    public init(name: String, namespace: String, labels: [String: String] = [:], annotations: [String: String] = [:], uid: String? = nil) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
        self.uid = uid
    }

    /// Namespace and name together.
    public var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}

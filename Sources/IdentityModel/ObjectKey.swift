/// What tells one object from another: kind, namespace (empty for kinds that have none) and name.
public struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The object's kind.
    public let kind: ObjectKind
    /// The namespace; `""` for kinds without one.
    public let namespace: String
    /// The name.
    public let name: String

    /// Makes a key; a namespace given for a kind without one is dropped, a missing one is `default`.
    public init(kind: ObjectKind, namespace: String = "", name: String) {
        self.kind = kind
        self.namespace = kind.isNamespaced ? (namespace.isEmpty ? "default" : namespace) : ""
        self.name = name
    }

    /// `AzureIdentity default/reader`, `Node aks-0`.
    public var description: String { namespace.isEmpty ? "\(kind.rawValue) \(name)" : "\(kind.rawValue) \(namespace)/\(name)" }

    /// Orders by kind, then namespace, then name.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.kind.rawValue, lhs.namespace, lhs.name) < (rhs.kind.rawValue, rhs.namespace, rhs.name)
    }
}

/// A namespace and a name: how pods, identities and bindings refer to one another.
public struct NamespacedName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The namespace.
    public let namespace: String
    /// The name.
    public let name: String

    /// Pairs a namespace with a name.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Reads `NAMESPACE/NAME`, or `NAME` in the namespace `default`; nil when a part is empty or there are more.
    public init?(reference: String) {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, !parts.contains("") else { return nil }
        self.init(namespace: parts.count == 2 ? parts[0] : "default", name: parts[parts.count - 1])
    }

    /// `default/reader`.
    public var description: String { "\(namespace)/\(name)" }

    /// Orders by namespace, then name, as MIC sorts bindings (source: nmi.md §3.1).
    public static func < (lhs: Self, rhs: Self) -> Bool { (lhs.namespace, lhs.name) < (rhs.namespace, rhs.name) }
}

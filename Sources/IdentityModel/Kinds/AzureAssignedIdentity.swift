/// An `AzureAssignedIdentity`: MIC's record that a pod has an identity, by which NMI decides in standard mode (source: nmi.md §4, §5.2).
///
/// Identity and binding are copies within the object, as they were when MIC made it.
public final class AzureAssignedIdentity: Sendable {
    /// How far MIC got: `status.status`, which may be anything at all.
    public struct State: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The text on the wire.
        public let rawValue: String

        /// Takes the text on the wire.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Made, and not on the node yet.
        public static let created = State(rawValue: "Created")
        /// On the node.
        public static let assigned = State(rawValue: "Assigned")
        /// Off the node, and about to go.
        public static let unassigned = State(rawValue: "Unassigned")
        /// Of an ancient MIC that wrote no state; counts as assigned.
        public static let empty = State(rawValue: "")

        /// The text, or `no state`.
        public var description: String { rawValue.isEmpty ? "no state" : rawValue }
    }

    /// Namespace and name of the object itself.
    public let id: NamespacedName
    /// The pod it speaks of, which may be gone.
    public let pod: NamespacedName
    /// `spec.nodename`, all lower case on the wire.
    public let nodeName: String
    /// The label `nodename`, by which NMI picks the objects of its own node; nil when there is none.
    public let nodeLabel: String?
    /// `status.status`.
    public let state: State
    /// `spec.azureIdentityRef`; nil when there is none.
    public let identity: AzureIdentity?
    /// `spec.azureBindingRef`; nil when there is none.
    public let binding: AzureIdentityBinding?

    init(metadata: ObjectMetadata, spec: inout FieldReader, status: inout FieldReader) {
        id = metadata.namespacedName
        pod = NamespacedName(namespace: spec.string("podNamespace") ?? "", name: spec.string("pod") ?? "")
        nodeName = spec.string("nodename") ?? ""
        nodeLabel = metadata.labels["nodename"]
        state = State(rawValue: status.string("status") ?? "")
        identity = spec.embedded("azureIdentityRef") { AzureIdentity(metadata: $0, spec: &$1) }
        binding = spec.embedded("azureBindingRef") { AzureIdentityBinding(metadata: $0, spec: &$1) }
    }

    /// One as MIC makes it: named after pod and identity, labelled with the node.
    package init(
        pod: NamespacedName, identity: AzureIdentity, binding: AzureIdentityBinding, nodeName: String, namespace: String, state: State
    ) {
        id = NamespacedName(namespace: namespace, name: Self.name(pod: pod, identity: identity))
        self.pod = pod
        self.nodeName = nodeName
        nodeLabel = nodeName
        self.state = state
        self.identity = identity
        self.binding = binding
    }

    /// What MIC calls the object, which is not always told apart from another's: the parts may have hyphens too.
    package static func name(pod: NamespacedName, identity: AzureIdentity) -> String {
        "\(pod.name)-\(pod.namespace)-\(identity.id.name)"
    }

    /// The same in another state, or with the identity and the binding as they are now.
    package init(
        _ other: AzureAssignedIdentity, state: State, identity: AzureIdentity? = nil, binding: AzureIdentityBinding? = nil
    ) {
        id = other.id
        pod = other.pod
        nodeName = other.nodeName
        nodeLabel = other.nodeLabel
        self.state = state
        self.identity = identity ?? other.identity
        self.binding = binding ?? other.binding
    }

    /// Whether NMI on the node called `node` has it in its cache.
    ///
    /// One written by hand that names no node at all is on every node, as a pod without a node is.
    public func isVisible(onNode node: String) -> Bool { (nodeLabel ?? (nodeName.isEmpty ? node : nodeName)) == node }
}

extension FieldReader {
    /// An object embedded whole in another: its name, namespace, annotations and `spec` are read.
    fileprivate mutating func embedded<Object>(_ name: String, _ make: (ObjectMetadata, inout FieldReader) -> Object) -> Object? {
        nested(name) { reader in
            let metadata = reader.nested("metadata") { inner in
                let name = inner.string("name") ?? ""
                let namespace = inner.string("namespace") ?? ""
                return ObjectMetadata(
                    name: name, namespace: namespace.isEmpty ? "default" : namespace, labels: inner.stringMap("labels") ?? [:],
                    annotations: inner.stringMap("annotations") ?? [:])
            }
            var spec = reader.reader(for: "spec")
            let object = make(metadata ?? ObjectMetadata(name: "", namespace: ""), &spec)
            reader.adopt(spec)
            return object
        }
    }
}

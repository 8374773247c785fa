public import ManifestReading

/// An object of a manifest, read: what it says.
///
/// Of pods and bindings there are hundreds of thousands, and each is as large as the largest case: what is larger than two words is boxed.
public enum ManifestObject: Sendable {
    case azureIdentity(AzureIdentity)
    case azureIdentityBinding(AzureIdentityBinding)
    case azureAssignedIdentity(AzureAssignedIdentity)
    case azurePodIdentityException(AzurePodIdentityException)
    case pod(Pod)
    indirect case serviceAccount(ServiceAccount)
    case namespace(String)
    indirect case secret(Secret)
    indirect case clusterRole(ClusterRole)
    indirect case clusterRoleBinding(ClusterRoleBinding)
    indirect case node(Node)
    indirect case tenant(Tenant)
    indirect case managedIdentity(ManagedIdentity)
    indirect case application(Application)
    indirect case federatedIdentityCredential(FederatedIdentityCredential)
    case resourcePrincipal(ResourcePrincipal)
    indirect case roleAssignment(RoleAssignment)
    indirect case cluster(Cluster)
    indirect case fault(Fault)
}

/// What one document of a manifest turned out to hold.
public struct ManifestContents: Sendable {
    /// One object that was read.
    public struct Entry: Sendable {
        /// The object's key.
        public let key: ObjectKey
        /// What it says.
        public let object: ManifestObject
        /// The document it came from.
        public let place: ManifestPlace
        /// The object as it stands in the manifest, for showing it again.
        public let source: ManifestNode
    }

    /// Objects read, in order, lists flattened.
    public var entries: [Entry] = []
    /// What is wrong; a manifest with any of these is refused.
    public var problems: [ManifestProblem] = []
    /// What is odd in objects that other systems' servers would take.
    public var warnings: [ManifestProblem] = []
    /// How many objects of kinds we do not read were passed over, by `apiVersion kind`.
    public var ignored: [String: Int] = [:]

    /// Empty contents, to be added to.
    public init() {}

    /// Reads one document into this reading.
    public mutating func read(_ document: ManifestDocument, file: String) {
        read(document.root, place: ManifestPlace(file: file, document: document.index))
    }

    private mutating func read(_ root: ManifestNode, place: ManifestPlace) {
        var top = FieldReader(root, path: "", mode: .pruning, place: place, object: "")
        guard root.members != nil else {
            problems.append(
                ManifestProblem(
                    place: place, line: root.line, object: "", path: "", found: root.shown,
                    allowed: "a Kubernetes-style object with apiVersion, kind and metadata"))
            return
        }
        guard let apiVersion = top.string("apiVersion"), let kindName = top.string("kind") else {
            let absent = root["apiVersion"] == nil ? "apiVersion" : "kind"
            problems.append(
                ManifestProblem(
                    place: place, line: root.line, object: "", path: absent, found: root[absent]?.shown ?? "nothing",
                    allowed: "a string such as \(absent == "kind" ? "Pod" : "v1, aadpodidentity.k8s.io/v1, understudy.internal/v1alpha1")"))
            return
        }
        if kindName.hasSuffix("List") {
            guard let items = root["items"]?.elements else {
                problems.append(
                    ManifestProblem(
                        place: place, line: root["items"]?.line ?? root.line, object: kindName, path: "items",
                        found: root["items"]?.shown ?? "nothing", allowed: "a list of objects"))
                return
            }
            for item in items { read(item, place: place) }
            return
        }
        guard let kind = ObjectKind(apiVersion: apiVersion, kind: kindName) else {
            readUnknown(apiVersion: apiVersion, kind: kindName, root: root, place: place)
            return
        }
        readObject(kind, root: root, place: place)
    }

    private mutating func readUnknown(apiVersion: String, kind: String, root: ManifestNode, place: ManifestPlace) {
        guard apiVersion.hasPrefix("understudy.internal/") else {
            ignored["\(apiVersion) \(kind)", default: 0] += 1
            return
        }
        let ours = ObjectKind.Group.understudy.apiVersion
        let wrongVersion = apiVersion != ours
        let kinds = ObjectKind.allCases.filter { $0.group == .understudy }.map(\.rawValue).sorted().joined(separator: ", ")
        problems.append(
            ManifestProblem(
                place: place, line: root[wrongVersion ? "apiVersion" : "kind"]?.line ?? root.line, object: kind,
                path: wrongVersion ? "apiVersion" : "kind", found: wrongVersion ? "\"\(apiVersion)\"" : "\"\(kind)\"",
                allowed: wrongVersion ? ours : kinds))
    }

    private mutating func readObject(_ kind: ObjectKind, root: ManifestNode, place: ManifestPlace) {
        let mode: FieldReader.Mode = kind.group == .understudy ? .strict : .pruning
        let name = root["metadata"]?["name"]?.text ?? ""
        let namespace = root["metadata"]?["namespace"]?.text ?? ""
        let key = ObjectKey(kind: kind, namespace: namespace, name: name)
        guard !name.isEmpty else {
            problems.append(
                ManifestProblem(
                    place: place, line: root["metadata"]?.line ?? root.line, object: kind.rawValue, path: "metadata.name",
                    found: root["metadata"]?["name"]?.shown ?? "nothing",
                    allowed: "a non-empty string (in quotes if it is a word such as n, yes or on, or a number)"))
            return
        }
        var top = FieldReader(
            root, path: "", mode: mode, place: place, object: key.description, hidesValues: kind == .secret || kind == .application)
        _ = top.string("apiVersion")
        _ = top.string("kind")
        let metadata =
            top.nested("metadata") { reader in
                // Whatever else `metadata` holds is Kubernetes' business, in our kinds too: exports carry uids and managed fields.
                reader.pruneTheRest()
                return ObjectMetadata(
                    name: name, namespace: key.namespace, labels: reader.stringMap("labels") ?? [:],
                    annotations: reader.stringMap("annotations") ?? [:], uid: reader.uid())
            } ?? ObjectMetadata(name: name, namespace: key.namespace)
        let object = top.object(kind, metadata: metadata, root: root)
        top.finish()
        if mode == .strict { problems += top.problems } else { warnings += top.problems }
        entries.append(Entry(key: key, object: object, place: place, source: root))
    }
}

extension FieldReader {
    /// `metadata.uid`; whatever else stands there than text is nobody's business.
    fileprivate mutating func uid() -> String? { any("uid")?.text.flatMap { $0.isEmpty ? nil : $0 } }

    /// Reads `spec` (and `status` where it counts) of an object of a known kind.
    fileprivate mutating func object(_ kind: ObjectKind, metadata: ObjectMetadata, root: ManifestNode) -> ManifestObject {
        switch kind {
        case .pod:
            let owner = (root["metadata"]?["ownerReferences"]?.elements ?? []).first {
                $0["kind"]?.text?.lowercased() == "replicaset"
            }
            let replicaSet = owner?["name"]?.text ?? ""
            return section { spec, status in
                .pod(Pod(metadata: metadata, spec: &spec, status: &status, replicaSetName: replicaSet))
            }
        case .serviceAccount: return .serviceAccount(ServiceAccount(metadata: metadata))
        case .namespace: return .namespace(metadata.name)
        case .secret: return .secret(Secret(metadata: metadata, top: &self))
        case .clusterRole: return .clusterRole(ClusterRole(metadata: metadata, top: &self))
        case .clusterRoleBinding: return .clusterRoleBinding(ClusterRoleBinding(metadata: metadata, top: &self))
        case .azureIdentity:
            return section { spec, _ in
                let identity = AzureIdentity(metadata: metadata, spec: &spec)
                identity.complain(to: &spec)
                return .azureIdentity(identity)
            }
        case .azureIdentityBinding:
            return section { spec, _ in .azureIdentityBinding(AzureIdentityBinding(metadata: metadata, spec: &spec)) }
        case .azureAssignedIdentity:
            return section { spec, status in
                .azureAssignedIdentity(AzureAssignedIdentity(metadata: metadata, spec: &spec, status: &status))
            }
        case .azurePodIdentityException:
            return section { spec, _ in .azurePodIdentityException(AzurePodIdentityException(metadata: metadata, spec: &spec)) }
        case .node: return section { spec, _ in .node(Node(metadata: metadata, spec: &spec)) }
        case .tenant: return section { spec, _ in .tenant(Tenant(metadata: metadata, spec: &spec)) }
        case .managedIdentity: return section { spec, _ in .managedIdentity(ManagedIdentity(metadata: metadata, spec: &spec)) }
        case .application: return section { spec, _ in .application(Application(metadata: metadata, spec: &spec)) }
        case .federatedIdentityCredential:
            return section { spec, _ in .federatedIdentityCredential(FederatedIdentityCredential(metadata: metadata, spec: &spec)) }
        case .resourcePrincipal: return section { spec, _ in .resourcePrincipal(ResourcePrincipal(metadata: metadata, spec: &spec)) }
        case .roleAssignment: return section { spec, _ in .roleAssignment(RoleAssignment(metadata: metadata, spec: &spec)) }
        case .cluster: return section { spec, _ in .cluster(Cluster(metadata: metadata, spec: &spec)) }
        case .fault: return section { spec, _ in .fault(Fault(metadata: metadata, spec: &spec)) }
        }
    }

    /// Opens `spec` and `status`; an absent one reads as empty.
    private mutating func section(_ body: (inout FieldReader, inout FieldReader) -> ManifestObject) -> ManifestObject {
        var spec = reader(for: "spec")
        var status = reader(for: "status")
        let object = body(&spec, &status)
        spec.finish()
        adopt(spec)
        adopt(status)
        return object
    }
}

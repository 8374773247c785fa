public import IdentityModel
public import IdentityStore
import ManifestReading
import WireFormats

/// A cluster as `kubectl get … -o yaml` exports it: what makes pods, and the objects of the identity plane.
public struct ExportedCluster: Sendable {
    /// An object of the identity plane with the text it came from.
    struct Item: Sendable {
        let key: ObjectKey
        let object: ManifestObject
        let document: JSONValue
        let reference: ManifestReference
    }

    /// What makes pods, ordered by name.
    let workloads: [Workload]
    /// Pods that have ended and are nobody's: they ask for nothing any more.
    let finishedPods: Int
    /// Objects of the identity plane, in the order of the manifests.
    let items: [Item]
    /// By whose identity secrets are mounted.
    let secretProviders: [NamespacedName: SecretProviderClass]
    private let byKey: [ObjectKey: Int]
    private let byName: [String: Int]

    /// Reads manifests.
    ///
    /// - Throws: everything that is wrong with them, told together.
    public init(_ files: [ManifestFile]) throws(ManifestRefusal) {
        var reading = WorkloadReading()
        var items: [Item] = []
        var secretProviders: [NamespacedName: SecretProviderClass] = [:]
        var problems: [ManifestProblem] = []
        for file in files {
            let documents: [ManifestDocument]
            do {
                documents = try ManifestText.documents(in: file.bytes, file: file.path)
            } catch {
                problems.append(ManifestProblem(syntax: error))
                continue
            }
            for document in documents {
                for object in Self.flattened(document.root) {
                    if let kind = WorkloadKind.of(object) {
                        reading.read(object, kind: kind, file: file.path)
                        continue
                    }
                    if let provider = SecretProviderClass(object, file: file.path) {
                        secretProviders[provider.id] = provider
                        continue
                    }
                    var contents = ManifestContents()
                    contents.read(ManifestDocument(index: document.index, line: document.line, root: object), file: file.path)
                    problems += contents.problems
                    items += contents.entries.map { entry in
                        Item(
                            key: entry.key, object: entry.object, document: JSONValue(entry.source),
                            reference: ManifestReference(file: file.path, line: entry.source.line, object: "\(entry.key)"))
                    }
                }
            }
        }
        guard problems.isEmpty else { throw ManifestRefusal(problems: problems) }
        let workloads = reading.finish()
        self.init(workloads: workloads, finishedPods: reading.finished, items: items, secretProviders: secretProviders)
    }

    private init(workloads: [Workload], finishedPods: Int, items: [Item], secretProviders: [NamespacedName: SecretProviderClass]) {
        self.workloads = workloads
        self.finishedPods = finishedPods
        self.items = items
        self.secretProviders = secretProviders
        byKey = Dictionary(items.indices.map { (items[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(items.indices.map { (items[$0].key.description, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The cluster with another's principals among its objects; the other's count where both have one.
    func adding(principalsOf other: ExportedCluster) -> ExportedCluster {
        let kinds: Set<ObjectKind> = [.tenant, .managedIdentity, .application, .resourcePrincipal, .roleAssignment]
        let added = other.items.filter { kinds.contains($0.key.kind) }
        let keys = Set(added.map(\.key))
        return ExportedCluster(
            workloads: workloads, finishedPods: finishedPods, items: items.filter { !keys.contains($0.key) } + added,
            secretProviders: secretProviders)
    }

    /// The cluster with the last object of each key alone: of several targets the later one counts.
    var withLastOfEach: ExportedCluster {
        let last = Dictionary(items.indices.map { (items[$0].key, $0) }, uniquingKeysWith: { $1 })
        return ExportedCluster(
            workloads: workloads, finishedPods: finishedPods, items: items.indices.filter { last[items[$0].key] == $0 }.map { items[$0] },
            secretProviders: secretProviders)
    }

    /// The object of that key.
    func item(_ key: ObjectKey) -> Item? { byKey[key].map { items[$0] } }

    /// The object that decisions call by that name: `AzureIdentity prod/reader`.
    func item(named name: String) -> Item? { byName[name].map { items[$0] } }

    /// The `AzureIdentity` of that name, with where it stands.
    func identity(_ id: NamespacedName) -> (AzureIdentity, ManifestReference)? {
        guard let item = item(ObjectKey(kind: .azureIdentity, namespace: id.namespace, name: id.name)),
            case .azureIdentity(let identity) = item.object
        else { return nil }
        return (identity, item.reference)
    }

    /// The `Namespace` a workload lives in, if it stands in the manifests.
    func namespace(of workload: Workload) -> RehearsedNamespace? {
        item(ObjectKey(kind: .namespace, namespace: "", name: workload.id.name.namespace)).map(RehearsedNamespace.init)
    }

    /// Every object of one kind that `pick` takes, with where it stands.
    func all<Value>(_ pick: (ManifestObject) -> Value?) -> [(value: Value, reference: ManifestReference)] {
        items.compactMap { item in pick(item.object).map { ($0, item.reference) } }
    }

    private static func flattened(_ object: ManifestNode) -> [ManifestNode] {
        guard let kind = object["kind"]?.text, kind.hasSuffix("List"), let items = object["items"]?.elements else { return [object] }
        return items.flatMap { flattened(typed($0, as: String(kind.dropLast("List".count)), like: object)) }
    }

    /// An item of a `PodList`, as the API server itself answers: what it is only the list says.
    private static func typed(_ item: ManifestNode, as kind: String, like list: ManifestNode) -> ManifestNode {
        guard !kind.isEmpty, item["kind"] == nil, let members = item.members, let apiVersion = list["apiVersion"] else { return item }
        let head = [
            ManifestMember(name: "apiVersion", nameLine: item.line, node: apiVersion),
            ManifestMember(name: "kind", nameLine: item.line, node: ManifestNode(.string(kind), line: item.line)),
        ]
        return ManifestNode(.mapping(head + members.filter { $0.name != "apiVersion" }), line: item.line)
    }
}

public import IdentityModel
public import WireFormats
import ManifestReading

/// An object of the store: what it says, where it came from, and how to show it again.
public final class StoredObject: Sendable {
    /// The object's key.
    public let key: ObjectKey
    /// What it says.
    public let object: ManifestObject
    /// The document it came from.
    public let place: ManifestPlace
    /// Line of the file at which the object begins.
    let line: Int
    /// The object as compact JSON, with secret values replaced.
    private let shown: [UInt8]
    /// Tells whether a re-read object says something new, secrets included.
    private let fingerprint: Int

    init(_ entry: ManifestContents.Entry) {
        key = entry.key
        object = entry.object
        place = entry.place
        line = entry.source.line
        let json = JSONValue(entry.source)
        var hasher = Hasher()
        hasher.combine(bytes: json.bytes())
        fingerprint = hasher.finalize()
        shown = Redaction.redacted(json, kind: entry.key.kind).bytes()
    }

    /// An object that MIC made, with identity and binding as they stand in the store; one that is gone from there is shown by its name.
    init(_ assigned: AzureAssignedIdentity, identity: JSONValue?, binding: JSONValue?) {
        key = ObjectKey(kind: .azureAssignedIdentity, namespace: assigned.id.namespace, name: assigned.id.name)
        object = .azureAssignedIdentity(assigned)
        place = ManifestPlace(file: "MIC", document: 0)
        line = 0
        fingerprint = 0
        shown = assigned.document(identity: identity, binding: binding).bytes()
    }

    /// Whether a re-read object says what this one says, at the same place.
    func says(theSameAs other: StoredObject) -> Bool { fingerprint == other.fingerprint && place == other.place }

    /// The object as it stands in the manifest; values of secrets read `<redacted>`.
    public var document: JSONValue { (try? JSONValue(parsing: shown)) ?? .null }
}

extension Hasher {
    mutating func combine(bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { buffer in unsafe combine(bytes: buffer) }
    }
}

/// What must not be shown of an object that carries secrets.
private enum Redaction {
    static let mark = JSONValue.string("<redacted>")

    /// kubectl keeps a copy of the whole object here, secrets included.
    private static let appliedCopy = "kubectl.kubernetes.io/last-applied-configuration"

    static func redacted(_ document: JSONValue, kind: ObjectKind) -> JSONValue {
        let document = replacing(document, in: ["metadata"]) { metadata in
            replacing(metadata, in: ["annotations"]) { annotations in replacing(annotations, in: [appliedCopy]) { _ in mark } }
        }
        return switch kind {
        case .secret: replacing(document, in: ["data", "stringData"]) { value in mapping(value) { _ in mark } }
        case .application:
            replacing(document, in: ["spec"]) { spec in
                replacing(spec, in: ["secrets"]) { list in
                    .array((list.elements ?? []).map { secret in replacing(secret, in: ["value"]) { _ in mark } })
                }
            }
        default: document
        }
    }

    private static func replacing(_ value: JSONValue, in names: Set<String>, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.map { names.contains($0.name) ? JSONMember($0.name, change($0.value)) : $0 })
    }

    private static func mapping(_ value: JSONValue, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return mark }
        return .object(members.map { JSONMember($0.name, change($0.value)) })
    }
}

public import Surroundings
import ManifestReading
import WireFormats

/// A `ServiceAccount` (core v1): the workload identity a pod runs as.
public struct ServiceAccount: Sendable {
    /// Namespace and name.
    public let id: NamespacedName
    /// `azure.workload.identity/…` annotations among others.
    public let annotations: [String: String]
    /// `metadata.uid`, or one derived from the name.
    public let uid: String

    /// The account `default` of a namespace, without annotations.
    public init(defaultOf namespace: String) { self.init(metadata: ObjectMetadata(name: "default", namespace: namespace)) }

    init(metadata: ObjectMetadata) {
        id = metadata.namespacedName
        annotations = metadata.annotations
        uid = metadata.uid ?? DerivedIDs.uid(of: ObjectKey(kind: .serviceAccount, namespace: metadata.namespace, name: metadata.name))
    }
}

/// A `Secret` (core v1), read because `AzureIdentity` of types 1 and 2 point at one.
///
/// Its values are never rendered.
public struct Secret: Sendable {
    /// Namespace and name.
    public let id: NamespacedName
    /// Decoded values by key, `stringData` winning over `data` as the API server merges them.
    public let values: [String: SecretBytes]

    init(metadata: ObjectMetadata, top: inout FieldReader) {
        id = metadata.namespacedName
        var values: [String: SecretBytes] = [:]
        for (key, text) in top.stringMap("data", secret: true) ?? [:] {
            if let bytes = Base64.decode(text) {
                values[key] = SecretBytes(bytes)
            } else {
                top.complain("data", found: "a value of key \"\(key)\" that is not base64", allowed: "base64 text")
            }
        }
        for (key, text) in top.stringMap("stringData", secret: true) ?? [:] { values[key] = SecretBytes(Array(text.utf8)) }
        self.values = values
    }
}

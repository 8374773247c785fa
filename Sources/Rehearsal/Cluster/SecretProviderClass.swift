import IdentityModel
import ManifestReading
import WireFormats

/// What tells the secrets store driver which vault's secrets to mount, and by whose identity.
struct SecretProviderClass: Sendable {
    static let group = "secrets-store.csi.x-k8s.io"
    static let kind = "SecretProviderClass"

    /// Its name.
    let id: NamespacedName
    /// Whether the driver asks NMI for a token in the mounting pod's name.
    let usesPodIdentity: Bool
    /// Where it stands.
    let reference: ManifestReference

    /// Reads an object; nil when it is another kind's.
    init?(_ object: ManifestNode, file: String) {
        guard object["kind"]?.text == Self.kind, object["apiVersion"]?.text?.hasPrefix("\(Self.group)/") == true,
            let name = object["metadata"]?["name"]?.text
        else { return nil }
        id = NamespacedName(namespace: object["metadata"]?["namespace"]?.text ?? "default", name: name)
        let parameter = object["spec"]?["parameters"]?["usePodIdentity"]
        usesPodIdentity = parameter?.text?.lowercased() == "true" || parameter?.boolean == true
        reference = ManifestReference(file: file, line: object.line, object: "\(Self.kind) \(id)")
    }
}

/// Somebody on the node who asks NMI for a workload's token in its name, over `/host/token`.
struct HostTokenUse: Sendable {
    /// Who, for people.
    let caller: String
    /// What makes it so, if it stands outside of the workload.
    let reference: ManifestReference?

    private static let route = "/host/token"
    private static let secretsStore = "secrets-store.csi.k8s.io"
    private static let keyVaultVolume = "azure/kv"

    /// The callers that a pod's `spec` brings about.
    static func all(
        of spec: JSONValue, in namespace: String, classes: [NamespacedName: SecretProviderClass]
    ) -> [HostTokenUse] {
        var found: [HostTokenUse] = []
        for volume in spec["volumes"]?.elements ?? [] {
            if volume["csi"]?["driver"]?.text == secretsStore, let name = volume["csi"]?["volumeAttributes"]?["secretProviderClass"]?.text {
                let id = NamespacedName(namespace: namespace, name: name)
                guard let known = classes[id] else {
                    found.append(
                        HostTokenUse(
                            caller:
                                "The secrets store driver (if SecretProviderClass \(id), which is not in the manifests, says usePodIdentity)",
                            reference: nil))
                    continue
                }
                guard known.usesPodIdentity else { continue }
                found.append(
                    HostTokenUse(caller: "The secrets store driver (\(SecretProviderClass.kind) \(id))", reference: known.reference))
            }
            if volume["flexVolume"]?["driver"]?.text == keyVaultVolume,
                volume["flexVolume"]?["options"]?["usepodidentity"]?.text?.lowercased() == "true"
            {
                found.append(HostTokenUse(caller: "The Key Vault flex volume", reference: nil))
            }
        }
        if spec.mentions(route) { found.append(HostTokenUse(caller: "A container that names \(route)", reference: nil)) }
        return found
    }
}

extension JSONValue {
    /// Whether a text anywhere in the document holds `needle`.
    func mentions(_ needle: String) -> Bool {
        switch self {
        case .string(let text): text.contains(needle)
        case .array(let elements): elements.contains { $0.mentions(needle) }
        case .object(let members): members.contains { $0.value.mentions(needle) }
        default: false
        }
    }
}

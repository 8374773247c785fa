import HTTPServing
import IdentityModel
import IdentityStore
import Testing
import WireFormats

/// The recorded world, once per configuration of the original.
enum Fixtures {
    /// `Tests/Fixtures/nmi/`.
    static let folder = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Fixtures/nmi/"

    /// The original's flags, said as parts of a Node.
    static let configurations = [
        "managed": "nmi: {}",
        "managed-block": "nmi: {blockInstanceMetadata: true}",
        "managed-retry-after-noheader": "nmi: {setRetryAfterHeader: true, metadataHeaderRequired: false}",
        // No MIC ran beside the original, and it was told to look twice, a second apart.
        "standard": "podIdentityMode: standard, mic: {off: true}, nmi: {\(twoLooks)}",
        "standard-namespaced-retry-after":
            "podIdentityMode: standard, mic: {off: true}, nmi: {\(twoLooks), forceNamespaced: true, setRetryAfterHeader: true}",
    ]
    private static let twoLooks = "retryAttemptsForCreated: 1, retryAttemptsForAssigned: 1, findIdentityRetryInterval: 1"

    private static let stores: [String: IdentityStore] = configurations.compactMapValues { try? load($0) }

    /// A shared store; nothing changes it.
    static func store(_ configuration: String = "managed") throws -> IdentityStore { try #require(stores[configuration]) }

    /// A store of its own: the recorded world, a Node that says this besides, and more manifest text.
    static func load(_ spec: String = "nmi: {}", and more: String = "") throws -> IdentityStore {
        let node = """
            apiVersion: understudy.internal/v1alpha1
            kind: Node
            metadata: {name: node1}
            spec: {plane: pod-identity, systemAssigned: true, \(spec)}
            """
        let store = IdentityStore()
        try store.load(
            ManifestFiles.read([folder + "world.yaml"]) + [ManifestFile(path: "node.yaml", bytes: Array("\(node)\n\(more)".utf8))])
        return store
    }

    /// The caller's address: the pod's, `p12` being one without a pod.
    static func peer(_ caller: String) throws -> PeerAddress {
        switch caller {
        case "host": return address("127.0.0.1")
        case "p12": return address("10.244.8.22")
        default:
            let pods = try store().current.objects(of: .pod).compactMap { if case .pod(let pod) = $0.object { pod } else { nil } }
            let pod = try #require(pods.first { $0.id.name == caller })
            return PeerAddress(host: .ipv4(try #require(pod.address)), port: 40_000)
        }
    }

    static func address(_ text: String) -> PeerAddress {
        PeerAddress(host: IPv4.parse(text).map { .ipv4($0) } ?? .ipv6(text: text), port: 40_000)
    }

    static func pod(_ name: String, in namespace: String = "default") throws -> Pod {
        try #require(try store().current.pod(NamespacedName(namespace: namespace, name: name)))
    }
}

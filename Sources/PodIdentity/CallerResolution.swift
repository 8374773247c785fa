import HTTPServing
import IdentityModel
import IdentityStore

/// Which pod a source address is (source: nmi.md §1.4).
///
/// Headers are never consulted.
enum CallerResolution {
    /// The look-ups after the first, and the milliseconds between them, before NMI gives up on an unknown address.
    static let retries = 4
    static let retryMilliseconds = 300

    /// The pod of the address; `podListEmpty` is what NMI says after its last retry.
    static func pod(of peer: PeerAddress, in snapshot: IdentitySnapshot) throws(NMIFailure) -> Pod {
        guard case .ipv4(let address) = peer.host else { throw .addressEmpty }
        let pods = snapshot.pods(at: address)
        guard let pod = pods.first else { throw .podListEmpty }
        guard pods.count == 1 else { throw .severalPods(address: peer.text, pods) }
        return pod
    }

    /// Why a pod goes straight to the metadata service; nil when it does not.
    static func exception(of pod: Pod, in snapshot: IdentitySnapshot) -> Bypass? {
        if let exception = snapshot.exceptions(in: pod.id.namespace).first(where: { $0.covers(labels: pod.labels) }) {
            return .excepted(exception)
        }
        // `^mic-*`: the hyphen may be absent, so any ReplicaSet whose name begins with "mic" passes (source: nmi.md §1.5).
        let micNamespace = snapshot.node.node.nmi.micNamespace
        if pod.id.namespace.lowercased() == micNamespace.lowercased(), pod.replicaSetName.hasPrefix("mic") { return .looksLikeMIC }
        return nil
    }

    /// Why a pod bypasses identity checks.
    enum Bypass {
        case excepted(AzurePodIdentityException)
        case looksLikeMIC
    }
}

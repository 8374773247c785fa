import IdentityModel
import Synchronization

/// The bytes of documents that verifiers fetch again and again, remembered with everything that they depend on.
///
/// Any thread may ask; nothing is rendered under the lock.
final class RenderedDocuments: Sendable {
    /// What decides the bytes of a document: another tenant, host or key is another document.
    struct Key: Hashable, Sendable {
        let kind: AuthorityDocuments.Kind
        /// The directory as documents name it in URLs, which decides its issuer as well.
        let directory: String
        /// The directory's own; where it has none, the host decides.
        let cloud: Cloud?
        let host: String
        /// The published keys, in order; none for a document without keys.
        let keyIDs: [String]
    }

    /// Bounds the memory that callers can take by naming ever new hosts: a document has a few KiB.
    private static let most = 64
    /// No name of a host is longer, with its port; documents repeat it in each of their URLs.
    private static let longestHost = 260

    private let known = Mutex<[Key: [UInt8]]>([:])

    /// The document of `key`, rendered when it is not known yet.
    func bytes(_ key: Key, render: () -> [UInt8]) -> [UInt8] {
        if let bytes = known.withLock({ $0[key] }) { return bytes }
        let bytes = render()
        guard key.host.utf8.count <= Self.longestHost else { return bytes }
        known.withLock { known in
            if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
            known[key] = bytes
        }
        return bytes
    }
}

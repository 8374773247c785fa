import IdentityModel
import Synchronization

/// The whole documents that were asked for, rendered once each: pollers ask for the same one again and again.
///
/// Kept for the document that is served now; there is one entry at most for each version and form.
final class InstanceBytes: Sendable {
    private struct Key: Hashable {
        let version: String
        let showsExtended: Bool
    }

    private struct Kept {
        let document: InstanceDocument
        var bytes: [Key: [UInt8]] = [:]
    }

    private let kept = Mutex<Kept?>(nil)

    /// The JSON of the whole document in one version.
    func json(of document: InstanceDocument, version: String, showsExtended: Bool) -> [UInt8] {
        let key = Key(version: version, showsExtended: showsExtended)
        if let bytes = kept.withLock({ $0?.document === document ? $0?.bytes[key] : nil }) { return bytes }
        let bytes = InstanceView(tree: document.tree, version: version, showsExtended: showsExtended).json
        kept.withLock { kept in
            if kept?.document !== document { kept = Kept(document: document) }
            kept?.bytes[key] = bytes
        }
        return bytes
    }
}

import IdentityModel
import WireFormats

/// Which identities a person has put in the place of others.
///
/// A `ManagedIdentity` or `Application` of the target says so by the annotation `understudy.internal/replaces`: client ids or names of
/// identities, separated by commas; `kubelet` is the node's own. What it says is a decision, and no difference that the rehearsal has to warn of.
struct Replacements: Sendable {
    static let annotation = "understudy.internal/replaces"

    private let replaced: [String: Set<String>]

    init(_ items: [ExportedCluster.Item], catalogue: IdentityCatalogue, kubelet: KnownIdentity?) {
        var replaced: [String: Set<String>] = [:]
        for item in items {
            guard let text = item.document["metadata"]?["annotations"]?[Self.annotation]?.text,
                let identity = catalogue.identity(named: item.key.name)
            else { continue }
            let ids = text.split(separator: ",").map { part in
                let name = String(part.filter { $0 != " " })
                let named = catalogue.identity(named: name) ?? (name == kubelet?.name ? kubelet : nil)
                return named?.clientID ?? name.lowercased()
            }
            replaced[identity.clientID, default: []].formUnion(ids)
        }
        self.replaced = replaced
    }

    /// Whether one identity may stand where the other stood.
    func allows(_ after: String, for before: String) -> Bool { replaced[after]?.contains(before.lowercased()) ?? false }
}

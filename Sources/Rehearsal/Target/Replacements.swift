import IdentityModel
import WireFormats

/// Which identities a person has put in the place of others.
///
/// A `ManagedIdentity` or `Application` of the target says so by the annotation `understudy.internal/replaces`: client ids, separated by
/// commas. What it says is a decision, and no difference that the rehearsal has to warn of.
struct Replacements: Sendable {
    static let annotation = "understudy.internal/replaces"

    private let replaced: [String: Set<String>]

    init(_ items: [ExportedCluster.Item], catalogue: IdentityCatalogue) {
        var replaced: [String: Set<String>] = [:]
        for item in items {
            guard let text = item.document["metadata"]?["annotations"]?[Self.annotation]?.text,
                let identity = catalogue.all.first(where: { $0.name == item.key.name })
            else { continue }
            let ids = text.lowercased().split(separator: ",").map { String($0.filter { $0 != " " }) }
            replaced[identity.clientID, default: []].formUnion(ids)
        }
        self.replaced = replaced
    }

    /// Whether one identity may stand where the other stood.
    func allows(_ after: String, for before: String) -> Bool { replaced[after]?.contains(before.lowercased()) ?? false }
}

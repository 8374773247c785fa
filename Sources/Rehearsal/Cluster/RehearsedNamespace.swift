import IdentityModel
import WireFormats

/// A namespace, as far as it says what its pods may do.
struct RehearsedNamespace {
    /// Its name.
    let name: String
    /// The pod security level that it enforces; nil where no label, or an unknown one, says.
    let enforced: PodSecurity.Level?
    /// Where it stands.
    let reference: ManifestReference

    init(_ item: ExportedCluster.Item) {
        name = item.key.name
        reference = item.reference
        enforced = item.document["metadata"]?["labels"]?[PodSecurity.enforceLabel]?.text.flatMap(PodSecurity.Level.init)
    }
}

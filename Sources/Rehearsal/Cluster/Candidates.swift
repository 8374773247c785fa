import IdentityModel

/// Which identities a workload may mean: those that bindings tie to its label, in any namespace.
///
/// Whether it gets them is for NMI to say; here it is only settled what is worth asking for.
struct Candidates: Sendable {
    private let bySelector: [String: [AzureIdentityBinding]]
    private let catalogue: IdentityCatalogue

    init(_ cluster: ExportedCluster, catalogue: IdentityCatalogue) {
        bySelector = Dictionary(
            grouping: cluster.all { if case .azureIdentityBinding(let binding) = $0 { binding } else { nil } }.map(\.value), by: \.selector)
        self.catalogue = catalogue
    }

    /// The identities for a workload, those of its own namespace first.
    func of(_ workload: Workload) -> [KnownIdentity] {
        let namespace = workload.id.name.namespace
        let bindings = (bySelector[workload.bindingLabel ?? ""] ?? []).sorted { left, right in
            (left.id.namespace == namespace ? 0 : 1, left.id) < (right.id.namespace == namespace ? 0 : 1, right.id)
        }
        var found: [KnownIdentity] = []
        for binding in bindings {
            guard let identity = catalogue.identity(of: binding.identityID), !found.contains(identity) else { continue }
            found.append(identity)
        }
        return found
    }
}

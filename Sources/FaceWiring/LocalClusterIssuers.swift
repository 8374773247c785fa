public import Authority
public import WireFormats
public import WorkloadIdentity

/// The emulated clusters' issuers as the authority knows them: their keys need no way over the network.
public struct LocalClusterIssuers: LocalIssuers {
    private let issuers: ClusterIssuers

    /// The issuers of emulated clusters.
    public init(issuers: ClusterIssuers) { self.issuers = issuers }

    /// The key set of an issuer; nil when it is none of theirs.
    public func keySet(of issuer: String) -> JSONValue? {
        do {
            return try issuers.keySet(of: issuer)
        } catch {
            // The issuer is ours, and asking it over the network would fail alike: it publishes nothing now.
            return ["keys": []]
        }
    }
}

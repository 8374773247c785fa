import Authority
import WireFormats
import WorkloadIdentity

/// The emulated clusters' issuers as the authority knows them: their keys need no way over the network.
struct LocalClusterIssuers: LocalIssuers {
    let issuers: ClusterIssuers

    func keySet(of issuer: String) -> JSONValue? {
        do {
            return try issuers.keySet(of: issuer)
        } catch {
            // The issuer is ours, and asking it over the network would fail alike: it publishes nothing now.
            return ["keys": []]
        }
    }
}

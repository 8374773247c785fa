/// What a finding or an answer rests on.
public enum Evidence: Hashable, Sendable {
    /// An object of the manifests.
    case manifest(ManifestReference)
    /// A request that was made in the rehearsal: its id, the request and what came of it.
    case request(id: String, request: String, outcome: String)
    /// Anything else that was seen.
    case fact(String)
}

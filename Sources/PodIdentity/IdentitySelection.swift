import Decisions
import IdentityModel
import IdentityStore
import Surroundings

/// What a token request asks NMI for.
///
/// `api-version` and `object_id` are never read (source: nmi.md §1.3).
struct NMIQuery: Sendable {
    let resource: String
    let clientID: String
    /// `msi_res_id`, or `mi_res_id` when that is absent or empty.
    let resourceID: String
    /// Which of the two names the resource id came by.
    let resourceIDName: String

    /// Whether the request leaves the choice to NMI.
    var namesNoIdentity: Bool { clientID.isEmpty && resourceID.isEmpty }

    /// The selector as the journal shows it.
    var journalSelector: Decision.Selector? {
        if !clientID.isEmpty { return Decision.Selector(name: "client_id", value: clientID) }
        return resourceID.isEmpty ? nil : Decision.Selector(name: resourceIDName, value: resourceID)
    }
}

/// What NMI's choice in managed mode came to, with everything that was considered.
struct IdentitySelection: Sendable {
    /// A binding whose selector fits the pod's label, with the identity it points at, if that exists.
    struct Candidate: Sendable {
        let binding: AzureIdentityBinding
        let identity: AzureIdentity?
    }

    let candidates: [Candidate]
    /// The identity that was taken; nil when none fits.
    let chosen: Candidate?

    /// Managed mode (source: nmi.md §3.3): bindings of the pod's own namespace whose selector equals its label, a missing label counting as
    /// empty; ids compared with their case.
    ///
    /// With none named the first, which in the original is random.
    static func managed(pod: Pod, query: NMIQuery, snapshot: IdentitySnapshot, entropy: Entropy) -> IdentitySelection {
        let bindings = snapshot.bindings(in: pod.id.namespace, selector: pod.bindingLabel ?? "")
        let candidates = bindings.map { Candidate(binding: $0, identity: snapshot.azureIdentity($0.identityID)) }
        let existing = candidates.filter { $0.identity != nil }
        let chosen: Candidate?
        if query.namesNoIdentity {
            chosen = existing.count > 1 ? existing[entropy.below(existing.count)] : existing.first
        } else {
            chosen = existing.first { candidate in candidate.identity.map { Self.fits($0, query) } ?? false }
        }
        return IdentitySelection(candidates: candidates, chosen: chosen)
    }

    private static func fits(_ identity: AzureIdentity, _ query: NMIQuery) -> Bool {
        (!query.clientID.isEmpty && identity.clientID == query.clientID)
            || (!query.resourceID.isEmpty && identity.resourceID == query.resourceID)
    }

    /// Candidates that were not taken, each with the reason.
    func rejections(query: NMIQuery) -> [Decision.Rejection] {
        candidates.compactMap { candidate in
            let binding = ObjectKey(kind: .azureIdentityBinding, namespace: candidate.binding.id.namespace, name: candidate.binding.id.name)
            guard let identity = candidate.identity else {
                return Decision.Rejection(binding, "its AzureIdentity \(candidate.binding.identityID) does not exist")
            }
            guard identity !== chosen?.identity else { return nil }
            let key = ObjectKey(kind: .azureIdentity, namespace: identity.id.namespace, name: identity.id.name)
            if query.namesNoIdentity { return Decision.Rejection(key, "several identities fit and another was chosen") }
            return Decision.Rejection(key, Self.difference(identity, query))
        }
    }

    private static func difference(_ identity: AzureIdentity, _ query: NMIQuery) -> String {
        let (name, wanted, has) =
            query.clientID.isEmpty
            ? ("resource id", query.resourceID, identity.resourceID) : ("client id", query.clientID, identity.clientID)
        return wanted.lowercased() == has.lowercased()
            ? "its \(name) \(has) differs from the one asked for in letter case only" : "its \(name) is \(has.isEmpty ? "empty" : has)"
    }
}

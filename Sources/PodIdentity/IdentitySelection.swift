import Decisions
import IdentityModel
import IdentityStore
import Surroundings

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
        let chosen =
            query.namesNoIdentity ? entropy.one(of: existing) : existing.first { $0.identity.map(query.names) ?? false }
        return IdentitySelection(candidates: candidates, chosen: chosen)
    }

    /// Candidates that were not taken, each with the reason.
    func rejections(query: NMIQuery) -> [Decision.Rejection] {
        candidates.compactMap { candidate in
            guard let identity = candidate.identity else {
                return Decision.Rejection(ObjectKey(candidate.binding), "its AzureIdentity \(candidate.binding.identityID) does not exist")
            }
            guard identity !== chosen?.identity else { return nil }
            if query.namesNoIdentity {
                return Decision.Rejection(ObjectKey(identity), "several identities fit and another was chosen")
            }
            return Decision.Rejection(ObjectKey(identity), query.difference(from: identity))
        }
    }
}

extension Entropy {
    /// One of the elements at random; nil when there are none.
    ///
    /// A single one costs no randomness, so that worlds without a choice do not move a seeded one.
    func one<Element>(of elements: [Element]) -> Element? {
        elements.count > 1 ? elements[below(elements.count)] : elements.first
    }
}

extension ObjectKey {
    init(_ binding: AzureIdentityBinding) {
        self.init(kind: .azureIdentityBinding, namespace: binding.id.namespace, name: binding.id.name)
    }

    init(_ identity: AzureIdentity) { self.init(kind: .azureIdentity, namespace: identity.id.namespace, name: identity.id.name) }

    init(_ assigned: AzureAssignedIdentity) {
        self.init(kind: .azureAssignedIdentity, namespace: assigned.id.namespace, name: assigned.id.name)
    }

    init(_ exception: AzurePodIdentityException) {
        self.init(kind: .azurePodIdentityException, namespace: exception.id.namespace, name: exception.id.name)
    }

    init(pod: NamespacedName) { self.init(kind: .pod, namespace: pod.namespace, name: pod.name) }
}

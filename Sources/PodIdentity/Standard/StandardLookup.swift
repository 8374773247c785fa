import Decisions
import HTTPServing
import IdentityModel
import IdentityStore

extension PodIdentityService {
    /// Standard mode: what MIC has assigned to the pod, waited for if need be (source: nmi.md §1.8).
    func findAssigned(_ lookup: IdentityLookup, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        let assigned = snapshot.assignedIdentities(of: lookup.pod)
        switch AssignedLook(at: assigned, for: lookup.query) {
        case .found(let group): return choose(from: group, lookup, snapshot)
        case .notYet(let created):
            guard case .real(let sleep) = timing else {
                let wait = IdentityWait(snapshot.node.node.nmi)
                let (failure, milliseconds) = wait.ending(created: created, pod: lookup.pod, query: lookup.query)
                var lookup = lookup
                lookup.quirks += Self.quirks(failure, assigned)
                return refuse(failure, lookup, snapshot, rejected: Self.rejections(assigned, lookup.query), waitMilliseconds: milliseconds)
            }
            return .later { [self] in await lookAgain(lookup, snapshot, sleep: sleep) }
        }
    }

    /// Looks as often as the original, each time at the newest state.
    private func lookAgain(
        _ lookup: IdentityLookup, _ snapshot: IdentitySnapshot, sleep: @Sendable (Int) async -> Void
    ) async -> HTTPResponse {
        let wait = IdentityWait(snapshot.node.node.nmi)
        var latest = snapshot
        var waited = 0
        var failure = wait.exhausted(pod: lookup.pod)
        looking: for index in 0..<wait.looks {
            switch AssignedLook(at: latest.assignedIdentities(of: lookup.pod), for: lookup.query) {
            case .found(let group): return await choose(from: group, lookup, latest, waitMilliseconds: waited).finished()
            case .notYet(let created):
                if let ending = wait.ending(atLook: index, created: created, pod: lookup.pod, query: lookup.query) {
                    failure = ending
                    break looking
                }
                await sleep(wait.intervalSeconds * 1000)
                waited += wait.intervalSeconds * 1000
                latest = store.current
                guard !Task.isCancelled else {
                    return await refuse(.clientGone, lookup, latest, waitMilliseconds: waited).finished()
                }
            }
        }
        let assigned = latest.assignedIdentities(of: lookup.pod)
        let rejected = Self.rejections(assigned, lookup.query)
        var lookup = lookup
        lookup.quirks += Self.quirks(failure, assigned)
        return await refuse(failure, lookup, latest, rejected: rejected, waitMilliseconds: waited).finished()
    }

    private func choose(
        from group: [AzureAssignedIdentity], _ lookup: IdentityLookup, _ snapshot: IdentitySnapshot, waitMilliseconds: Int = 0
    ) -> HTTPAnswer {
        let selection = AssignedSelection(
            from: group, pod: lookup.pod, query: lookup.query, forceNamespaced: snapshot.node.node.nmi.forceNamespaced, entropy: entropy)
        let rejected = selection.rejections(query: lookup.query)
        var lookup = lookup
        lookup.quirks += selection.quirks(query: lookup.query)
        if group.first?.state == .empty, snapshot.assignedIdentities(of: lookup.pod).contains(where: { $0.state == .assigned }) {
            lookup.quirks.append(.noStateHidesAssigned)
        }
        guard let chosen = selection.chosen, let identity = chosen.identity else {
            return refuse(
                selection.failure ?? .selectionEmpty, lookup, snapshot, rejected: rejected, waitMilliseconds: waitMilliseconds)
        }
        return fetch(
            TokenGrant(
                lookup: lookup, snapshot: snapshot, basis: .assigned(chosen, identity),
                matched: [ObjectKey(pod: lookup.pod), ObjectKey(chosen), ObjectKey(identity)], rejected: rejected,
                waitMilliseconds: waitMilliseconds))
    }

    /// What of the wait's odd ways kept a request from what is assigned to its pod.
    private static func quirks(_ failure: NMIFailure, _ assigned: [AzureAssignedIdentity]) -> [NMIQuirk] {
        guard case .identityNotCreated(_, .some, _, _) = failure, assigned.contains(where: { $0.state == .assigned }) else { return [] }
        return [.waitsForUnknownID]
    }

    /// Why each assigned identity did not end the wait.
    static func rejections(_ assigned: [AzureAssignedIdentity], _ query: NMIQuery) -> [Decision.Rejection] {
        assigned.map { assigned in
            let key = ObjectKey(assigned)
            guard let identity = assigned.identity else { return Decision.Rejection(key, "it has no azureIdentityRef") }
            guard query.namesNoIdentity || query.namesInAnyCase(identity) else {
                return Decision.Rejection(key, query.difference(from: identity))
            }
            return Decision.Rejection(key, "its state is \(assigned.state)")
        }
    }
}

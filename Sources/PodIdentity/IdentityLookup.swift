import Decisions
import HTTPServing
import IdentityModel
import IdentityStore

/// A token request whose caller and question are known, and whose identity is not.
struct IdentityLookup: Sendable {
    /// Which of NMI's two token routes it came by.
    enum Route: Sendable {
        case token
        case hostToken
    }

    let request: HTTPRequest
    let query: NMIQuery
    /// Whose identity is asked for.
    let pod: NamespacedName
    let route: Route
    /// What of NMI's odd ways made a difference so far.
    var quirks: [NMIQuirk]

    init(request: HTTPRequest, query: NMIQuery, pod: NamespacedName, route: Route, quirks: [NMIQuirk]) {
        self.request = request
        self.query = query
        self.pod = pod
        self.route = route
        self.quirks = query.namesObjectID ? quirks + [.objectIDIgnored] : quirks
    }
}

extension PodIdentityService {
    /// Finds the identity and gets its token, by the node's mode (source: nmi.md §6).
    func find(_ lookup: IdentityLookup, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        switch snapshot.node.node.podIdentityMode {
        case .standard:
            var lookup = lookup
            if lookup.route == .hostToken, snapshot.pod(lookup.pod) == nil { lookup.quirks.append(.hostRouteNeedsNoPod) }
            return findAssigned(lookup, snapshot)
        case .managed:
            // Only callers of the host route can ask for a pod that is not there.
            guard let pod = snapshot.pod(lookup.pod) else { return refuse(.podUnknown(lookup.pod), lookup, snapshot) }
            return findBound(lookup, pod, snapshot)
        }
    }

    /// Managed mode: bindings of the pod's namespace, without any wait.
    private func findBound(_ lookup: IdentityLookup, _ pod: Pod, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        let selection = IdentitySelection.managed(pod: pod, query: lookup.query, snapshot: snapshot, entropy: entropy)
        guard let chosen = selection.chosen, let identity = chosen.identity else {
            return refuse(
                .identityNotFound(requestedClientID: lookup.query.clientID), lookup, snapshot, bound: pod,
                rejected: selection.rejections(query: lookup.query))
        }
        var lookup = lookup
        if pod.bindingLabel == nil { lookup.quirks.append(.missingLabelIsEmpty) }
        if lookup.query.namesNoIdentity, selection.candidates.count(where: { $0.identity != nil }) > 1 {
            lookup.quirks.append(.randomChoice)
        }
        return fetch(
            TokenGrant(
                lookup: lookup, snapshot: snapshot, basis: .bound(pod, identity),
                matched: [ObjectKey(pod: pod.id), ObjectKey(chosen.binding), ObjectKey(identity)],
                rejected: selection.candidates.count > 1 ? selection.rejections(query: lookup.query) : []))
    }

    /// Ends a search that found nothing.
    ///
    /// - Parameter bound: the pod whose label was searched by, in managed mode.
    func refuse(
        _ failure: NMIFailure, _ lookup: IdentityLookup, _ snapshot: IdentitySnapshot, bound: Pod? = nil,
        rejected: [Decision.Rejection] = [], waitMilliseconds: Int = 0
    ) -> HTTPAnswer {
        let reason = failure.explanation(of: lookup.pod, lookup.query, bound: bound)
        var decision = self.decision(snapshot, failure.outcome, reason)
        if case .podUnknown = failure {} else { decision.pod = lookup.pod }
        decision.selector = lookup.query.journalSelector
        decision.resource = lookup.query.resource
        decision.rejected = rejected
        decision.waitMilliseconds = waitMilliseconds
        decision.quirks = lookup.quirks.notes
        let isToldTo = snapshot.node.node.nmi.setRetryAfterHeader && failure.isLookup
        if isToldTo, lookup.route == .hostToken { decision.quirks.append(NMIQuirk.hostRouteNeverRetryAfter.note) }
        let retryAfter = isToldTo && lookup.route == .token
        let response = NMIWire.failure(failure, retryAfter: retryAfter)
        if !failure.isPanic {
            count(response, lookup.request, lookup.query, namespace: lookup.pod.namespace, waitMilliseconds: waitMilliseconds)
        }
        return .now(journal.conclude(response, decision, for: lookup.request))
    }
}

extension HTTPAnswer {
    /// The response, waited for if need be.
    func finished() async -> HTTPResponse {
        switch self {
        case .now(let response): response
        case .later(let work): await work()
        }
    }
}

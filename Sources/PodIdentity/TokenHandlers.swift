import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

extension PodIdentityService {
    /// A token request once its caller, its query and its identity are known.
    private struct Grant: Sendable {
        let request: HTTPRequest
        let snapshot: IdentitySnapshot
        let query: NMIQuery
        let pod: Pod
        /// The identity chosen; nil for a pod that bypasses the choice.
        let identity: AzureIdentity?
        let matched: [ObjectKey]
        let rejected: [Decision.Rejection]
        let route: Route

        /// The exception that lets the pod bypass the choice, if that is why.
        var exception: ObjectKey? { matched.first { $0.kind == .azurePodIdentityException } }

        enum Route: Sendable {
            case token
            case hostToken
        }
    }

    // MARK: Rule 1

    /// The order of checks is NMI's (source: nmi.md §1.5).
    func token(_ request: HTTPRequest, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        let settings = snapshot.node.node.nmi
        guard !settings.metadataHeaderRequired || request.headerIs("Metadata", "true") else {
            return refuse(.metadataHeaderMissing, request, snapshot)
        }
        guard case .ipv4 = request.peer.host else { return refuse(.addressEmpty, request, snapshot) }
        let query = Self.query(of: request)
        guard !query.resource.isEmpty else { return refuse(.resourceEmpty, request, snapshot) }
        do throws(NMIFailure) {
            return grant(request, snapshot, query, pod: try CallerResolution.pod(of: request.peer, in: snapshot))
        } catch {
            guard case .podListEmpty = error else { return refuseLookup(error, request, snapshot, query) }
            return unknownCaller(request, snapshot, query)
        }
    }

    private func grant(_ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, pod: Pod) -> HTTPAnswer {
        let caller = ObjectKey(kind: .pod, namespace: pod.id.namespace, name: pod.id.name)
        if let bypass = CallerResolution.exception(of: pod, in: snapshot) {
            var matched = [caller]
            if case .excepted(let exception) = bypass {
                matched.append(
                    ObjectKey(kind: .azurePodIdentityException, namespace: exception.id.namespace, name: exception.id.name))
            }
            return fetch(
                Grant(
                    request: request, snapshot: snapshot, query: query, pod: pod, identity: nil, matched: matched, rejected: [],
                    route: .token))
        }
        return select(request, snapshot, query, pod: pod, route: .token)
    }

    private func select(
        _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, pod: Pod, route: Grant.Route
    ) -> HTTPAnswer {
        let selection = IdentitySelection.managed(pod: pod, query: query, snapshot: snapshot, entropy: entropy)
        let caller = ObjectKey(kind: .pod, namespace: pod.id.namespace, name: pod.id.name)
        guard let chosen = selection.chosen, let identity = chosen.identity else {
            return refuseLookup(
                .identityNotFound(requestedClientID: query.clientID), request, snapshot, query, pod: pod,
                rejected: selection.rejections(query: query), route: route)
        }
        let matched = [
            caller,
            ObjectKey(kind: .azureIdentityBinding, namespace: chosen.binding.id.namespace, name: chosen.binding.id.name),
            ObjectKey(kind: .azureIdentity, namespace: identity.id.namespace, name: identity.id.name),
        ]
        return fetch(
            Grant(
                request: request, snapshot: snapshot, query: query, pod: pod, identity: identity, matched: matched,
                rejected: selection.candidates.count > 1 ? selection.rejections(query: query) : [], route: route))
    }

    private func fetch(_ grant: Grant) -> HTTPAnswer {
        if let failure = grant.identity?.servicePrincipalFailure(in: grant.snapshot) {
            return .now(answer(grant, TokenFetch.Outcome(result: .failure(failure))))
        }
        // An excepted pod's resource id is ignored: without a client id it gets the default identity (source: nmi.md §2.5).
        let clientID = grant.identity?.clientID ?? grant.query.clientID
        let fetch = TokenFetch(upstream: upstream, timing: timing)
        switch fetch.managedIdentityToken(resource: grant.query.resource, clientID: clientID, peer: grant.request.peer) {
        case .done(let outcome): return .now(answer(grant, outcome))
        case .waiting(let work): return .later { [self] in answer(grant, await work()) }
        }
    }

    private func answer(_ grant: Grant, _ outcome: TokenFetch.Outcome) -> HTTPResponse {
        let response: HTTPResponse
        var decision: Decision
        switch outcome.result {
        case .success(let token):
            response =
                grant.route == .hostToken
                ? NMIWire.hostToken(token, clientID: grant.identity?.clientID ?? "") : NMIWire.token(token)
            decision = self.decision(
                grant.snapshot, .issued, Self.explanation(pod: grant.pod, identity: grant.identity, exception: grant.exception))
        case .failure(let failure):
            response = NMIWire.failure(grant.identity == nil ? .exceptedToken(failure) : .token(failure), retryAfter: false)
            let what = Self.explanation(pod: grant.pod, identity: grant.identity, exception: grant.exception)
            decision = self.decision(
                grant.snapshot, failure.isRefreshError ? .refused : .failed, "\(what) But no token came: \(failure.explanation)")
        }
        decision.pod = grant.pod.id
        decision.selector = grant.query.journalSelector
        decision.resource = grant.query.resource
        decision.matched = grant.matched
        decision.rejected = grant.rejected
        decision.waitMilliseconds = outcome.waitMilliseconds
        return journal.conclude(response, decision, for: grant.request)
    }

    /// Takes only what it tells of: the journal keeps it, and must not keep a snapshot by it.
    private static func explanation(pod: Pod, identity: AzureIdentity?, exception: ObjectKey?) -> String {
        guard let identity else {
            return "\(pod.id) goes straight to the metadata service: "
                + (exception.map { "\($0) covers its labels." } ?? "its ReplicaSet's name begins with mic.")
        }
        let label = pod.bindingLabel.map { "label \(Pod.bindingLabel)=\($0)" } ?? "missing label, which reads as an empty selector"
        return "\(pod.id) has \(identity.id) through its \(label)."
    }

    // MARK: Rule 3

    /// For callers on the node that ask in a pod's name (source: nmi.md §1.6).
    func hostToken(_ request: HTTPRequest, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        guard let namespace = request.header("podns"), let name = request.header("podname"), !namespace.isEmpty, !name.isEmpty else {
            return refuse(.podHeadersMissing, request, snapshot)
        }
        guard request.peer.isIPv4Loopback127_0_0_1 else { return refuse(.notFromHost, request, snapshot) }
        let query = Self.query(of: request)
        guard !query.resource.isEmpty else { return refuse(.resourceEmpty, request, snapshot) }
        let id = NamespacedName(namespace: namespace, name: name)
        guard let pod = snapshot.pod(id) else {
            return refuseLookup(.podUnknown(id), request, snapshot, query, route: .hostToken)
        }
        return select(request, snapshot, query, pod: pod, route: .hostToken)
    }

    // MARK: Refusals of a lookup

    /// NMI looks five times in 1.2 s before it calls the pod list empty; a pod that appears meanwhile is served.
    private func unknownCaller(_ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery) -> HTTPAnswer {
        let wait = CallerResolution.retries * CallerResolution.retryMilliseconds
        guard case .real(let sleep) = timing else {
            return refuseLookup(.podListEmpty, request, snapshot, query, waitMilliseconds: wait)
        }
        return .later { [self] in
            for _ in 0..<CallerResolution.retries {
                await sleep(CallerResolution.retryMilliseconds)
                let latest = store.current
                guard let pod = try? CallerResolution.pod(of: request.peer, in: latest) else { continue }
                return await grant(request, latest, query, pod: pod).finished()
            }
            return await refuseLookup(.podListEmpty, request, snapshot, query, waitMilliseconds: wait).finished()
        }
    }

    private func refuseLookup(
        _ failure: NMIFailure, _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, pod: Pod? = nil,
        rejected: [Decision.Rejection] = [], route: Grant.Route = .token, waitMilliseconds: Int = 0
    ) -> HTTPAnswer {
        let reason = failure.explanation(pod: pod, query: query, address: request.peer.text)
        var decision = self.decision(snapshot, failure.outcome, reason)
        decision.pod = pod?.id
        decision.selector = query.journalSelector
        decision.resource = query.resource
        decision.rejected = rejected
        decision.waitMilliseconds = waitMilliseconds
        // The host route never says 503 for a missing identity (source: nmi.md §1.6).
        let retryAfter = snapshot.node.node.nmi.setRetryAfterHeader && route == .token
        return .now(journal.conclude(NMIWire.failure(failure, retryAfter: retryAfter), decision, for: request))
    }

    private static func query(of request: HTTPRequest) -> NMIQuery {
        let parameters = Percent.query(request.rawQuery ?? "", .dropMalformed)
        func first(_ name: String) -> String { parameters.first { $0.name == name }?.value ?? "" }
        let long = first("msi_res_id")
        return NMIQuery(
            resource: first("resource"), clientID: first("client_id"), resourceID: long.isEmpty ? first("mi_res_id") : long,
            resourceIDName: long.isEmpty ? "mi_res_id" : "msi_res_id")
    }
}

extension HTTPAnswer {
    /// The response, waited for if need be.
    fileprivate func finished() async -> HTTPResponse {
        switch self {
        case .now(let response): response
        case .later(let work): await work()
        }
    }
}

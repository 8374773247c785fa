import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

extension PodIdentityService {
    // MARK: Rule 1

    /// The order of checks is NMI's (source: nmi.md §1.5).
    func token(_ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ quirks: [NMIQuirk]) -> HTTPAnswer {
        let settings = snapshot.node.node.nmi
        guard !settings.metadataHeaderRequired || request.headerIs("Metadata", "true") else {
            return reject(.metadataHeaderMissing, request, snapshot, quirks)
        }
        guard case .ipv4 = request.peer.host else { return reject(.addressEmpty, request, snapshot, quirks) }
        let query = NMIQuery(request)
        guard !query.resource.isEmpty else { return reject(.resourceEmpty, request, snapshot, quirks) }
        do throws(NMIFailure) {
            return token(request, snapshot, query, quirks, pod: try CallerResolution.pod(of: request.peer, in: snapshot))
        } catch {
            guard case .podListEmpty = error else { return refuseCaller(error, request, snapshot, query, quirks) }
            return unknownCaller(request, snapshot, query, quirks)
        }
    }

    private func token(
        _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, _ quirks: [NMIQuirk], pod: Pod
    ) -> HTTPAnswer {
        var lookup = IdentityLookup(request: request, query: query, pod: pod.id, route: .token, quirks: quirks)
        guard let bypass = CallerResolution.exception(of: pod, in: snapshot) else { return find(lookup, snapshot) }
        var matched = [ObjectKey(pod: pod.id)]
        switch bypass {
        case .looksLikeMIC: lookup.quirks.append(.anyMicReplicaSet)
        case .excepted(let exception):
            matched.append(ObjectKey(exception))
            if !exception.podLabels.contains(where: { pod.labels[$0] == $1 }) { lookup.quirks.append(.exceptionValuesIgnoreCase) }
        }
        if !query.resourceID.isEmpty, query.clientID.isEmpty { lookup.quirks.append(.exceptedIgnoreResourceID) }
        return fetch(TokenGrant(lookup: lookup, snapshot: snapshot, basis: .bypass(bypass), matched: matched, rejected: []))
    }

    // MARK: Rule 3

    /// For callers on the node that ask in a pod's name (source: nmi.md §1.6).
    func hostToken(_ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ quirks: [NMIQuirk]) -> HTTPAnswer {
        guard let namespace = request.header("podns"), let name = request.header("podname"), !namespace.isEmpty, !name.isEmpty else {
            return reject(.podHeadersMissing, request, snapshot, quirks)
        }
        guard request.peer.isIPv4Loopback127_0_0_1 else { return reject(.notFromHost, request, snapshot, quirks) }
        let query = NMIQuery(request)
        guard !query.resource.isEmpty else { return reject(.resourceEmpty, request, snapshot, quirks) }
        let pod = NamespacedName(namespace: namespace, name: name)
        return find(IdentityLookup(request: request, query: query, pod: pod, route: .hostToken, quirks: quirks), snapshot)
    }

    // MARK: Requests that are none

    /// Refuses before anything is known of the pod.
    private func reject(
        _ failure: NMIFailure, _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ quirks: [NMIQuirk]
    ) -> HTTPAnswer {
        count(NMIWire.failure(failure, retryAfter: false), request, NMIQuery(request))
        return refuse(failure, request, snapshot, quirks)
    }

    // MARK: Callers that cannot be resolved

    /// NMI looks five times in 1.2 s before it calls the pod list empty; a pod that appears meanwhile is served.
    private func unknownCaller(
        _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, _ quirks: [NMIQuirk]
    ) -> HTTPAnswer {
        let wait = CallerResolution.retries * CallerResolution.retryMilliseconds
        let miss = "get_pod_list"
        guard case .real(let sleep) = timing else {
            metrics.count(.kubernetesErrors, miss, times: CallerResolution.retries + 1)
            return refuseCaller(.podListEmpty, request, snapshot, query, quirks, waitMilliseconds: wait)
        }
        return .later { [self] in
            metrics.count(.kubernetesErrors, miss)
            for _ in 0..<CallerResolution.retries {
                await sleep(CallerResolution.retryMilliseconds)
                let latest = store.current
                guard let pod = try? CallerResolution.pod(of: request.peer, in: latest) else {
                    metrics.count(.kubernetesErrors, miss)
                    continue
                }
                return await token(request, latest, query, quirks, pod: pod).finished()
            }
            return await refuseCaller(.podListEmpty, request, snapshot, query, quirks, waitMilliseconds: wait).finished()
        }
    }

    private func refuseCaller(
        _ failure: NMIFailure, _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ query: NMIQuery, _ quirks: [NMIQuirk],
        waitMilliseconds: Int = 0
    ) -> HTTPAnswer {
        var decision = self.decision(snapshot, failure.outcome, failure.explanation(address: request.peer.text))
        decision.selector = query.journalSelector
        decision.resource = query.resource
        decision.waitMilliseconds = waitMilliseconds
        decision.quirks = quirks.notes
        let response = NMIWire.failure(failure, retryAfter: false)
        count(response, request, query, waitMilliseconds: waitMilliseconds)
        return .now(journal.conclude(response, decision, for: request))
    }
}

extension NMIQuery {
    /// Reads the query of a request; a form in the body is ignored (source: nmi.md §1.3).
    init(_ request: HTTPRequest) {
        let parameters = Percent.query(request.rawQuery ?? "", .dropMalformed)
        self.init { name in parameters.first { $0.name == name }?.value ?? "" }
    }

    /// Takes the parameters NMI reads; `value` gives `""` for one that is not there.
    init(value: (String) -> String) {
        let long = value("msi_res_id")
        self.init(
            resource: value("resource"), namesObjectID: !value("object_id").isEmpty, clientID: value("client_id"),
            resourceID: long.isEmpty ? value("mi_res_id") : long,
            resourceIDName: long.isEmpty ? "mi_res_id" : "msi_res_id")
    }
}

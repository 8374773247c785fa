import Decisions
import HTTPServing
public import IdentityModel
public import IdentityStore
import Surroundings
public import WireFormats

/// Why a caller gets, or does not get, an identity from NMI: the same pure steps as a request takes, each told in a sentence.
public struct PodIdentityExplanation: Sendable {
    /// Who asks.
    public enum Caller: Sendable {
        case address(String)
        case pod(NamespacedName)
    }

    private let snapshot: IdentitySnapshot
    private let upstream: any InstanceMetadataUpstream
    private let authority: any ServicePrincipalAuthority

    /// Explains on one snapshot, with the metadata service that NMI has behind it and the Entra it asks.
    public init(snapshot: IdentitySnapshot, upstream: any InstanceMetadataUpstream, authority: any ServicePrincipalAuthority) {
        self.snapshot = snapshot
        self.upstream = upstream
        self.authority = authority
    }

    private struct Verdict {
        var pod: Pod?
        var response: HTTPResponse?
        var issued = false
        var steps: [String] = []
        var bindings: [JSONValue] = []
        /// Bindings that have nothing to do with the pod.
        var otherBindings = 0
        /// What MIC has assigned; nil in managed mode.
        var assigned: [JSONValue]?
        var waitMilliseconds = 0
    }

    /// The explanation as a document: `outcome`, `status` and `answer` (what the workload would see), `steps`, `bindings` and
    /// `otherBindings` (how many are left out, for their namespace and selector are other ones), and in standard mode
    /// `assignedIdentities`.
    public func document(caller: Caller, parameters: [(name: String, value: String)]) -> JSONValue {
        let query = NMIQuery { name in
            let value = parameters.first { $0.name == name }?.value ?? ""
            return name == "resource" && value.isEmpty ? "https://management.azure.com/" : value
        }
        let verdict = verdict(caller: caller, query: query)
        var members = [
            JSONMember("plane", .string(snapshot.plane.rawValue)),
            JSONMember("podIdentityMode", .string(snapshot.node.node.podIdentityMode.rawValue)),
        ]
        if let pod = verdict.pod {
            members.append(JSONMember("pod", .string(pod.id.description)))
            members.append(
                JSONMember("labels", .object(pod.labels.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })))
        }
        members.append(JSONMember("outcome", verdict.issued ? "issued" : "refused"))
        if let response = verdict.response {
            members.append(JSONMember("status", .integer(response.status.code)))
            members.append(JSONMember("answer", .string(String(decoding: response.body.prefix(2000), as: UTF8.self))))
        }
        if verdict.waitMilliseconds > 0 { members.append(JSONMember("waitMilliseconds", .integer(verdict.waitMilliseconds))) }
        members.append(JSONMember("steps", .strings(verdict.steps)))
        members.append(JSONMember("bindings", .array(verdict.bindings)))
        if verdict.otherBindings > 0 { members.append(JSONMember("otherBindings", .integer(verdict.otherBindings))) }
        if let assigned = verdict.assigned { members.append(JSONMember("assignedIdentities", .array(assigned))) }
        return .object(members)
    }

    // MARK: Who asks

    private func verdict(caller: Caller, query: NMIQuery) -> Verdict {
        var verdict = Verdict()
        do throws(NMIFailure) {
            let pod = try pod(of: caller, &verdict)
            verdict.pod = pod
            if let bypass = CallerResolution.exception(of: pod, in: snapshot) {
                verdict.steps.append(TokenGrant.Basis.bypass(bypass).explanation(pod: pod.id))
                ask(clientID: query.clientID, query: query, identity: nil, &verdict)
            } else if snapshot.node.node.podIdentityMode == .standard {
                explainAssigned(pod, query, &verdict)
            } else {
                explainBound(pod, query, &verdict)
            }
        } catch {
            var reason = error.explanation
            if case .address(let text) = caller { reason = error.explanation(address: text) }
            // Why a pod is not among NMI's is told already.
            if verdict.pod != nil, case .podListEmpty = error { reason = "NMI finds no pod for its address." }
            refuse(error, reason, &verdict)
        }
        // Also for a pod that NMI cannot tell by its address, and for one that needs no binding.
        if let pod = verdict.pod {
            let reasons = BindingReasons(snapshot, pod, query)
            verdict.bindings = reasons.all
            verdict.otherBindings = reasons.others
        }
        return verdict
    }

    /// The pod NMI takes the caller for; what it would say otherwise is thrown, and why is among the steps.
    private func pod(of caller: Caller, _ verdict: inout Verdict) throws(NMIFailure) -> Pod {
        switch caller {
        case .address(let text):
            let host = IPv4.parse(text).map { PeerAddress.Host.ipv4($0) } ?? .ipv6(text: text)
            let pod = try CallerResolution.pod(of: PeerAddress(host: host, port: 0), in: snapshot)
            verdict.steps.append("The address \(text) is \(pod.id)'s.")
            return pod
        case .pod(let id):
            guard let pod = snapshot.pod(id) else { throw .podUnknown(id) }
            verdict.pod = pod
            if pod.hostNetwork {
                verdict.steps.append(
                    "\(id) uses its node's network: its calls pass NMI by and reach the node's own metadata service "
                        + "(serve --node-metadata); this is what NMI would say to it.")
            }
            if let reason = absence(of: pod) {
                verdict.steps.append(reason)
                throw .podListEmpty
            }
            return try CallerResolution.pod(of: PeerAddress(host: .ipv4(pod.address ?? 0), port: 0), in: snapshot)
        }
    }

    /// Why NMI's pod cache does not lead from the pod's address to the pod; nil when it does.
    private func absence(of pod: Pod) -> String? {
        if !snapshot.serves(pod) {
            return "\(pod.id) is on node \(pod.nodeName ?? ""), and NMI on \(snapshot.node.node.name) knows the pods of its own node only "
                + "(serve --node-name picks the node)."
        }
        if !pod.isResolvable { return "\(pod.id) is in phase \(pod.phase), so NMI's pod cache no longer resolves its address." }
        return pod.address == nil ? "\(pod.id) has no IPv4 status.podIP, so no caller can be resolved to it yet." : nil
    }

    private func refuse(_ failure: NMIFailure, _ reason: String, _ verdict: inout Verdict) {
        verdict.steps.append(reason)
        verdict.response = NMIWire.failure(failure, retryAfter: snapshot.node.node.nmi.setRetryAfterHeader && failure.isLookup)
        if case .podListEmpty = failure { verdict.waitMilliseconds = CallerResolution.retries * CallerResolution.retryMilliseconds }
    }

    // MARK: Which identity

    private func explainBound(_ pod: Pod, _ query: NMIQuery, _ verdict: inout Verdict) {
        // Any of several may be chosen; an explanation takes the first and says so.
        let selection = IdentitySelection.managed(pod: pod, query: query, snapshot: snapshot, entropy: Entropy { 0 })
        guard let identity = selection.chosen?.identity else {
            let failure = NMIFailure.identityNotFound(requestedClientID: query.clientID)
            return refuse(failure, failure.explanation(of: pod.id, query, bound: pod), &verdict)
        }
        let fitting = selection.candidates.filter { $0.identity != nil }.count
        verdict.steps.append("\(identity.id) is chosen" + (query.namesNoIdentity && fitting > 1 ? ", at random among \(fitting)." : "."))
        take(identity, query, &verdict)
    }

    private func explainAssigned(_ pod: Pod, _ query: NMIQuery, _ verdict: inout Verdict) {
        let assigned = snapshot.assignedIdentities(of: pod.id)
        if assigned.isEmpty, let reason = BindingReasons(snapshot, pod, query).passedOver { verdict.steps.append(reason) }
        let group: [AzureAssignedIdentity]
        switch AssignedLook(at: assigned, for: query) {
        case .found(let found): group = found
        case .notYet(let created):
            verdict.assigned = Self.shown(assigned, chosen: nil, PodIdentityService.rejections(assigned, query))
            let (failure, milliseconds) = IdentityWait(snapshot.node.node.nmi).ending(created: created, pod: pod.id, query: query)
            refuse(failure, failure.explanation + " NMI waits \(milliseconds / 1000) s for it.", &verdict)
            verdict.waitMilliseconds = milliseconds
            return
        }
        let selection = AssignedSelection(
            from: group, pod: pod.id, query: query, forceNamespaced: snapshot.node.node.nmi.forceNamespaced, entropy: Entropy { 0 })
        let others = assigned.filter { one in !group.contains { $0 === one } }
        let rejections = selection.rejections(query: query) + PodIdentityService.rejections(others, query)
        verdict.assigned = Self.shown(assigned, chosen: selection.chosen, rejections)
        guard let chosen = selection.chosen, let identity = chosen.identity else {
            let failure = selection.failure ?? .selectionEmpty
            return refuse(failure, failure.explanation(of: pod.id, query, bound: nil), &verdict)
        }
        verdict.steps.append(TokenGrant.Basis.assigned(chosen, identity).explanation(pod: pod.id))
        if selection.quirks(query: query).contains(.randomChoice) { verdict.steps.append("It is one of several, taken at random.") }
        take(identity, query, &verdict)
    }

    private static func shown(
        _ assigned: [AzureAssignedIdentity], chosen: AzureAssignedIdentity?, _ rejections: [Decision.Rejection]
    ) -> [JSONValue] {
        assigned.map { one in
            [
                "name": .string(one.id.description), "state": .string(one.state.rawValue),
                "azureIdentity": .string(one.identity?.id.description ?? ""), "node": .string(one.nodeName),
                "chosen": .bool(one === chosen),
                "reason": .string(one === chosen ? "" : rejections.first { $0.object == ObjectKey(one) }?.reason ?? ""),
            ]
        }
    }

    // MARK: What the metadata service says

    private func take(_ identity: AzureIdentity, _ query: NMIQuery, _ verdict: inout Verdict) {
        do throws(TokenFailure) {
            let fetch = try ServicePrincipalFetch(identity, in: snapshot, authority: authority, entropy: Entropy { 0 })
            guard fetch != nil else { return ask(clientID: identity.clientID, query: query, identity: identity, &verdict) }
            verdict.issued = true
            verdict.steps.append(
                "It is a service principal, and Secret \(identity.clientPassword) has what NMI needs to ask Entra for its token; "
                    + "what Entra says to it is told by the decisions on requests.")
        } catch {
            refuse(.token(error), NMIFailure.token(error).explanation, &verdict)
        }
    }

    /// What the metadata service would say; a token that would have to be signed is taken for granted.
    private func ask(clientID: String, query: NMIQuery, identity: AzureIdentity?, _ verdict: inout Verdict) {
        let fetch = TokenFetch(upstream: upstream, snapshot: snapshot, timing: .instant)
        let peer = PeerAddress(host: .ipv4(0x7f00_0001), port: 0)
        if let outcome = fetch.foreseen(resource: query.resource, clientID: clientID, peer: peer),
            case .failure(let failure) = outcome.result
        {
            let again = outcome.waitMilliseconds > 0 ? " NMI asks five times in \(outcome.waitMilliseconds / 1000) s." : ""
            verdict.waitMilliseconds += outcome.waitMilliseconds
            refuse(identity == nil ? .exceptedToken(failure) : .token(failure), "But \(failure.explanation).\(again)", &verdict)
            return
        }
        verdict.issued = true
        let name = clientID.isEmpty ? "the node's default identity" : "client id \(clientID)"
        verdict.steps.append(
            upstream.isElsewhere
                ? "The metadata service behind is asked for \(name); what it says is told by the decisions on requests."
                : "The node has \(name) and \(query.resource) is known: a token is issued.")
    }
}

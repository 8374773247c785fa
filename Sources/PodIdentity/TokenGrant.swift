import Decisions
import HTTPServing
import IdentityModel
import IdentityStore

/// A token request once it is settled whose identity to ask for.
struct TokenGrant: Sendable {
    /// What settled it.
    enum Basis: Sendable {
        /// The pod goes straight to the metadata service.
        case bypass(CallerResolution.Bypass)
        /// Managed mode: a binding of the pod's namespace.
        case bound(Pod, AzureIdentity)
        /// Standard mode: MIC's record.
        case assigned(AzureAssignedIdentity, AzureIdentity)
    }

    var lookup: IdentityLookup
    let snapshot: IdentitySnapshot
    let basis: Basis
    let matched: [ObjectKey]
    let rejected: [Decision.Rejection]
    /// What finding the identity took.
    var waitMilliseconds = 0

    /// The identity; nil for a pod that bypasses the choice.
    var identity: AzureIdentity? {
        switch basis {
        case .bypass: nil
        case .bound(_, let identity), .assigned(_, let identity): identity
        }
    }

    /// About whom the token is that it leads to; nil when nobody was named to another program, whose choice is its own.
    func principal(isElsewhere: Bool) -> Principal? {
        if let identity, identity.category != .managedIdentity {
            return Principal(
                category: .servicePrincipal, name: identity.id.name, clientID: identity.clientID, objectID: "", resourceID: nil)
        }
        let clientID = identity?.clientID ?? lookup.query.clientID
        guard clientID.isEmpty else { return snapshot.assigned(clientID: clientID) }
        guard !isElsewhere else { return nil }
        // The metadata service's own choice: the machine's identity, else the only other one (source: imds.md §5.3).
        let others = snapshot.userAssigned(limit: 2)
        return snapshot.node.systemAssigned ?? (others.count == 1 ? others.first : nil)
    }
}

extension PodIdentityService {
    /// Gets the token from the metadata service behind, or a service principal's from Entra, and answers with it.
    func fetch(_ grant: TokenGrant) -> HTTPAnswer {
        if let identity = grant.identity, identity.category != .managedIdentity {
            // Certificates are read before anything is asked, which is not for an event loop either.
            return .later { [self] in await askEntra(grant, identity) }
        }
        // An excepted pod's resource id is ignored: without a client id it gets the default identity (source: nmi.md §2.5).
        let clientID = grant.identity?.clientID ?? grant.lookup.query.clientID
        let fetch = TokenFetch(upstream: upstream, snapshot: grant.snapshot, timing: timing)
        switch fetch.managedIdentityToken(resource: grant.lookup.query.resource, clientID: clientID, peer: grant.lookup.request.peer) {
        case .done(let outcome): return .now(answer(grant, outcome))
        case .waiting(let work): return .later { [self] in answer(grant, await work()) }
        }
    }

    private func askEntra(_ grant: TokenGrant, _ identity: AzureIdentity) async -> HTTPResponse {
        var grant = grant
        let outcome: TokenFetch.Outcome
        do throws(TokenFailure) {
            let fetch = try ServicePrincipalFetch(identity, in: grant.snapshot, authority: authority, entropy: entropy)
            if fetch?.hadChoice == true { grant.lookup.quirks.append(.anyKeyOfSecret) }
            outcome = await fetch?.tokens(for: grant.lookup.query.resource) ?? TokenFetch.Outcome(result: .failure(.empty))
        } catch {
            outcome = TokenFetch.Outcome(result: .failure(error))
        }
        return answer(grant, outcome)
    }

    private func answer(_ grant: TokenGrant, _ outcome: TokenFetch.Outcome) -> HTTPResponse {
        let response: HTTPResponse
        var decision: Decision
        var isPanic = false
        // The journal keeps the explanation's parts; it must not keep a snapshot by them.
        let pod = grant.lookup.pod
        let basis = grant.basis
        switch outcome.result {
        case .success(let token):
            response =
                grant.lookup.route == .hostToken
                ? NMIWire.hostToken(token, clientID: grant.identity?.clientID ?? "")
                : NMIWire.token(token, auxiliary: outcome.auxiliary)
            decision = self.decision(grant.snapshot, .issued, basis.explanation(pod: pod))
        case .failure(let failure):
            let told: NMIFailure = grant.identity == nil ? .exceptedToken(failure) : .token(failure)
            response = NMIWire.failure(told, retryAfter: false)
            isPanic = told.isPanic
            decision = self.decision(
                grant.snapshot, failure.isRefreshError ? .refused : .failed,
                "\(basis.explanation(pod: pod)) But no token came: \(failure.explanation)")
        }
        decision.pod = pod
        decision.selector = grant.lookup.query.journalSelector
        decision.resource = grant.lookup.query.resource
        if case .success = outcome.result { decision.principal = grant.principal(isElsewhere: upstream.isElsewhere) }
        decision.matched = grant.matched
        decision.rejected = grant.rejected
        decision.waitMilliseconds = grant.waitMilliseconds + outcome.waitMilliseconds
        decision.quirks = (grant.lookup.quirks + Self.quirks(grant, outcome)).notes
        if !isPanic {
            count(
                response, grant.lookup.request, grant.lookup.query, namespace: pod.namespace,
                waitMilliseconds: decision.waitMilliseconds)
            countUpstream(grant, outcome)
        }
        return journal.conclude(response, decision, for: grant.lookup.request)
    }

    /// What of the way NMI gets tokens made a difference.
    private static func quirks(_ grant: TokenGrant, _ outcome: TokenFetch.Outcome) -> [NMIQuirk] {
        var quirks: [NMIQuirk] = []
        if let identity = grant.identity, identity.category == .managedIdentity {
            if identity.clientID.isEmpty {
                quirks.append(.noClientIDIsSystemAssigned)
            } else if grant.lookup.query.clientID.isEmpty, !grant.lookup.query.resourceID.isEmpty {
                quirks.append(.asksByClientID)
            }
        }
        if let identity = grant.identity {
            if identity.category == .servicePrincipalCertificate, !identity.auxiliaryTenantIDs.isEmpty {
                quirks.append(.certificateForOneTenant)
            }
            if grant.lookup.route == .hostToken, !outcome.auxiliary.isEmpty { quirks.append(.hostRoutePrimaryOnly) }
        }
        if case .failure(let failure) = outcome.result {
            if failure.isWrappedRefusal { quirks.append(.severalTenantsFailWith503) }
            if case .certificateUnreadable = failure { quirks.append(.oldCertificateFilesOnly) }
            if failure.isPanic { quirks.append(.otherKeysPanic) }
            if case .refused(let status, _, _) = failure, status != 403 { quirks.append(.refusalIs403) }
            if grant.identity == nil, !failure.isRefreshError { quirks.append(.exceptedFailWith403) }
            if outcome.waitMilliseconds == TokenFetch.longestWaitMilliseconds { quirks.append(.sleepsAfterLastAttempt) }
        }
        return quirks
    }
}

extension TokenGrant.Basis {
    /// Why the pod has it, in a sentence.
    func explanation(pod: NamespacedName) -> String {
        switch self {
        case .bypass(.excepted(let exception)):
            return "\(pod) goes straight to the metadata service: \(ObjectKey(exception)) covers its labels."
        case .bypass(.looksLikeMIC):
            return "\(pod) goes straight to the metadata service: its ReplicaSet's name begins with mic."
        case .bound(let bound, let identity):
            let label =
                bound.bindingLabel.map { "label \(Pod.bindingLabel)=\($0)" } ?? "missing label, which reads as an empty selector"
            return "\(pod) has \(identity.id) through its \(label)."
        case .assigned(let assigned, let identity):
            return "\(pod) has \(identity.id) by AzureAssignedIdentity \(assigned.id), whose state is \(assigned.state)."
        }
    }
}

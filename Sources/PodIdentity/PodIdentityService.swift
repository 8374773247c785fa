public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
import WireFormats

/// NMI: the proxy on the node that knows its callers by source address (source: nmi.md §1).
public struct PodIdentityService: HTTPResponder {
    let store: IdentityStore
    let upstream: any InstanceMetadataUpstream
    let authority: any ServicePrincipalAuthority
    let journal: DecisionJournal
    let entropy: Entropy
    let timing: Timing
    let metrics: NMIMetrics

    /// NMI over the store's pods and bindings, with a metadata service behind it and Entra within reach.
    public init(
        store: IdentityStore, upstream: any InstanceMetadataUpstream, authority: any ServicePrincipalAuthority,
        journal: DecisionJournal, entropy: Entropy, timing: Timing, metrics: NMIMetrics = NMIMetrics()
    ) {
        self.store = store
        self.upstream = upstream
        self.authority = authority
        self.journal = journal
        self.entropy = entropy
        self.timing = timing
        self.metrics = metrics
    }

    /// Answers a caller, in the world as of now, and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { respond(to: request, in: store.current) }

    /// Answers a caller in `snapshot` and records the decision.
    public func respond(to request: HTTPRequest, in snapshot: IdentitySnapshot) -> HTTPAnswer {
        let settings = snapshot.node.node.nmi
        let route = NMIRoute.route(request, settings: settings)
        let quirks = route.quirks(request)
        switch route {
        case .redirect(let location):
            return conclude(GoAnswer.redirect(to: location), request, snapshot, .rejected, "The path is not in its canonical form.", quirks)
        case .token: return token(request, snapshot, quirks)
        case .hostToken: return hostToken(request, snapshot, quirks)
        case .invalid: return refuse(.invalidPath, request, snapshot, quirks)
        case .blockedInstance: return refuse(.instanceBlocked, request, snapshot, quirks)
        case .proxy:
            guard !settings.metadataHeaderRequired || request.headerIs("Metadata", "true") else {
                return refuse(.metadataHeaderMissing, request, snapshot)
            }
            return proxy(request, snapshot)
        }
    }

    // MARK: Rule 5

    private func proxy(_ request: HTTPRequest, _ snapshot: IdentitySnapshot) -> HTTPAnswer {
        var decision = decision(snapshot, .forwarded, "The path is not NMI's; the metadata service behind it was asked.")
        decision.pod = (try? CallerResolution.pod(of: request.peer, in: snapshot))?.id
        let forwarded = decision
        switch upstream.relayed(request, in: snapshot) {
        case .now(let response): return .now(journal.conclude(response, forwarded, for: request))
        case .later(let work): return .later { [journal] in journal.conclude(await work(), forwarded, for: request) }
        }
    }

    // MARK: Endings

    func conclude(
        _ response: HTTPResponse, _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ outcome: Decision.Outcome, _ reason: String,
        _ quirks: [NMIQuirk]
    ) -> HTTPAnswer {
        var decision = decision(snapshot, outcome, reason)
        // Who asked is worth knowing even where NMI did not get as far as asking.
        decision.pod = (try? CallerResolution.pod(of: request.peer, in: snapshot))?.id
        decision.quirks = quirks.notes
        return .now(journal.conclude(response, decision, for: request))
    }

    func refuse(
        _ failure: NMIFailure, _ request: HTTPRequest, _ snapshot: IdentitySnapshot, _ quirks: [NMIQuirk] = []
    ) -> HTTPAnswer {
        var quirks = quirks
        if case .metadataHeaderMissing = failure, request.hasHeader("Metadata") { quirks.append(.metadataTrueExactly) }
        return conclude(NMIWire.failure(failure, retryAfter: false), request, snapshot, failure.outcome, failure.explanation, quirks)
    }

    func decision(
        _ snapshot: IdentitySnapshot, _ outcome: Decision.Outcome, _ reason: @autoclosure @escaping @Sendable () -> String
    ) -> Decision { Decision(face: .podIdentity, plane: snapshot.plane, outcome: outcome, reason: reason()) }
}

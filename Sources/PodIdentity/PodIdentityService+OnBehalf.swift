public import Decisions
public import HTTPServing
public import IdentityStore
import Surroundings

/// What NMI says to somebody who asks on a caller's behalf, and why.
public enum UnrecordedAnswer: Sendable {
    case now(HTTPResponse, Decision?)
    case later(@Sendable () async -> (HTTPResponse, Decision?))
}

extension PodIdentityService {
    /// Answers without recording or counting: for a source that asks NMI about its own caller and records its own decision.
    public func respondUnrecorded(to request: HTTPRequest, in snapshot: IdentitySnapshot) -> UnrecordedAnswer {
        // A journal of one page, whose times nobody reads.
        let page = DecisionJournal(capacity: 1, clock: WallClock { 0 })
        let aside = PodIdentityService(
            store: store, upstream: upstream, authority: authority, journal: page, entropy: entropy, timing: timing)
        @Sendable func decision() -> Decision? { page.decisions(DecisionQuery()).first?.decision }
        switch aside.respond(to: request, in: snapshot) {
        case .now(let response): return .now(response, decision())
        case .later(let work): return .later { (await work(), decision()) }
        }
    }
}

public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
import WireFormats

/// One source of managed identity: reads a request by the source's rules, gets the caller's token, and records the decision.
public struct SourceService: HTTPResponder {
    private let source: ManagedIdentitySource
    private let rules: SourceRules
    private let store: IdentityStore
    private let tokens: any CallerTokens
    private let journal: DecisionJournal
    private let secret: SecretBytes?
    private let challenges: ArcChallenges?
    private let clock: WallClock
    private let entropy: Entropy

    /// A source over the callers that `tokens` knows.
    ///
    /// - Parameters:
    ///   - secret: what callers have to send; nil where the source has no secret.
    ///   - challenges: what callers have to read; nil for all but Azure Arc.
    public init(
        _ source: ManagedIdentitySource, store: IdentityStore, tokens: any CallerTokens, journal: DecisionJournal, secret: SecretBytes?,
        challenges: ArcChallenges?, clock: WallClock, entropy: Entropy
    ) {
        self.source = source
        rules = source.rules
        self.store = store
        self.tokens = tokens
        self.journal = journal
        self.secret = secret
        self.challenges = rules.challenges ? challenges : nil
        self.clock = clock
        self.entropy = entropy
    }

    /// Answers a caller, in the world as of now, and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        let snapshot = store.current
        let plane = snapshot.plane
        let call = SourceCall(request, clock: clock, entropy: entropy)
        let read: ReadRequest
        do throws(SourceFailure) {
            read = try rules.read(call, secret: secret)
        } catch {
            return .now(refuse(error, call, plane))
        }
        let answer = tokens.answer(read.ask, in: snapshot)
        // Challenges are kept in files, which are not for an event loop.
        if challenges == nil, case .now(let verdict) = answer { return .now(conclude(verdict, read, call, plane)) }
        return .later {
            switch answer {
            case .now(let verdict): conclude(verdict, read, call, plane)
            case .later(let work): conclude(await work(), read, call, plane)
            }
        }
    }

    /// What the source says with a status on a bad day, and a wait that it tells the client of.
    public func outage(status: Int, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        var response = rules.wire.outage(HTTPStatus(code: status), SourceCall(request, clock: clock, entropy: entropy))
        if let retryAfter { response.headers.insert(.field("Retry-After", String(retryAfter)), at: 1) }
        return response
    }

    /// A request that cannot be granted whoever sent it.
    private func refuse(_ failure: SourceFailure, _ call: SourceCall, _ plane: Plane) -> HTTPResponse {
        var decision = decision(plane, failure, reason: failure.explanation(rules))
        decision.resource = call.parameter("resource")
        return journal.conclude(rules.wire.failure(failure, call), decision, for: call.request)
    }

    private func conclude(_ verdict: SourceVerdict, _ read: ReadRequest, _ call: SourceCall, _ plane: Plane) -> HTTPResponse {
        let response: HTTPResponse
        var decision: Decision
        // The journal keeps the reason; it must not keep the token by it.
        let reason = verdict.reason
        switch verdict.result {
        case .failure(let failure):
            response = rules.wire.failure(failure, call)
            decision = self.decision(plane, failure, reason: reason())
        case .success(let grant):
            if let challenge = challenge(call, plane) {
                (response, decision) = challenge
            } else {
                response = rules.wire.success(
                    read.dialect.body(grant, isNamed: read.ask.selector != nil, now: call.now), call)
                decision = self.decision(plane, .issued, reason())
                decision.principal = verdict.principal
                decision.tokenIdentifier = grant.identifier
            }
        }
        decision.pod = verdict.pod
        decision.selector = read.ask.selector?.journaled
        decision.resource = read.ask.resource
        decision.matched = verdict.matched
        decision.rejected = verdict.rejected
        decision.waitMilliseconds = verdict.waitMilliseconds
        decision.quirks = read.quirks + verdict.quirks
        return journal.conclude(response, decision, for: call.request)
    }

    /// What a caller is told that has not proved yet that it may read the agent's files; nil when it has, or need not.
    ///
    /// The agent looks for the identity first: a selector that names none is refused before any challenge (msal-python#962).
    private func challenge(_ call: SourceCall, _ plane: Plane) -> (HTTPResponse, Decision)? {
        guard let challenges else { return nil }
        let sent = call.request.header("Authorization")
        guard !challenges.accepts(sent, now: call.now) else { return nil }
        let lack = sent == nil ? "The request carries no key" : "The key in the request is none that is waited for"
        do throws(ArcChallengeError) {
            let file = try challenges.issue(now: call.now)
            let decision = decision(plane, .answered, "\(lack): the caller was sent to read \(file).")
            return (AzureArcWire().challenge(keyFile: file), decision)
        } catch {
            let failure = SourceFailure.tokenUnavailable
            return (rules.wire.failure(failure, call), decision(plane, .failed, "No challenge could be made: \(error)."))
        }
    }

    private func decision(_ plane: Plane, _ failure: SourceFailure, reason: @autoclosure @escaping @Sendable () -> String) -> Decision {
        let outcome: Decision.Outcome = failure == .tokenUnavailable ? .failed : failure.isRefusal ? .refused : .rejected
        return decision(plane, outcome, reason())
    }

    private func decision(
        _ plane: Plane, _ outcome: Decision.Outcome, _ reason: @autoclosure @escaping @Sendable () -> String
    ) -> Decision {
        var decision = Decision(face: .managedIdentitySources, plane: plane, outcome: outcome, reason: reason())
        decision.source = source.journaled
        return decision
    }
}

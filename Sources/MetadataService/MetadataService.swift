public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
public import TokenIssuance
import WireFormats

/// The Azure Instance Metadata Service of the served node (source: imds.md).
public struct MetadataService: HTTPResponder {
    let store: IdentityStore
    let issuer: TokenIssuer
    let journal: DecisionJournal
    let events: ScheduledEvents
    let wire: MetadataWire
    let instanceBytes = InstanceBytes()
    private let asks = KnownAsks()
    let platform: PlatformKeys
    let certificates: BoundCertificates
    let authorityURL: @Sendable () -> String
    var limits: RateLimits?

    /// A metadata service over the store's node.
    ///
    /// - Parameters:
    ///   - platform: signs attested documents and issues bound certificates.
    ///   - authorityURL: the authority that a client with a bound certificate is sent to, without a slash at the end.
    ///   - limits: the real service's limits; nil for none.
    public init(
        store: IdentityStore, issuer: TokenIssuer, journal: DecisionJournal, events: ScheduledEvents, platform: PlatformKeys,
        authorityURL: @escaping @Sendable () -> String, clock: WallClock, entropy: Entropy, limits: RateLimits? = nil
    ) {
        self.limits = limits
        self.store = store
        self.issuer = issuer
        self.journal = journal
        self.events = events
        self.platform = platform
        self.authorityURL = authorityURL
        certificates = BoundCertificates(keys: platform, clock: clock, entropy: entropy)
        wire = MetadataWire(clock: clock, entropy: entropy)
    }

    /// Answers a caller, in the world as of now, and records the decision.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { respond(to: request, in: store.current) }

    /// Answers a caller in `snapshot` and records the decision.
    public func respond(to request: HTTPRequest, in snapshot: IdentitySnapshot) -> HTTPAnswer {
        switch answer(to: request, in: snapshot, foldsCase: true) {
        case .done(let response, let decision): return .now(journal.conclude(response, decision, for: request))
        case .signing(let work):
            return .later {
                let (response, decision) = await work()
                return journal.conclude(response, decision, for: request)
            }
        }
    }

    /// Answers without recording: for NMI, which asks on a pod's behalf and records its own decision.
    ///
    /// - Parameter snapshot: the world to answer in; nil for the world as of now.
    public func respondUnrecorded(to request: HTTPRequest, in snapshot: IdentitySnapshot? = nil) -> HTTPAnswer {
        switch answer(to: request, in: snapshot ?? store.current, foldsCase: false) {
        case .done(let response, _): .now(response)
        case .signing(let work): .later { await work().0 }
        }
    }

    enum Answer {
        case done(HTTPResponse, Decision)
        case signing(@Sendable () async -> (HTTPResponse, Decision))

        var value: (HTTPResponse, Decision) {
            get async {
                switch self {
                case .done(let response, let decision): (response, decision)
                case .signing(let work): await work()
                }
            }
        }
    }

    private func answer(to request: HTTPRequest, in snapshot: IdentitySnapshot, foldsCase: Bool) -> Answer {
        if let known = known(request, in: snapshot) { return known }
        let call = MetadataCall(request, foldsCase: foldsCase)
        do throws(MetadataFailure) {
            let route = try MetadataRoutes.route(call, tokenBinding: snapshot.node.node.tokenBinding)
            guard let limits else { return try perform(route.endpoint, call, snapshot) }
            guard limits.admits(route.family) else { throw .throttled(route.family) }
            guard route.family == .identity else { return try perform(route.endpoint, call, snapshot) }
            return .signing { await limits.whileHeld { await performed(route.endpoint, call, snapshot).value } }
        } catch {
            return refusal(error, call, snapshot)
        }
    }

    private func performed(_ endpoint: MetadataRoutes.Endpoint, _ call: MetadataCall, _ snapshot: IdentitySnapshot) -> Answer {
        do throws(MetadataFailure) { return try perform(endpoint, call, snapshot) } catch { return refusal(error, call, snapshot) }
    }

    private func perform(
        _ endpoint: MetadataRoutes.Endpoint, _ call: MetadataCall, _ snapshot: IdentitySnapshot
    ) throws(MetadataFailure) -> Answer {
        switch endpoint {
        case .token: return try token(call, snapshot)
        case .identityInfo:
            return answered(["tenantId": .string(snapshot.node.tenant.tenantID)], snapshot, "The node's tenant was served.")
        case .versions: return answered(["apiVersions": .strings(MetadataVersions.all)], snapshot, "The api-versions were listed.")
        case .platformMetadata: return try platformMetadata(call, snapshot)
        case .issueCredential: return try credential(call, snapshot)
        case .categories: return try categories(call, snapshot)
        case .instance: return try instance(call, snapshot)
        case .loadBalancer: return try loadBalancer(call, snapshot)
        case .scheduledEvents: return try scheduledEvents(call, snapshot)
        case .attestedDocument: return try attestedDocument(call, snapshot)
        }
    }

    /// The answer to a request in words that were understood before, while its token is remembered.
    private func known(_ request: HTTPRequest, in snapshot: IdentitySnapshot) -> Answer? {
        guard limits == nil, MetadataRoutes.admitsToToken(request) else { return nil }
        let target = request.target
        guard let ask = asks.ask(target, generation: snapshot.generation), let token = issuer.remembered(ask.request) else { return nil }
        return reissued(token === ask.body.token ? ask : remember(ask.query, ask.request, token, for: target, in: snapshot), snapshot)
    }

    private func token(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        let query = TokenQuery(call.parameters)
        let request = try IdentityDecision.decide(query, in: snapshot)
        if !query.bypassesCache, let token = issuer.remembered(request) {
            // In another spelling of the path it depends on who asks whether it is one.
            guard call.request.rawPath == MetadataRoutes.tokenPath else { return reissued(.init(query, request, token), snapshot) }
            return reissued(remember(query, request, token, for: call.request.target, in: snapshot), snapshot)
        }
        // Signing takes a fifth of a millisecond of pure computation: off the event loop.
        return .signing {
            do throws(TokenIssuanceError) {
                return issued(KnownAsks.Ask(query, request, try issuer.issue(request)), snapshot)
            } catch {
                return failed(snapshot, error.description)
            }
        }
    }

    private func remember(
        _ query: TokenQuery, _ request: TokenRequest, _ token: IssuedToken, for target: String, in snapshot: IdentitySnapshot
    ) -> KnownAsks.Ask {
        let ask = KnownAsks.Ask(query, request, token)
        asks.remember(ask, for: target, generation: snapshot.generation)
        return ask
    }

    private func reissued(_ ask: KnownAsks.Ask, _ snapshot: IdentitySnapshot) -> Answer {
        let (response, decision) = issued(ask, snapshot)
        return .done(response, decision)
    }

    private func issued(_ ask: KnownAsks.Ask, _ snapshot: IdentitySnapshot) -> (HTTPResponse, Decision) {
        let principal = ask.request.principal
        let resource = ask.request.resource
        // The journal outlives the snapshot: what it keeps must not hold one.
        var decision = Decision(
            face: .metadata, plane: snapshot.plane, outcome: .issued,
            reason: "\(principal.described) may have a token for \(resource.name).")
        decision.selector = ask.query.journalSelector
        decision.resource = ask.request.requested
        decision.principal = principal
        decision.tokenIdentifier = ask.body.token.identifier
        decision.matched = snapshot.node.matched
        return (wire.token(ask.body), decision)
    }

    private func failed(_ snapshot: IdentitySnapshot, _ detail: String) -> (HTTPResponse, Decision) {
        let decision = Decision(face: .metadata, plane: snapshot.plane, outcome: .failed, reason: "No token could be made: \(detail).")
        return (wire.failure(.tokenUnavailable, location: snapshot.node.location), decision)
    }

    private func refusal(_ failure: MetadataFailure, _ call: MetadataCall, _ snapshot: IdentitySnapshot) -> Answer {
        let query = TokenQuery(call.parameters)
        let reason = failure.explanation(query: query, snapshot: snapshot)
        var decision = Decision(
            face: .metadata, plane: snapshot.plane, outcome: failure.isRefusal ? .refused : .rejected, reason: reason)
        decision.selector = query.journalSelector
        decision.resource = query.resource
        return .done(wire.failure(failure, location: snapshot.node.location), decision)
    }
}

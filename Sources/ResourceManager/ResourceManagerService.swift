public import Decisions
public import HTTPServing
import IdentityModel
public import IdentityStore
public import Surroundings
import TokenIssuance
public import TokenVerification
import WireFormats

/// The few answers of Azure Resource Manager that stock tools insist on, read-only and from the manifests (source: entra.md §6).
public struct ResourceManagerService: HTTPResponder {
    private let store: IdentityStore
    private let journal: DecisionJournal
    private let wire: ManagementWire
    private let callers: BearerCheck
    private let ownHost: @Sendable () -> String

    /// A resource manager over the store's world.
    ///
    /// - Parameters:
    ///   - verifier: judges the tokens that callers send.
    ///   - ownHost: `host:port` for URLs in documents when a request's `Host` cannot be used.
    public init(
        store: IdentityStore, verifier: TokenVerifier, journal: DecisionJournal, clock: WallClock, entropy: Entropy,
        ownHost: @escaping @Sendable () -> String
    ) {
        self.store = store
        self.journal = journal
        wire = ManagementWire(clock: clock, entropy: entropy)
        callers = BearerCheck(verifier: verifier, clock: clock)
        self.ownHost = ownHost
    }

    /// Whether a request is for the resource manager rather than for whatever else the listener serves: by its host, else by its path.
    public static func serves(_ request: HTTPRequest) -> Bool {
        ManagementHosts.cloud(of: request.header("Host")) != nil || Route(request.rawPath) != nil
    }

    /// An answer with a status that comes of the service's own state, whatever was asked: for faults; the texts are ours.
    ///
    /// - Parameter retryAfter: seconds for `Retry-After`; nil for none.
    public func outage(status: Int, retryAfter: Int?, for request: HTTPRequest) -> HTTPResponse {
        wire.outage(HTTPStatus(code: status), retryAfter: retryAfter, for: request)
    }

    /// What a path is.
    private enum Route: Hashable {
        case endpoints
        case tenants
        case subscriptions
        case subscription(String)

        /// Segment names count without regard to case (source: entra.md §6.1).
        init?(_ path: String) {
            // Most requests of the listener are the authority's, and their first segment is of another length than any here.
            let first = path.utf8.drop { $0 == UInt8(ascii: "/") }.prefix { $0 != UInt8(ascii: "/") }
            guard [7, 8, 13].contains(first.count) || first.contains(UInt8(ascii: "%")) else { return nil }
            let segments = path.split(separator: "/").map { Percent.decodePath($0) ?? String($0) }
            switch (segments.first?.lowercased(), segments.count) {
            case ("subscriptions", 1): self = .subscriptions
            case ("subscriptions", 2): self = .subscription(segments[1])
            case ("tenants", 1): self = .tenants
            case ("metadata", 2) where segments[1].lowercased() == "endpoints": self = .endpoints
            default: return nil
            }
        }
    }

    /// What a request came to, before it is recorded.
    private struct Outcome {
        let document: JSONValue
        let reason: String
        var caller: BearerCheck.Caller?
    }

    /// Answers a caller and records the decision; off the event loop, for a token is verified and the whole store may be looked through.
    public func respond(to request: HTTPRequest) -> HTTPAnswer { .later { answer(request) } }

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let snapshot = store.current
        let cloud = ManagementHosts.cloud(of: request.header("Host"))
        do throws(ManagementFailure) {
            let outcome = try outcome(of: request, cloud: cloud, in: snapshot)
            var decision = Decision(face: .resourceManager, plane: snapshot.plane, outcome: .answered, reason: outcome.reason)
            decision.tokenIdentifier = outcome.caller?.tokenIdentifier
            return journal.conclude(wire.document(outcome.document, for: request), decision, for: request)
        } catch {
            let isRefusal = error.status == 401 || error.code == "SubscriptionNotFound"
            var decision = Decision(
                face: .resourceManager, plane: snapshot.plane, outcome: isRefusal ? .refused : .rejected,
                reason: "\(error.code) at the check of the \(error.check): \(error.cause ?? error.message)")
            decision.check = error.check
            let response = wire.failure(error, for: request, authority: Self.authority(of: snapshot.node.tenant))
            return journal.conclude(response, decision, for: request)
        }
    }

    private func outcome(of request: HTTPRequest, cloud: Cloud?, in snapshot: IdentitySnapshot) throws(ManagementFailure) -> Outcome {
        let version = try Self.version(request)
        guard let route = Route(request.rawPath) else { throw .unknownPath }
        guard request.methodIs("GET") || request.methodIs("HEAD") else { throw .readOnly(request.method) }
        if route == .endpoints {
            let document = EndpointsDocument(
                cloud: cloud ?? snapshot.node.tenant.cloud, ownHost: cloud == nil ? request.urlHost ?? ownHost() : nil)
            return Outcome(document: document.document(version: version), reason: "The endpoints of the cloud were told.")
        }
        let caller = try callers.caller(request, cloud: cloud, in: snapshot)
        let subscriptions = Subscriptions(snapshot: snapshot)
        switch route {
        case .endpoints, .tenants:
            return Outcome(document: Self.list([caller.tenant.document]), reason: "The tenant of the token was listed.", caller: caller)
        case .subscriptions:
            let visible = subscriptions.visible(to: caller.objectID, in: caller.tenant)
            return Outcome(
                document: Self.list(visible.map(\.document)),
                reason: "\(caller.clientID ?? caller.objectID) sees \(visible.count) of the \(subscriptions.all.count) subscriptions.",
                caller: caller)
        case .subscription(let id):
            let subscription = try Self.subscription(id, subscriptions, caller)
            return Outcome(document: subscription.document, reason: "The subscription \(subscription.id) was shown.", caller: caller)
        }
    }

    /// One that exists elsewhere is told apart from one that does not exist, or is hidden: the token's tenant is wrong for it.
    private static func subscription(
        _ id: String, _ subscriptions: Subscriptions, _ caller: BearerCheck.Caller
    ) throws(ManagementFailure) -> Subscriptions.Subscription {
        let wanted = id.lowercased()
        guard let found = subscriptions.all.first(where: { $0.id == wanted }) else {
            throw .subscriptionNotFound(id, because: "no machine, identity or role assignment is in it")
        }
        guard found.tenant.tenantID == caller.tenant.tenantID else {
            throw .wrongTenant(
                issuer: Issuer.v1(caller.tenant), wanted: Issuer.v1(found.tenant), authority: authority(of: found.tenant))
        }
        guard subscriptions.visible(to: caller.objectID, in: caller.tenant).contains(found) else {
            throw .subscriptionNotFound(id, because: "no RoleAssignment lets \(caller.clientID ?? caller.objectID) see it")
        }
        return found
    }

    private static func version(_ request: HTTPRequest) throws(ManagementFailure) -> String {
        let parameters = Percent.query(request.rawQuery ?? "", .lenient)
        guard let version = parameters.first(where: { $0.name.lowercased() == "api-version" })?.value, !version.isEmpty else {
            throw .missingVersion
        }
        let date = version.hasSuffix("-preview") ? String(version.dropLast("-preview".count)) : version
        guard UnixSeconds(rfc3339: date + "T00:00:00Z") != nil else { throw .malformedVersion(version) }
        return version
    }

    private static func authority(of tenant: Tenant) -> String { "https://\(tenant.cloud.challengeHost)/\(tenant.tenantID)" }

    private static func list(_ items: [JSONValue]) -> JSONValue {
        ["value": .array(items), "count": ["type": "Total", "value": .integer(items.count)]]
    }
}

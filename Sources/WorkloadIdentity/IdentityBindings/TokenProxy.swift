import Cryptography
public import Decisions
public import HTTPServing
import IdentityModel
import IdentityStore
public import Surroundings
import WireFormats

/// The token endpoint that AKS puts into a cluster for identity bindings: what `AZURE_KUBERNETES_TOKEN_PROXY` leads to
/// (source: sdk-clients.md §5.6, workload-identity.md §6).
///
/// It takes a pod's token for `api://AKSIdentityBinding`, asks RBAC whether the account may use the identity, and then asks the authority
/// itself, with an assertion in the name of the binding's issuer. The pod gets the authority's answer as it stands. Everything else passes
/// on. AKS's own words for its refusals are not known; these are ours.
public struct TokenProxy: HTTPResponder {
    /// What an SDK is told as the proxy's URL, below the authority's.
    public static let path = "/identity-bindings"
    private static let below: StaticString = "/identity-bindings/"

    private static let assertionSeconds: Int64 = 600

    private let issuers: ClusterIssuers
    private let journal: DecisionJournal
    private let clock: WallClock
    private let entropy: Entropy
    private let authority: any HTTPResponder

    /// A proxy in front of `authority`.
    public init(
        issuers: ClusterIssuers, journal: DecisionJournal, clock: WallClock, entropy: Entropy, before authority: any HTTPResponder
    ) {
        self.issuers = issuers
        self.journal = journal
        self.clock = clock
        self.entropy = entropy
        self.authority = authority
    }

    /// Answers what is asked below its path, and passes on all else.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        guard request.pathStarts(with: Self.below) else { return authority.respond(to: request) }
        // Keys may have to be made, and an assertion is signed.
        return .later { await answer(request) }
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let snapshot = issuers.store.current
        let form = TokenProxyForm(request)
        func decision(_ outcome: Decision.Outcome, _ reason: String, matched: [ObjectKey] = []) -> Decision {
            var decision = Decision(face: .tokenProxy, plane: snapshot.plane, outcome: outcome, reason: reason)
            decision.selector = form["client_id"].map { .init(name: "client_id", value: $0) }
            decision.resource = form["scope"]
            decision.matched = matched
            return decision
        }
        do throws(TokenProxyRefusal) {
            let (clientID, token) = try form.required()
            let account = try presented(token, in: snapshot).account
            guard let grant = IdentityBinding.grant(of: clientID, to: account, in: snapshot) else {
                throw .forbidden(account, clientID: clientID)
            }
            guard let binding = IdentityBinding(clientID: clientID, in: snapshot) else { throw .noBinding(clientID) }
            let forwarded = form.forwarded(assertion: try assertion(for: binding), of: request)
            let passed = decision(
                .forwarded, "ServiceAccount \(account) may use \(clientID); the authority was asked in its stead.",
                matched: [grant, ObjectKey(kind: .federatedIdentityCredential, name: binding.credential.name)])
            return journal.conclude(await authority.respond(to: forwarded).response, passed, for: request)
        } catch {
            return journal.conclude(error.response, decision(error.outcome, error.description), for: request)
        }
    }

    private func presented(_ token: String, in snapshot: IdentitySnapshot) throws(TokenProxyRefusal) -> PresentedToken {
        let keys: [ServiceAccountKey]
        do {
            keys = try issuers.keys.published()
        } catch {
            throw .broken("the cluster's keys cannot be used: \(error)")
        }
        do throws(PresentedToken.Refusal) {
            return try PresentedToken(
                token, issuers: issuers.all(in: snapshot).map(\.url), keys: keys, audience: IdentityBinding.audience, now: clock.now)
        } catch {
            throw .token(error.description)
        }
    }

    /// What the proxy shows the authority instead of the pod's token.
    private func assertion(for binding: IdentityBinding) throws(TokenProxyRefusal) -> String {
        let now = clock.now
        do {
            let key = try issuers.keys.signing()
            let header: JSONValue = ["alg": "RS256", "kid": .string(key.keyID)]
            let claims: JSONValue = [
                "aud": .strings(binding.credential.audiences), "exp": .integer((now + Self.assertionSeconds).rawValue),
                "iat": .integer(now.rawValue), "iss": .string(binding.credential.issuer), "jti": .string(GUID(from: entropy).description),
                "nbf": .integer(now.rawValue), "sub": .string(binding.credential.subject),
            ]
            return try JSONWebSignature.compact(header: header.bytes(), payload: claims.bytes(), key: key.key)
        } catch {
            throw .broken("the assertion cannot be signed: \(error)")
        }
    }
}

extension HTTPAnswer {
    /// The response, waited for when it takes time.
    fileprivate var response: HTTPResponse {
        get async {
            switch self {
            case .now(let response): response
            case .later(let work): await work()
            }
        }
    }
}

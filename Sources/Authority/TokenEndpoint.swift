import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// The token endpoints: client credentials, proven by a secret, a certificate or another issuer's assertion (source: entra.md §3).
struct TokenEndpoint: Sendable {
    let store: IdentityStore
    let issuer: TokenIssuer
    let journal: DecisionJournal
    let wire: AuthorityWire
    let hosts: AuthorityHosts
    let secrets: SecretCheck
    let certificates: CertificateCheck
    let federation: FederationCheck

    /// What a request came to: the answer, and the decision to be recorded with it.
    typealias Outcome = (response: HTTPResponse, decision: Decision)

    /// A request's outcome, or the work that leads to it: secrets may be in files, and signing is computation, both not for an event loop.
    enum Step {
        case done(Outcome)
        case working(@Sendable () async -> Outcome)
    }

    /// Answers a request and records the decision.
    func answer(_ request: HTTPRequest, tenant: String, version: EndpointVersion) -> HTTPAnswer {
        switch step(request, tenant: tenant, version: version) {
        case .done(let outcome): .now(journal.conclude(outcome.response, outcome.decision, for: request))
        case .working(let work):
            .later {
                let outcome = await work()
                return journal.conclude(outcome.response, outcome.decision, for: request)
            }
        }
    }

    /// Goes as far as an event loop may.
    func step(_ request: HTTPRequest, tenant: String, version: EndpointVersion) -> Step {
        let host = hosts.host(of: request)
        let snapshot = store.current
        var trail = TokenTrail()
        var correlation: Correlation?
        do throws(EntraError) {
            guard request.methodIs("POST") else { throw .onlyPost(received: request.method) }
            let form = try TokenForm(request)
            let ids = Correlation(request, form: form, entropy: wire.entropy)
            correlation = ids
            let call = try TokenCall(form, version, tenant: tenant, in: snapshot, trail: &trail)
            let known = trail
            return .working { await finish(call, in: snapshot, trail: known, correlation: ids, host: host) }
        } catch {
            let ids = correlation ?? Correlation(request, entropy: wire.entropy)
            return .done(refusal(error, snapshot, trail, ids, host: host))
        }
    }

    private func finish(
        _ call: TokenCall, in snapshot: IdentitySnapshot, trail: TokenTrail, correlation: Correlation, host: String
    ) async -> Outcome {
        var trail = trail
        do throws(EntraError) {
            let proof = try await prove(call, in: snapshot, host: host, trail: &trail)
            let requested = try RequestedResource.identifier(call.form, call.version)
            trail.resource = requested
            let request = try snapshot.tokenRequest(
                principal: call.client.principal, requested: requested, tenant: call.tenant, proof: proof,
                declaresContinuousEvaluation: try RequestedResource.declaresContinuousEvaluation(call.form))
            let token = try sign(request)
            var decision = trail.decision(
                snapshot, .issued,
                "\(call.client.key) proved itself by \(proof.described) and may have a token for \(request.resource.name).")
            decision.principal = request.principal
            decision.tokenIdentifier = token.identifier
            return (wire.token(token, resource: requested, version: call.version, correlation), decision)
        } catch {
            return refusal(error, snapshot, trail, correlation, host: host)
        }
    }

    private func prove(
        _ call: TokenCall, in snapshot: IdentitySnapshot, host: String, trail: inout TokenTrail
    ) async throws(EntraError) -> TokenRequest.Proof {
        switch call.credential {
        case .secret(let secret):
            try secrets.check(secret, of: call.client, at: wire.clock.now)
            return .secret
        case .assertion(let text):
            let assertion = try ClientAssertion(text)
            let now = wire.clock.nanoseconds()
            if let issuer = assertion.text("iss"), !CertificateCheck.concerns(assertion, issuer: issuer) {
                try await federation.check(assertion, in: call, snapshot, now: now, trail: &trail)
                return .federated
            }
            try certificates.check(assertion, in: call, host: host, now: now)
            return .certificate
        }
    }

    private func sign(_ request: TokenRequest) throws(EntraError) -> IssuedToken {
        do {
            return try issuer.sign(request)
        } catch {
            throw .transient(because: error.description)
        }
    }

    private func refusal(
        _ error: EntraError, _ snapshot: IdentitySnapshot, _ trail: TokenTrail, _ correlation: Correlation, host: String
    ) -> Outcome {
        let check = error.row.check
        let outcome: Decision.Outcome =
            switch check {
            case .instance, .verb, .form, .grant: .rejected
            case .issuance: .failed
            default: .refused
            }
        let cause = error.cause.map { ": \($0.shortened)" } ?? " (\(error.row.when))"
        var decision = trail.decision(
            snapshot, outcome, "AADSTS\(error.code) at the check of the \(check.rawValue)\(cause).")
        decision.check = check.rawValue
        return (wire.error(error, correlation, host: host), decision)
    }
}

extension TokenRequest.Proof {
    fileprivate var described: String {
        switch self {
        case .machine: "being the machine"
        case .secret: "a client secret"
        case .certificate: "a certificate"
        case .federated: "a federated assertion"
        }
    }
}

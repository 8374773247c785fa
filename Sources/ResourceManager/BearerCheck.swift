import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import TokenVerification
import WireFormats

/// Who asks the resource manager, by the token in the request (source: entra.md §6.7).
struct BearerCheck: Sendable {
    let verifier: TokenVerifier
    let clock: WallClock

    /// A caller whose token was found in order.
    struct Caller: Sendable {
        let tenant: Tenant
        /// `oid`: what role assignments are about.
        let objectID: String
        /// `appid`: what people know it by.
        let clientID: String?
        let tokenIdentifier: String?
    }

    /// The caller, or why there is none; each check of the token has its own answer.
    ///
    /// - Parameter cloud: of the host that was asked; nil on a host of our own, where the tenant's cloud counts.
    func caller(_ request: HTTPRequest, cloud: Cloud?, in snapshot: IdentitySnapshot) throws(ManagementFailure) -> Caller {
        guard let header = request.header("Authorization") else { throw .missingToken }
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .malformedHeader }
        let verdict = verifier.verdict(on: String(parts[1]), in: snapshot)
        let allowed = (cloud ?? verdict.tenant?.cloud ?? .public).managementAudiences
        if let failure = verdict.checks.first(where: { !$0.passed && $0.name != .audience }) {
            guard failure.name == .expiry, let expiry = verdict.token?.claims["exp"]?.wholeNumber else {
                throw .invalidToken(failure.name.rawValue, because: failure.sentence)
            }
            throw .expiredToken(UnixSeconds(Int64(expiry)), now: clock.now)
        }
        guard let token = verdict.token, let tenant = verdict.tenant, let objectID = token.claims["oid"]?.text else {
            throw .invalidToken("subject", because: "oid is missing")
        }
        let audience = token.claims["aud"]?.text ?? ""
        guard allowed.contains(audience) else { throw .wrongAudience(audience, allowed: allowed) }
        return Caller(
            tenant: tenant, objectID: objectID, clientID: token.claims["appid"]?.text, tokenIdentifier: token.claims["uti"]?.text)
    }
}

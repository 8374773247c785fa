import Cryptography
public import IdentityStore
import IdentityModel
public import Surroundings
public import TokenIssuance
import WireFormats

/// Checks access tokens as a resource does: against the published keys, the tenants' issuers, the clock and the audience.
///
/// It knows nothing that a verifier outside could not fetch from the authority, and takes no leeway.
public struct TokenVerifier: Sendable {
    let keys: SigningKeys
    let clock: WallClock

    /// A verifier that trusts what is published in `keys`.
    public init(keys: SigningKeys, clock: WallClock) {
        self.keys = keys
        self.clock = clock
    }

    /// Makes every check that can be made, whatever the ones before it found.
    ///
    /// Verifying a signature takes some ten microseconds: off the event loop, where it matters.
    ///
    /// - Parameter audiences: what `aud` may be; nil for every resource that the tenants know.
    public func verdict(on text: String, audiences: [String]? = nil, in snapshot: IdentitySnapshot) -> TokenVerdict {
        let token: ReceivedToken
        do throws(ReceivedToken.Malformed) {
            token = try ReceivedToken(text)
        } catch {
            return TokenVerdict(checks: [.init(name: .form, passed: false, sentence: error.sentence)], token: nil, tenant: nil)
        }
        let issuer = Self.issuer(of: token, in: snapshot)
        return TokenVerdict(
            checks: [.init(name: .form, passed: true, sentence: "It is a signed JWT.")] + signature(of: token) + [issuer.check]
                + times(of: token) + [Self.audience(of: token, audiences, in: snapshot)],
            token: token, tenant: issuer.tenant)
    }

    // MARK: The signature

    private func signature(of token: ReceivedToken) -> [TokenVerdict.Check] {
        var checks: [TokenVerdict.Check] = []
        let algorithm = token.header["alg"]?.text
        checks.append(
            .init(
                name: .algorithm, passed: algorithm == "RS256",
                sentence: algorithm == "RS256"
                    ? "alg is RS256." : "alg is \(Self.shown(token.header["alg"])); tokens here are signed with RS256 alone."))
        let published = keys.published(at: clock.now)
        guard let key = published.first(where: { $0.keyID == token.header["kid"]?.text }) else {
            let known = published.map { "\"\($0.keyID)\"" }.joined(separator: ", ")
            checks.append(
                .init(
                    name: .key, passed: false,
                    sentence: "kid is \(Self.shown(token.header["kid"])), which is in no published key set; published: \(known)."))
            checks.append(.init(name: .signature, passed: false, sentence: "Without its key the signature stands for nothing."))
            return checks
        }
        checks.append(.init(name: .key, passed: true, sentence: "kid \"\(key.keyID)\" is published."))
        let verifies = JSONWebSignature.verifyRS256(compact: token.compact, key: key.key.publicKey)
        checks.append(
            .init(
                name: .signature, passed: verifies,
                sentence: verifies
                    ? "The signature is that key's over this header and these claims."
                    : "The signature is not that key's over this header and these claims: another key signed it, or something was changed.")
        )
        return checks
    }

    // MARK: The issuer

    private static func issuer(of token: ReceivedToken, in snapshot: IdentitySnapshot) -> (check: TokenVerdict.Check, tenant: Tenant?) {
        func refused(_ sentence: String, _ tenant: Tenant? = nil) -> (TokenVerdict.Check, Tenant?) {
            (.init(name: .issuer, passed: false, sentence: sentence), tenant)
        }
        guard let issuer = token.claims["iss"]?.text else { return refused("iss is missing.") }
        guard let tenant = snapshot.tenants.first(where: { Issuer.v1($0) == issuer || Issuer.v2($0) == issuer }) else {
            let known = snapshot.tenants.prefix(3).map { "\(Issuer.v1($0)) and \(Issuer.v2($0))" }.joined(separator: ", ")
            let trust = snapshot.federatedCredentials(trusting: issuer)
            let assertion =
                trust.isEmpty
                ? "" : " As an assertion it may stand for who has \(trust.joined(separator: ", ")): the token endpoint decides."
            return refused("iss is \(shown(token.claims["iss"])); the tenants here issue as \(known).\(assertion)")
        }
        let version = Issuer.v2(tenant) == issuer ? "2.0" : "1.0"
        guard token.claims["ver"]?.text == version else {
            return refused("iss is that of version \(version), but ver is \(shown(token.claims["ver"])).", tenant)
        }
        guard token.claims["tid"]?.text == tenant.tenantID else {
            return refused("iss is that of the tenant \(tenant.tenantID), but tid is \(shown(token.claims["tid"])).", tenant)
        }
        return (.init(name: .issuer, passed: true, sentence: "iss is the tenant \(tenant.name)'s, in version \(version)."), tenant)
    }

    // MARK: The times

    private func times(of token: ReceivedToken) -> [TokenVerdict.Check] {
        let now = clock.now
        func check(_ name: TokenVerdict.Name, _ claim: String, isMet: (Int64) -> Bool, found: (String) -> String) -> TokenVerdict.Check {
            guard let value = token.seconds(claim), let instant = Self.instant(value) else {
                return .init(name: name, passed: false, sentence: "\(claim) is \(Self.shown(token.claims[claim])), not seconds since 1970.")
            }
            return .init(name: name, passed: isMet(value), sentence: found("\(claim) is \(instant); now it is \(CivilTime(now).rfc3339)"))
        }
        return [
            check(.start, "nbf", isMet: { $0 <= now.rawValue }) { text in
                (token.seconds("nbf") ?? 0) <= now.rawValue ? "It counts already: \(text)." : "It does not count yet: \(text)."
            },
            check(.expiry, "exp", isMet: { $0 > now.rawValue }) { text in
                (token.seconds("exp") ?? 0) > now.rawValue ? "It still counts: \(text)." : "It has expired: \(text)."
            },
        ]
    }

    /// A calendar of four-digit years is all that RFC 3339 has.
    private static func instant(_ seconds: Int64) -> String? {
        (0..<253_402_300_800).contains(seconds) ? CivilTime(UnixSeconds(seconds)).rfc3339 : nil
    }

    // MARK: The audience

    private static func audience(
        of token: ReceivedToken, _ allowed: [String]?, in snapshot: IdentitySnapshot
    ) -> TokenVerdict.Check {
        let found = shown(token.claims["aud"])
        func refused(_ sentence: String) -> TokenVerdict.Check { .init(name: .audience, passed: false, sentence: sentence) }
        guard let audience = token.claims["aud"]?.text else { return refused("aud is \(found), not one string.") }
        if let allowed {
            return .init(
                name: .audience, passed: allowed.contains(audience),
                sentence: allowed.contains(audience)
                    ? "aud is \(found), as it should be."
                    : "aud is \(found); allowed: \(allowed.map { "\"\($0)\"" }.joined(separator: ", ")).")
        }
        guard let resource = snapshot.resource(answeringTo: audience) else {
            return refused("aud is \(found), which no resource here answers to.")
        }
        let version = resource.tokenVersion == 2 ? "2.0" : "1.0"
        guard token.claims["ver"]?.text == version else {
            return refused(
                "aud is \(found): \(resource.name), which takes tokens of version \(version); ver is \(shown(token.claims["ver"])).")
        }
        return .init(name: .audience, passed: true, sentence: "aud is \(found): \(resource.name).")
    }

    /// A value for people: short, on one line.
    private static func shown(_ value: JSONValue?) -> String {
        guard let value else { return "missing" }
        let text = value.rendered()
        return text.utf8.count > 200 ? "\(text.prefix(200))…" : text
    }
}

extension IdentitySnapshot {
    /// The federated identity credentials that trust an issuer, by name.
    fileprivate func federatedCredentials(trusting issuer: String) -> [String] {
        objects(of: .federatedIdentityCredential).compactMap { stored in
            guard case .federatedIdentityCredential(let credential) = stored.object, credential.issuer == issuer else { return nil }
            return "FederatedIdentityCredential \(credential.name)"
        }
    }
}

import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// Whether another issuer's assertion stands for a client (source: entra.md §3.4; order: workload-identity.md §5.3).
struct FederationCheck: Sendable {
    let keys: IssuerKeys
    /// Keys of Entra itself, which signs assertions about managed identities.
    let ownKeys: SigningKeys
    let propagation: FederationPropagation

    /// The longest an assertion of another issuer may live.
    private static let maximumLifetime: Int64 = 25 * 3600

    /// Passes, or says why not.
    ///
    /// - Parameter now: nanoseconds since the epoch.
    func check(
        _ assertion: ClientAssertion, in call: TokenCall, _ snapshot: IdentitySnapshot, now: Int64, trail: inout TokenTrail
    ) async throws(EntraError) {
        let algorithm = try AssertionForm.algorithm(of: assertion)
        let (issuer, subject, audiences) = try AssertionForm.identity(of: assertion)
        let entra = EntraIssuer(issuer).map { EntraAssertion(assertion: assertion, issuer: $0, tenant: call.tenant) }
        if let entra, !call.client.federated.isEmpty {
            try entra.requireManagedIdentity()
            try entra.requireSoundCredentials(call.client.federated, subject: subject)
        }
        let match = FederationMatch(client: call.client, issuer: issuer, subject: subject, audiences: entra?.audiences ?? audiences)
        let credential = try match.credential(trail: &trail)
        try propagation.require(credential, match, snapshot, at: UnixSeconds(now / 1_000_000_000), trail: &trail)
        try Self.requireLifetime(assertion)
        try AssertionForm.requireTime(assertion, now: now)
        let key: RSAPublicKey
        if entra != nil {
            key = try Self.own(ownKeys.published(at: UnixSeconds(now / 1_000_000_000)), assertion.keyName, issuer: issuer)
        } else {
            key = try await keys.key(assertion.keyName, of: issuer, snapshot)
        }
        guard key.verifies(assertion.signature, over: assertion.signedBytes, algorithm) else { throw .federatedSignatureWrong }
    }

    private static func requireLifetime(_ assertion: ClientAssertion) throws(EntraError) {
        let end = assertion.time("exp") ?? UnixSeconds(0)
        guard let start = assertion.time("iat") else {
            throw .assertionTooLong(issuedAt: "0", expires: CivilTime(end).invariant)
        }
        guard end - start <= maximumLifetime else {
            throw .assertionTooLong(issuedAt: CivilTime(start).invariant, expires: CivilTime(end).invariant)
        }
    }

    private static func own(_ keys: [TokenSigningKey], _ name: ClientAssertion.KeyName, issuer: String) throws(EntraError) -> RSAPublicKey {
        guard let key = keys.first(where: { $0.keyID == name.keyID }) else {
            throw .issuerKeyNotFound(name.shown, issuer: issuer, because: "the authority publishes no key of that kid")
        }
        return key.key.publicKey
    }
}

/// How long a new federated identity credential takes to reach every front end (source: workload-identity.md §5.1: seconds to minutes).
struct FederationPropagation: Sendable {
    /// Ours, within what is reported.
    static let seconds: Int64 = 30

    /// Whether the delay is kept, or only recorded (`--timing`).
    let isReal: Bool

    /// Refuses a credential that was added to a running world a moment ago; what a server starts with is long known.
    func require(
        _ credential: FederatedIdentityCredential, _ match: FederationMatch, _ snapshot: IdentitySnapshot, at now: UnixSeconds,
        trail: inout TokenTrail
    ) throws(EntraError) {
        guard let added = snapshot.added(credential) else { return }
        let rest = added + Self.seconds - now
        guard rest > 0 else { return }
        trail.waitMilliseconds = Int(rest) * 1000
        guard isReal else { return }
        throw .federatedCredentialTooNew(
            issuer: match.issuer, subject: match.subject, audience: match.audiences.joined(separator: " "),
            because:
                "FederatedIdentityCredential \(credential.name) was added \(now - added) s ago and takes \(Self.seconds) s to reach every"
                + " front end")
    }
}

extension ClientAssertion.KeyName {
    /// What names the key, in upper-case hexadecimal of the decoded `kid`, as Entra shows it (source: entra.md §3.7).
    var shown: String {
        if let keyID { return Hexadecimal.encode(Base64.decode(keyID) ?? Array(keyID.utf8), uppercase: true) }
        return Hexadecimal.encode(sha256 ?? sha1 ?? [], uppercase: true)
    }
}

import Cryptography
import IdentityModel
import Surroundings
import Synchronization

/// Issues certificates for keys of the node's own, and remembers them: one per identity and key (source: imds.md §6).
///
/// Any thread may call it. The lock is held only to look up or to store, never while signing.
final class BoundCertificates: Sendable {
    private struct Key: Hashable {
        let clientID: String
        let tenantID: String
        let modulus: [UInt8]
        let exponent: [UInt8]
    }

    static let lifetimeSeconds: Int64 = 7 * 86_400
    /// Clients ask again this long before the end, and must then get another certificate, not the old one (MSAL's rotation).
    static let rotationSeconds: Int64 = 86_400
    /// Bounds the memory that callers can take by asking with ever new keys.
    private static let maximumCertificates = 1024

    private let keys: PlatformKeys
    private let clock: WallClock
    private let entropy: Entropy
    private let issued = Mutex<[Key: Certificate]>([:])

    init(keys: PlatformKeys, clock: WallClock, entropy: Entropy) {
        self.keys = keys
        self.clock = clock
        self.entropy = entropy
    }

    /// A certificate for `publicKey` in the name of an identity: the one issued before, or another when `bypassing` what is remembered.
    func certificate(
        for publicKey: RSAPublicKey, of principal: Principal, in tenant: Tenant, bypassing: Bool
    ) async throws -> Certificate {
        let key = Key(
            clientID: principal.clientID, tenantID: tenant.tenantID, modulus: publicKey.modulus, exponent: publicKey.exponent)
        let now = clock.now
        if !bypassing, let known = issued.withLock({ $0[key] }), known.notAfter - now > Self.rotationSeconds { return known }
        let certificate = try await keys.issuing().clientCertificate(
            certifying: publicKey,
            subject: DistinguishedName([(.commonName, principal.clientID), (.domainComponent, tenant.tenantID)]), now: now,
            lifetimeSeconds: Self.lifetimeSeconds, entropy: entropy)
        issued.withLock { issued in
            if issued.count >= Self.maximumCertificates { issued.removeAll(keepingCapacity: true) }
            issued[key] = certificate
        }
        return certificate
    }
}

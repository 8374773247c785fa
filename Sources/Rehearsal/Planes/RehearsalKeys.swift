import Cryptography
public import Surroundings
import TokenIssuance
import WorkloadIdentity

/// The keys of a rehearsal, made once and shared by its worlds: a token of one verifies in the other.
public struct RehearsalKeys: Sendable {
    let signing: SigningKeys
    let root: CertificateAuthority
    let cluster: ClusterKeys

    /// Makes keys; takes a good part of a second.
    public init(clock: WallClock, entropy: Entropy) throws {
        signing = SigningKeys(
            signing: try TokenSigningKey.generate(commonName: "accounts.accesscontrol.windows.net", now: clock.now, entropy: entropy))
        root = try CertificateAuthority.create(commonName: "Understudy rehearsal", now: clock.now, entropy: entropy)
        cluster = ClusterKeys(directory: nil, clock: clock)
    }
}

import Cryptography
import HTTPServing
import ManagedIdentitySources
import Surroundings
import WireFormats

/// What the managed identity sources of a server prove, and have proved to them: secrets, Service Fabric's certificate, Arc's challenges.
///
/// Secrets and certificate are kept in the state directory, so that a pasted environment outlives a restart.
struct SourceKeys {
    private let secrets: [ManagedIdentitySource: SecretBytes]
    /// Service Fabric's certificate; nil unless it is served.
    let tls: TLSMaterial?
    /// SHA-1 of that certificate, which its clients are told; empty unless it is served.
    let thumbprint: String
    /// Azure Arc's challenges; nil unless it is served.
    let challenges: ArcChallenges?

    /// Loads what is kept, and makes what is not, for the sources that are served.
    init(_ settings: SourceSettings, trust: TrustMaterial, names: [String], clock: WallClock, entropy: Entropy) throws {
        let served = Set(settings.listeners.map(\.source))
        secrets = try Dictionary(
            uniqueKeysWithValues: served.filter(\.hasSecret).map {
                ($0, try settings.secret ?? Self.secret(of: $0, in: trust.directory))
            })
        if served.contains(.serviceFabric) {
            (tls, thumbprint) = try Self.certificate(trust: trust, names: names, clock: clock, entropy: entropy)
        } else {
            (tls, thumbprint) = (nil, "")
        }
        challenges =
            served.contains(.arc)
            ? ArcChallenges(directory: settings.arcDirectory, realm: settings.arcRealm, entropy: entropy) : nil
        try challenges?.prepare()
    }

    /// What callers of a source have to send; nil where it has no secret, or is not served.
    func secret(of source: ManagedIdentitySource) -> SecretBytes? { secrets[source] }

    /// Removes what was made for this run only.
    func cleanUp() { challenges?.cleanUp() }

    private static func secret(of source: ManagedIdentitySource, in directory: KeyDirectory?) throws -> SecretBytes {
        let bytes = 16
        return try directory?.secret("\(source.rawValue)-secret", bytes: bytes) ?? KeyDirectory.madeSecret(bytes: bytes)
    }

    // MARK: Service Fabric's certificate

    private static let certificateFile = "service-fabric.pem"
    private static let keyMark = "-----BEGIN PRIVATE KEY-----"

    /// The kept certificate if it is still good for these names; otherwise a new one, under our CA for clients that do not pin it.
    private static func certificate(
        trust: TrustMaterial, names: [String], clock: WallClock, entropy: Entropy
    ) throws -> (TLSMaterial, String) {
        if let kept = try trust.directory?.read(certificateFile) {
            let parts = String(decoding: kept, as: UTF8.self).split(separator: keyMark, maxSplits: 1)
            let leaf = try Certificate(pem: String(parts.first ?? ""))
            let has = Set(leaf.dnsNames + leaf.ipAddresses)
            if parts.count == 2, leaf.isIssued(by: trust.ca.certificate), leaf.notAfter - clock.now > 86_400, has.isSuperset(of: names) {
                let key = SecretBytes(Array((keyMark + parts[1]).utf8))
                return (TLSMaterial(certificateChainPEM: String(parts[0]), privateKeyPEM: key), print(leaf))
            }
        }
        let made = try trust.leaf(names: names, clock: clock, entropy: entropy)
        try trust.directory?.write(certificateFile, made.privateKeyPEM.reveal { Array(made.certificateChainPEM.utf8) + $0 })
        return (made, print(try Certificate(pem: made.certificateChainPEM)))
    }

    private static func print(_ certificate: Certificate) -> String { Hexadecimal.encode(certificate.sha1Thumbprint, uppercase: true) }
}

import Cryptography
import FoundationEssentials
import HTTPServing
import IdentityStore
import MetadataService
import ResourceManager
import ServiceLifecycle
import Surroundings
import TokenIssuance

/// The keys of a server: the CA, the authority's certificate, the tenant signing keys; kept in a state directory, or in memory.
struct KeyMaterial {
    let trust: TrustMaterial
    let signingKeys: SigningKeys
    /// Where the signing keys are kept; nil when they live in memory only.
    let signingKeyFiles: SigningKeyFiles?
    let authority: TLSMaterial
    let sources: SourceKeys
    /// The names of the authority's certificate.
    let names: [String]

    var ca: CertificateAuthority { trust.ca }
    /// Absolute path of the CA certificate, for clients to trust.
    var caFile: String { trust.caFile }
    var directory: KeyDirectory? { trust.directory }

    /// Names a client may call the authority by: what resolves to this host, and the real hosts.
    private static let usualNames = hostNames + cloudNames
    /// What resolves to this host.
    private static let hostNames = ["localhost", "127.0.0.1", "::1", "understudy", "host.docker.internal", "host.containers.internal"]
    /// The real hosts of token services (source: entra.md §1.1) and resource managers, which share the listener.
    static let cloudNames =
        [
            "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net", "login.microsoftonline.us",
            "login.usgovcloudapi.net", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "login.microsoftonline.de",
        ] + ManagementHosts.all
    static let signingCommonName = "accounts.accesscontrol.windows.net"

    /// Loads what is kept, and makes what is not: one RSA key now, the second after the server is ready.
    ///
    /// - Parameter clock: the emulated one, by which keys retire. Certificates of listeners are for real clients: they are made by the
    ///   system's, and bound what the emulated one may show.
    init(settings: ServeSettings, clock: AdjustableClock, entropy: Entropy) throws {
        let now = clock.wallClock.now
        let listening = (settings.authority.map(\.host)).filter { $0 != "0.0.0.0" && $0 != "::" }
        names = Self.usualNames + listening + settings.authorityNames
        trust = try TrustMaterial(
            stateDirectory: settings.stateDirectory, certificateFile: settings.caFile, clock: .live, entropy: entropy)
        if let directory = trust.directory {
            let files = SigningKeyFiles(in: directory, commonName: Self.signingCommonName, entropy: entropy, systemClock: .live)
            signingKeys = SigningKeys(signing: try files.signingKey(now: now), retired: try files.retiredKeys(now: now))
            signingKeyFiles = files
        } else {
            signingKeys = SigningKeys(
                signing: try TokenSigningKey.generate(commonName: Self.signingCommonName, now: now, entropy: entropy))
            signingKeyFiles = nil
        }
        authority = try trust.leaf(names: names, clock: .live, entropy: entropy)
        let sourceHosts = settings.sources.listeners.map(\.address.host).filter { $0 != "0.0.0.0" && $0 != "::" }
        sources = try SourceKeys(
            settings.sources, trust: trust, names: Self.hostNames + sourceHosts + settings.authorityNames, clock: .live, entropy: entropy)
        try clock.bound(to: trust.validity(clock: .live))
    }

    /// Removes what was made for this run only.
    func cleanUp() {
        sources.cleanUp()
        trust.cleanUp()
    }
}

/// Makes once the server runs what takes longer than starting should: the second signing key, then the platform's own keys;
/// then lets go of the code that only starting needed.
///
/// One after the other, so that no more than one core is kept from answering.
struct LateKeys: Service {
    let keys: SigningKeys
    let platform: PlatformKeys
    let store: IdentityStore
    let files: SigningKeyFiles?
    let clock: WallClock
    let entropy: Entropy

    func run() async throws {
        let key: TokenSigningKey
        if let files {
            key = try files.nextKey(now: clock.now)
        } else {
            key = try TokenSigningKey.generate(commonName: KeyMaterial.signingCommonName, now: clock.now, entropy: entropy)
        }
        keys.publish(next: key)
        try platform.make(for: store.current)
        CodeMappings.letGo()
        try? await gracefulShutdown()
    }
}

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
    let ca: CertificateAuthority
    let signingKeys: SigningKeys
    let authority: TLSMaterial
    /// The names of the authority's certificate.
    let names: [String]
    /// Absolute path of the CA certificate, for clients to trust.
    let caFile: String
    let directory: KeyDirectory?
    /// A directory made for this run only, to be removed at its end; it holds the CA certificate and nothing secret.
    let temporaryDirectory: String?

    /// Names a client may call the authority by: what resolves to this host, and the real hosts.
    private static let usualNames = ["localhost", "127.0.0.1", "::1", "understudy", "host.docker.internal"] + cloudNames
    /// The real hosts of token services (source: entra.md §1.1) and resource managers, which share the listener.
    static let cloudNames =
        [
            "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net", "login.microsoftonline.us",
            "login.usgovcloudapi.net", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "login.microsoftonline.de",
        ] + ManagementHosts.all
    private static let commonName = "Understudy local CA (trust for tests only)"
    private static let leafLifetimeSeconds: Int64 = 397 * 86_400
    private static let signingKeyName = "signing-key-1.pem"
    static let nextSigningKeyName = "signing-key-2.pem"
    static let signingCommonName = "accounts.accesscontrol.windows.net"

    /// Loads what is kept, and makes what is not: one RSA key now, the second after the server is ready.
    init(settings: ServeSettings, clock: WallClock, entropy: Entropy) throws {
        let now = clock.now
        let listening = (settings.authority.map(\.host)).filter { $0 != "0.0.0.0" && $0 != "::" }
        names = Self.usualNames + listening + settings.authorityNames
        let signing: TokenSigningKey
        if let path = settings.stateDirectory {
            let directory = try KeyDirectory(path: path)
            ca = try CertificateAuthority.loadOrCreate(in: directory, commonName: Self.commonName, now: now, entropy: entropy)
            signing = try TokenSigningKey.loadOrGenerate(
                Self.signingKeyName, in: directory, commonName: Self.signingCommonName, now: now, entropy: entropy)
            let file = directory.path(of: CertificateAuthority.certificateFileName)
            caFile = file.hasPrefix("/") ? file : FileManager.default.currentDirectoryPath + "/" + file
            self.directory = directory
            temporaryDirectory = nil
        } else {
            ca = try CertificateAuthority.create(commonName: Self.commonName, now: now, entropy: entropy)
            signing = try TokenSigningKey.generate(commonName: Self.signingCommonName, now: now, entropy: entropy)
            let path = try Self.makeTemporaryDirectory(entropy: entropy)
            try Data(ca.certificate.pem.utf8).write(to: URL(filePath: "\(path)/ca.crt"))
            caFile = "\(path)/ca.crt"
            directory = nil
            temporaryDirectory = path
        }
        signingKeys = SigningKeys(signing: signing)
        let leaf = try ca.issueServerLeaf(names: names, now: now, lifetimeSeconds: Self.leafLifetimeSeconds, entropy: entropy)
        authority = TLSMaterial(certificateChainPEM: leaf.certificateChainPEM, privateKeyPEM: leaf.privateKeyPEM)
    }

    private static func makeTemporaryDirectory(entropy: Entropy) throws -> String {
        let parent = ProcessEnvironment.variables["TMPDIR"] ?? "/tmp"
        let path = "\(parent)/understudy-\(String(entropy.next(), radix: 36))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        return path
    }

    /// Removes what was made for this run only.
    func cleanUp() {
        guard let temporaryDirectory else { return }
        try? FileManager.default.removeItem(atPath: temporaryDirectory)
    }
}

/// Makes once the server runs what takes longer than starting should: the second signing key, then the platform's own keys.
///
/// One after the other, so that no more than one core is kept from answering.
struct LateKeys: Service {
    let keys: SigningKeys
    let platform: PlatformKeys
    let store: IdentityStore
    let directory: KeyDirectory?
    let clock: WallClock
    let entropy: Entropy

    func run() async throws {
        let key: TokenSigningKey
        if let directory {
            key = try TokenSigningKey.loadOrGenerate(
                KeyMaterial.nextSigningKeyName, in: directory, commonName: KeyMaterial.signingCommonName, now: clock.now, entropy: entropy)
        } else {
            key = try TokenSigningKey.generate(commonName: KeyMaterial.signingCommonName, now: clock.now, entropy: entropy)
        }
        keys.publish(next: key)
        try platform.make(for: store.current)
        try? await gracefulShutdown()
    }
}

import Cryptography
import FoundationEssentials
import HTTPServing
import Surroundings

/// The CA that certifies our listeners: kept in a state directory, where several processes share it, or in memory.
struct TrustMaterial {
    let ca: CertificateAuthority
    /// Absolute path of the CA certificate, for clients to trust.
    let caFile: String
    let directory: KeyDirectory?
    /// A directory made for this run only, to be removed at its end; it holds the CA certificate and nothing secret.
    private let temporaryDirectory: String?

    private static let commonName = "Understudy local CA (trust for tests only)"
    private static let leafLifetimeSeconds: Int64 = 397 * 86_400
    /// A year back, too, for clients that have the emulated time: together less than the 825 days that the strictest clients take.
    private static let leafBackdatedSeconds: Int64 = 366 * 86_400

    /// Loads what is kept, and makes what is not.
    ///
    /// - Parameter certificateFile: where the CA's certificate is to lie for clients, such as a volume that they share; by default the
    ///   state directory or a directory made for this run.
    init(stateDirectory: String?, certificateFile: String? = nil, clock: WallClock, entropy: Entropy) throws {
        let now = clock.now
        directory = try stateDirectory.map { try KeyDirectory(path: $0) }
        if let directory {
            ca = try CertificateAuthority.loadOrCreate(in: directory, commonName: Self.commonName, now: now, entropy: entropy)
        } else {
            ca = try CertificateAuthority.create(commonName: Self.commonName, now: now, entropy: entropy)
        }
        if certificateFile == nil, let directory {
            caFile = Self.absolute(directory.path(of: CertificateAuthority.certificateFileName))
            temporaryDirectory = nil
            return
        }
        temporaryDirectory = certificateFile == nil ? try Self.makeTemporaryDirectory(entropy: entropy) : nil
        caFile = Self.absolute(certificateFile ?? "\(temporaryDirectory ?? "")/ca.crt")
        do {
            try Data(ca.certificate.pem.utf8).write(to: URL(filePath: caFile), options: .atomic)
        } catch {
            throw UnwritableCertificate(path: caFile)
        }
    }

    /// A server certificate for these names, with a key of its own.
    func leaf(names: [String], clock: WallClock, entropy: Entropy) throws -> TLSMaterial {
        let leaf = try ca.issueServerLeaf(
            names: names, now: clock.now, backdatedSeconds: Self.leafBackdatedSeconds, lifetimeSeconds: Self.leafLifetimeSeconds,
            entropy: entropy)
        return TLSMaterial(certificateChainPEM: leaf.certificateChainPEM, privateKeyPEM: leaf.privateKeyPEM)
    }

    /// The instants at which a client takes our certificates: the emulated clock may show no other.
    func validity(clock: WallClock) -> ClosedRange<UnixSeconds> {
        let now = clock.now
        let earliest = max(ca.certificate.notBefore, now - Self.leafBackdatedSeconds)
        return earliest...max(earliest, min(ca.certificate.notAfter, now + Self.leafLifetimeSeconds))
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
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

/// The CA's certificate could not be put where `--ca-file` wants it.
private struct UnwritableCertificate: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "--ca-file \(path): cannot be written; allowed: a file in a directory that exists and that this user may write to"
    }
}

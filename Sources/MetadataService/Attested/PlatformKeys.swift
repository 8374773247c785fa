public import Cryptography
import IdentityModel
public import IdentityStore
public import Surroundings
import Synchronization

/// The platform's own keys behind attested documents and bound certificates: an authority below the root, and a signer below that.
///
/// Two RSA keys take longer to make than starting may, so they are made once the server runs; who asks earlier waits, off the event loop.
/// With a directory they are kept there. Any thread may ask.
public final class PlatformKeys: Sendable {
    private struct Keys {
        let issuing: IssuingAuthority
        var signer: DocumentSigner
    }

    private enum State {
        case awaited([CheckedContinuation<Keys, any Error>])
        case made(Keys)
        case failed(any Error)
    }

    private static let issuingFile = "attested-issuing-ca.pem"
    private static let signerFile = "attested-signer.pem"
    private static let issuingName = "Understudy RSA TLS Issuing CA 01 (trust for tests only)"
    /// A kept authority this close to its end is certified anew, so that it outlives whatever it issues.
    private static let issuingMargin: Int64 = 366 * 86_400
    /// The real signers live about half a year (source: imds.md §7).
    private static let signerLifetime: Int64 = 180 * 86_400
    private static let signerMargin: Int64 = 30 * 86_400

    private let root: CertificateAuthority
    private let directory: KeyDirectory?
    private let clock: WallClock
    private let entropy: Entropy
    private let state = Mutex(State.awaited([]))

    /// Keys under `root`, kept in `directory` or, without one, in memory; `make` makes them.
    public init(root: CertificateAuthority, directory: KeyDirectory?, clock: WallClock, entropy: Entropy) {
        self.root = root
        self.directory = directory
        self.clock = clock
        self.entropy = entropy
    }

    /// Loads what is kept and makes what is not; those who wait go on.
    ///
    /// Takes a good part of a second when there is nothing kept, so not for an event loop. Fails when what is kept is damaged or cannot be
    /// kept; then those who wait, and those who ask later, get the same failure.
    public func make(for snapshot: IdentitySnapshot) throws {
        let result = Result { try keys(for: AttestedSignerName(of: snapshot)) }
        let waiting = state.withLock { state -> [CheckedContinuation<Keys, any Error>] in
            defer {
                switch result {
                case .success(let keys): state = .made(keys)
                case .failure(let error): state = .failed(error)
                }
            }
            guard case .awaited(let waiting) = state else { return [] }
            return waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
        _ = try result.get()
    }

    /// The authority below the root, as soon as it is made.
    public func issuing() async throws -> IssuingAuthority { try await made().issuing }

    /// The authority below `root` that is kept in `directory`, made first when there is none.
    ///
    /// Two processes that ask at once get the same.
    public static func issuing(
        in directory: KeyDirectory, under root: CertificateAuthority, now: UnixSeconds, entropy: Entropy
    ) throws -> IssuingAuthority {
        try directory.withLock {
            let kept = try IssuingAuthority.load(
                issuingFile, from: directory, under: root, margin: issuingMargin, now: now, entropy: entropy)
            if let kept { return kept }
            let made = try IssuingAuthority(certifying: .generate(), under: root, commonName: issuingName, now: now, entropy: entropy)
            try made.store(issuingFile, in: directory)
            return made
        }
    }

    /// The signer for a cloud and a region; one that nears its end, or has another name, is certified anew with its old key.
    func signer(for name: AttestedSignerName) async throws -> DocumentSigner {
        let keys = try await made()
        guard !isGood(keys.signer, for: name) else { return keys.signer }
        // Two who come at once may both certify: either certificate is good, and the later one stays.
        let renewed = try certified(keys.signer.key, for: name, by: keys.issuing)
        state.withLock { state in
            if case .made(var keys) = state {
                keys.signer = renewed
                state = .made(keys)
            }
        }
        return renewed
    }

    private func made() async throws -> Keys {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state -> Result<Keys, any Error>? in
                switch state {
                case .awaited(let waiting):
                    state = .awaited(waiting + [continuation])
                    return nil
                case .made(let keys): return .success(keys)
                case .failed(let error): return .failure(error)
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func keys(for name: AttestedSignerName) throws -> Keys {
        guard let directory else {
            let issuing = try IssuingAuthority(
                certifying: .generate(), under: root, commonName: Self.issuingName, now: clock.now, entropy: entropy)
            return Keys(issuing: issuing, signer: try certified(.generate(), for: name, by: issuing))
        }
        let issuing = try Self.issuing(in: directory, under: root, now: clock.now, entropy: entropy)
        let kept = try DocumentSigner.load(Self.signerFile, from: directory)
        if let kept, kept.certificate.isIssued(by: issuing.certificate), isGood(kept, for: name) {
            return Keys(issuing: issuing, signer: kept)
        }
        return Keys(issuing: issuing, signer: try certified(kept?.key ?? .generate(), for: name, by: issuing))
    }

    private func isGood(_ signer: DocumentSigner, for name: AttestedSignerName) -> Bool {
        signer.certificate.dnsNames == name.names && signer.certificate.notBefore <= clock.now
            && signer.certificate.notAfter - clock.now > Self.signerMargin
    }

    private func certified(_ key: RSAPrivateKey, for name: AttestedSignerName, by issuing: IssuingAuthority) throws -> DocumentSigner {
        let signer = try issuing.documentSigner(
            certifying: key, subject: name.subject, names: name.names, issuerURL: IssuerCertificate.url, now: clock.now,
            lifetimeSeconds: Self.signerLifetime, entropy: entropy)
        if let directory { try signer.store(Self.signerFile, in: directory) }
        return signer
    }
}

extension AttestedSignerName {
    /// Who signs for the served node.
    init(of snapshot: IdentitySnapshot) { self.init(cloud: snapshot.node.tenant.cloud, region: snapshot.node.location) }
}

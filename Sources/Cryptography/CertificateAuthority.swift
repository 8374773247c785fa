internal import COpenSSL
public import Surroundings

/// The local authority that certifies our listeners: a P-256 root with room for one level of authorities below it.
public struct CertificateAuthority: Sendable {
    let key: PrivateKey
    /// The root, which clients are told to trust.
    public let certificate: Certificate

    private static let lifetimeSeconds: Int64 = 10 * 31_557_600
    /// How far validity reaches into the past: a peer's clock may be behind ours.
    public static let skewSeconds: Int64 = 300

    private init(key: PrivateKey, certificate: Certificate) {
        self.key = key
        self.certificate = certificate
    }

    /// Makes a new authority, valid for ten years from `now` and for as many before: an emulated clock may show either.
    ///
    /// `commonName` has 1 to 64 characters.
    public static func create(commonName: String, now: UnixSeconds, entropy: Entropy) throws(CryptographyError) -> Self {
        let key = try PrivateKey.generateP256()
        let request = CertificateRequest(
            subject: .commonName(commonName), notBefore: now - lifetimeSeconds, notAfter: now + lifetimeSeconds,
            extensions: [
                .init(nid: NID_subject_key_identifier, value: "hash"),
                .init(nid: NID_basic_constraints, value: "critical,CA:TRUE,pathlen:1"),
                .init(nid: NID_key_usage, value: "critical,keyCertSign,cRLSign"),
            ])
        return Self(key: key, certificate: try request.signed(subject: key, issuer: nil, entropy: entropy))
    }

    /// Issues a server certificate with a fresh P-256 key for `names` (DNS names and addresses as text, duplicates dropped).
    ///
    /// The common name is the first DNS name that fits its 64 characters, else the first address. Validity starts `backdatedSeconds`
    /// before `now` (five minutes, for a peer's clock may be behind ours) and ends after `lifetimeSeconds`, neither beyond the authority's
    /// own. Fails when a name is neither a DNS name nor an address, and when there is none.
    public func issueServerLeaf(
        names: [String], now: UnixSeconds, backdatedSeconds: Int64 = skewSeconds, lifetimeSeconds: Int64, entropy: Entropy
    ) throws(CryptographyError) -> ServerIdentity {
        var unique: [ServerName] = []
        for text in names {
            let name = try ServerName(text)
            if !unique.contains(name) { unique.append(name) }
        }
        guard !unique.isEmpty else { throw CryptographyError("issuing a server certificate", "no name was given") }
        let leafKey = try PrivateKey.generateP256()
        let request = CertificateRequest(
            subject: .commonName(Self.commonName(of: unique)), notBefore: max(now - backdatedSeconds, certificate.notBefore),
            notAfter: min(now + lifetimeSeconds, certificate.notAfter),
            extensions: [
                .init(nid: NID_subject_key_identifier, value: "hash"),
                .init(nid: NID_authority_key_identifier, value: "keyid:always"),
                .init(nid: NID_basic_constraints, value: "critical,CA:FALSE"),
                .init(nid: NID_key_usage, value: "critical,digitalSignature"),
                .init(nid: NID_ext_key_usage, value: "serverAuth"),
                .init(nid: NID_subject_alt_name, value: unique.map(\.configuration).joined(separator: ",")),
            ])
        let leaf = try request.signed(subject: leafKey, issuer: (key, certificate), entropy: entropy)
        return ServerIdentity(
            certificateChainPEM: leaf.pem + certificate.pem, privateKeyPEM: try leafKey.pem(), leaf: leaf)
    }

    private static func commonName(of names: [ServerName]) -> String {
        for case .dns(let name) in names where name.utf8.count <= 64 { return name }
        for case .address(let address) in names { return address }
        return "understudy"
    }
}

extension CertificateAuthority: StoredIdentity {
    static let kind = "certificate authority"

    init(storedKey: PrivateKey, certificate: Certificate) { self.init(key: storedKey, certificate: certificate) }

    var storedKey: PrivateKey { key }

    /// The file that holds the certificate alone, for clients to trust; written beside the key by `store`.
    public static let certificateFileName = "ca.crt"
    private static let keyFileName = "ca.pem"

    /// The authority kept in `directory`; nil when there is none.
    ///
    /// Fails when what is there is damaged.
    public static func load(from directory: KeyDirectory) throws -> Self? { try read(keyFileName, from: directory) }

    /// Keeps the authority in `directory`, replacing another: key and certificate in one file, so that they cannot part,
    /// and the certificate once more in `certificateFileName`.
    public func store(in directory: KeyDirectory) throws {
        try write(Self.keyFileName, in: directory)
        try directory.write(Self.certificateFileName, Array(certificate.pem.utf8))
    }

    /// The authority kept in `directory`, made first when there is none.
    ///
    /// Two processes that ask at once get the same.
    public static func loadOrCreate(
        in directory: KeyDirectory, commonName: String, now: UnixSeconds, entropy: Entropy
    ) throws -> Self {
        try directory.withLock {
            guard let kept = try load(from: directory) else {
                let made = try create(commonName: commonName, now: now, entropy: entropy)
                try made.store(in: directory)
                return made
            }
            // The second file is derived: restore it when it was lost between the two writes, or edited.
            let text = Array(kept.certificate.pem.utf8)
            if try directory.read(certificateFileName) != text { try directory.write(certificateFileName, text) }
            return kept
        }
    }
}

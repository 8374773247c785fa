internal import COpenSSL
public import Surroundings

/// An authority one level below the root, with an RSA-2048 key: it certifies signers of documents and clients' own keys.
///
/// RSA because what stands in its place on the real system is, and some verifiers read nothing else.
public struct IssuingAuthority: Sendable {
    private let key: RSAPrivateKey
    /// Its certificate, issued by the root.
    public let certificate: Certificate

    private static let lifetimeSeconds: Int64 = 5 * 31_557_600

    /// Certifies `key` as an authority below `root` for five years, or until the root ends, and for as long before as the root: what it
    /// issues is dated by an emulated clock, which may be set back.
    ///
    /// `commonName` has 1 to 64 characters.
    public init(
        certifying key: RSAPrivateKey, under root: CertificateAuthority, commonName: String, now: UnixSeconds, entropy: Entropy
    ) throws(CryptographyError) {
        let request = CertificateRequest(
            subject: .commonName(commonName), notBefore: root.certificate.notBefore,
            notAfter: min(now + Self.lifetimeSeconds, root.certificate.notAfter),
            extensions: [
                .init(nid: NID_subject_key_identifier, value: "hash"),
                .init(nid: NID_authority_key_identifier, value: "keyid:always"),
                .init(nid: NID_basic_constraints, value: "critical,CA:TRUE,pathlen:0"),
                .init(nid: NID_key_usage, value: "critical,digitalSignature,keyCertSign,cRLSign"),
                .init(nid: NID_ext_key_usage, value: "serverAuth,clientAuth"),
            ])
        self.key = key
        certificate = try request.signed(subject: key.key, issuer: (root.key, root.certificate), entropy: entropy)
    }

    /// Certifies `key` to sign documents in the name of `names`, the first of which is in the subject as well.
    ///
    /// - Parameters:
    ///   - subject: the whole subject.
    ///   - issuerURL: where a verifier finds this authority's certificate (authority information access).
    ///   - lifetimeSeconds: how long from `now`; not beyond this authority's own end.
    public func documentSigner(
        certifying key: RSAPrivateKey, subject: DistinguishedName, names: [String], issuerURL: String, now: UnixSeconds,
        lifetimeSeconds: Int64, entropy: Entropy
    ) throws(CryptographyError) -> DocumentSigner {
        var alternatives: [String] = []
        for name in names { alternatives.append(try ServerName(name).configuration) }
        guard issuerURL.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }) else {
            throw CryptographyError(
                "naming an issuer's place", "\(issuerURL.debugDescription) is not a URL of visible ASCII without commas")
        }
        let request = CertificateRequest(
            subject: subject, notBefore: now - CertificateAuthority.skewSeconds,
            notAfter: min(now + lifetimeSeconds, certificate.notAfter),
            extensions: Self.leafExtensions(purposes: "serverAuth,clientAuth", usage: "critical,digitalSignature,keyEncipherment") + [
                .init(nid: NID_subject_alt_name, value: alternatives.joined(separator: ",")),
                .init(nid: NID_info_access, value: "caIssuers;URI:\(issuerURL)"),
            ])
        let leaf = try request.signed(subject: key.key, issuer: (self.key.key, certificate), entropy: entropy)
        return DocumentSigner(key: key, certificate: leaf)
    }

    /// Certifies the key of somebody else to authenticate as a client.
    ///
    /// The life is as in `documentSigner`. That the key is the asker's own is for the caller to have checked.
    public func clientCertificate(
        certifying key: RSAPublicKey, subject: DistinguishedName, now: UnixSeconds, lifetimeSeconds: Int64, entropy: Entropy
    ) throws(CryptographyError) -> Certificate {
        let request = CertificateRequest(
            subject: subject, notBefore: now - CertificateAuthority.skewSeconds,
            notAfter: min(now + lifetimeSeconds, certificate.notAfter),
            extensions: Self.leafExtensions(purposes: "clientAuth", usage: "critical,digitalSignature"))
        return try request.signed(subject: key, issuer: (self.key.key, certificate), entropy: entropy)
    }

    private static func leafExtensions(purposes: String, usage: String) -> [CertificateRequest.Extension] {
        [
            .init(nid: NID_subject_key_identifier, value: "hash"),
            .init(nid: NID_authority_key_identifier, value: "keyid:always"),
            .init(nid: NID_basic_constraints, value: "critical,CA:FALSE"),
            .init(nid: NID_key_usage, value: usage),
            .init(nid: NID_ext_key_usage, value: purposes),
        ]
    }
}

extension IssuingAuthority: StoredIdentity {
    static let kind = "issuing authority"

    init(storedKey: PrivateKey, certificate: Certificate) throws(CryptographyError) {
        key = try RSAPrivateKey(storedKey)
        self.certificate = certificate
    }

    var storedKey: PrivateKey { key.key }

    /// The authority kept in `directory` as the file `name`; nil when there is none.
    ///
    /// One that another root issued, or that ends within `margin` seconds, is certified anew with its old key and kept. Fails when what is
    /// there is damaged.
    public static func load(
        _ name: String, from directory: KeyDirectory, under root: CertificateAuthority, margin: Int64, now: UnixSeconds, entropy: Entropy
    ) throws -> Self? {
        guard let kept = try read(name, from: directory) else { return nil }
        guard !kept.certificate.isIssued(by: root.certificate) || kept.certificate.notAfter - now <= margin else { return kept }
        let renewed = try Self(
            certifying: kept.key, under: root, commonName: kept.certificate.subjectCommonName ?? Self.kind, now: now, entropy: entropy)
        try renewed.write(name, in: directory)
        return renewed
    }

    /// Keeps the authority in `directory` as the file `name`, replacing another.
    public func store(_ name: String, in directory: KeyDirectory) throws { try write(name, in: directory) }
}

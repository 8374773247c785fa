import Cryptography
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// Whether an assertion is signed by one of a client's own certificates and meant for this tenant (source: entra.md §3.3).
struct CertificateCheck: Sendable {
    let sources: CredentialSources
    let hosts: AuthorityHosts

    /// An assertion is the client's own when its issuer is an application id, or when a thumbprint names the key and the issuer is no URL:
    /// every other issuer is somebody else, whose word counts only by federation.
    static func concerns(_ assertion: ClientAssertion, issuer: String) -> Bool {
        if GUID(issuer) != nil { return true }
        let name = assertion.keyName
        return (name.sha1 != nil || name.sha256 != nil) && !issuer.contains("://")
    }

    /// Passes, or says why not: whose it is, which key, the signature, for whom, when.
    func check(_ assertion: ClientAssertion, in call: TokenCall, host: String, now: Int64) throws(EntraError) {
        let client = call.client.principal.clientID
        let algorithm = try AssertionForm.algorithm(of: assertion)
        let (issuer, subject, audiences) = try AssertionForm.identity(of: assertion)
        guard issuer.lowercased() == client.lowercased() else { throw .assertionNotOfClient(issuer: issuer) }
        guard subject.lowercased() == issuer.lowercased() else { throw .subjectNotIssuer(subject: subject) }
        let wanted = Thumbprint(assertion.keyName)
        let candidates = certificates(of: call.client)
        guard let certificate = Self.find(wanted, among: candidates), let key = certificate.rsaPublicKey else {
            throw .certificateNotFound(
                thumbprint: wanted.shown, clientID: client, because: "\(call.client.key) has \(Self.list(candidates))")
        }
        guard certificate.notAfter > UnixSeconds(now / 1_000_000_000) else {
            throw .certificateExpired(
                thumbprint: wanted.shown, clientID: client, because: "it ended at \(CivilTime(certificate.notAfter).rfc3339)")
        }
        guard key.verifies(assertion.signature, over: assertion.signedBytes, algorithm) else {
            throw .certificateSignatureWrong(thumbprint: wanted.shown, clientID: client)
        }
        guard audiences.contains(where: { isMeantForUs($0, call, host) }) else {
            throw .assertionAudienceWrong(audience: audiences.joined(separator: " "))
        }
        try AssertionForm.requireTime(assertion, now: now)
    }

    // MARK: Certificates

    /// What a header names a certificate by.
    private struct Thumbprint {
        /// The bytes compared; empty when a `kid` is neither hexadecimal nor base64.
        let bytes: [UInt8]
        /// As Entra shows it: upper-case hexadecimal, else what was sent.
        let shown: String

        init(_ name: ClientAssertion.KeyName) {
            if let sent = name.sha256 ?? name.sha1 {
                bytes = sent
            } else {
                let keyID = name.keyID ?? ""
                bytes = Hexadecimal.decode(keyID) ?? Base64.decode(keyID) ?? []
            }
            shown = bytes.isEmpty ? name.keyID ?? "" : Hexadecimal.encode(bytes, uppercase: true)
        }
    }

    private static func find(_ wanted: Thumbprint, among candidates: [Candidate]) -> Certificate? {
        for case .success(let certificate) in candidates.map(\.read)
        where certificate.sha1Thumbprint == wanted.bytes || certificate.sha256Thumbprint == wanted.bytes { return certificate }
        return nil
    }

    /// A file of a client, and what is in it.
    private typealias Candidate = (path: String, read: Result<Certificate, CryptographyFailure>)
    private struct CryptographyFailure: Error { let description: String }

    private func certificates(of client: Client) -> [Candidate] {
        client.certificateFiles.map { path in
            guard let bytes = sources.content(of: path, manifest: client.manifest) else {
                return (path, .failure(CryptographyFailure(description: "cannot be read")))
            }
            do {
                return (path, .success(try Certificate(pem: String(decoding: bytes, as: UTF8.self))))
            } catch {
                return (path, .failure(CryptographyFailure(description: "holds no certificate")))
            }
        }
    }

    private static func list(_ candidates: [Candidate]) -> String {
        let all = candidates.map { path, read in
            switch read {
            case .success(let certificate): "\(Hexadecimal.encode(certificate.sha1Thumbprint, uppercase: true)) (\(path))"
            case .failure(let failure): "\(path), which \(failure.description)"
            }
        }
        return all.isEmpty ? "no certificate" : all.joined(separator: ", ")
    }

    // MARK: Audience

    /// What may follow the tenant in an audience: the token endpoints, the v2 issuer, nothing (source: entra.md §3.3).
    private static let endings: Set<String> = ["", "/", "/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/v2.0/"]

    /// Whether an audience names this tenant at this authority, by whatever host and name it goes.
    private func isMeantForUs(_ audience: String, _ call: TokenCall, _ reached: String) -> Bool {
        guard audience.lowercased().hasPrefix("https://") else { return false }
        let rest = audience.dropFirst("https://".count).prefix { $0 != "?" }
        let host = rest.prefix { $0 != "/" }.lowercased()
        let path = rest.dropFirst(host.count).dropFirst()
        let segment = path.prefix { $0 != "/" }
        let names = [call.tenant.tenantID, call.tenantSegment.lowercased()] + call.tenant.domains.map { $0.lowercased() }
        return (host == reached || hosts.isAuthority(AuthorityHosts.name(of: host))) && names.contains(segment.lowercased())
            && Self.endings.contains(String(path.dropFirst(segment.count)))
    }
}

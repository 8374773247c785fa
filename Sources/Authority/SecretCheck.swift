import Cryptography
import IdentityModel
import Surroundings
import TokenIssuance
import WireFormats

/// Whether a secret is one of a client's (source: entra.md §3.2).
struct SecretCheck: Sendable {
    let sources: CredentialSources

    /// Passes, or says why not; every secret of the client is compared, whichever matches.
    func check(_ presented: SecretBytes, of client: Client, at now: UnixSeconds) throws(EntraError) {
        var isValid = false
        var expired: UnixSeconds?
        var missing: [String] = []
        for secret in client.secrets {
            guard let value = sources.value(of: secret.source, manifest: client.manifest) else {
                missing.append(Self.described(secret.source))
                continue
            }
            guard Self.areEqual(presented, value) else { continue }
            if let end = secret.expires, end <= now { expired = end } else { isValid = true }
        }
        let clientID = client.principal.clientID
        if isValid { return }
        if let expired {
            throw .expiredSecret(clientID, because: "the secret sent is one of \(client.key) that expired at \(CivilTime(expired).rfc3339)")
        }
        let absence = missing.isEmpty ? "" : "; \(missing.joined(separator: ", ")) could not be read"
        throw .wrongSecret(clientID, because: "the secret sent is none of the \(client.secrets.count) of \(client.key)\(absence)")
    }

    private static func described(_ source: Application.ClientSecret.Source) -> String {
        switch source {
        case .inline: "the value in the manifest"
        case .environment(let name): "the environment variable \(name)"
        case .file(let path): "the file \(path)"
        }
    }

    /// Compares digests in a time that depends neither on the lengths nor on where the first difference is.
    static func areEqual(_ left: SecretBytes, _ right: SecretBytes) -> Bool {
        guard let one = try? left.reveal({ try Digest.sha256($0) }), let other = try? right.reveal({ try Digest.sha256($0) }) else {
            return false
        }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

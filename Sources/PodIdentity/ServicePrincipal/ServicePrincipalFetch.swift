import IdentityModel
import IdentityStore
import Surroundings

/// Getting the tokens of an `AzureIdentity` of type 1 or 2 from Entra, as NMI does through adal: one request for each tenant, none of them
/// repeated (source: nmi.md §2.3, §2.4).
struct ServicePrincipalFetch: Sendable {
    private let identity: AzureIdentity
    private let credential: ServicePrincipalRequest.Credential
    private let authority: any ServicePrincipalAuthority
    /// Whether the Secret had several values, of which one was taken.
    let hadChoice: Bool

    /// Reads the identity's Secret and makes the checks that come before any request, in the original's order.
    ///
    /// Nil for a managed identity, which is the metadata service's to answer for.
    init?(
        _ identity: AzureIdentity, in snapshot: IdentitySnapshot, authority: any ServicePrincipalAuthority, entropy: Entropy
    ) throws(TokenFailure) {
        switch identity.category {
        case .managedIdentity: return nil
        case .unsupported(let number): throw .unsupportedType(number)
        case .servicePrincipal:
            // Whichever key comes first: in the original that is random, and its name does not matter.
            let values = try Self.secret(of: identity, in: snapshot).sorted { $0.key < $1.key }
            let secret = entropy.one(of: values)?.value ?? SecretBytes([])
            guard identity.auxiliaryTenantIDs.count <= 3 else { throw .invalidParameter("must specify one to three auxiliary tenants") }
            try Self.requireClientID(identity)
            guard secret.reveal({ !$0.isEmpty }) else { throw .invalidParameter("parameter 'secret' cannot be empty") }
            credential = .secret(secret)
            hadChoice = values.count > 1
        case .servicePrincipalCertificate:
            let values = try Self.secret(of: identity, in: snapshot)
            let file = values["certificate"] ?? SecretBytes([])
            let password = values["password"] ?? SecretBytes([])
            switch authority.problem(ofCertificate: file, password: password) {
            case .unreadable(let text): throw .certificateUnreadable(text)
            case .notRSA(let goType): throw .keyNotRSA(goType: goType)
            case nil: break
            }
            try Self.requireClientID(identity)
            credential = .certificate(file, password: password)
            hadChoice = false
        }
        self.identity = identity
        self.authority = authority
    }

    /// The primary tenant's token and those of auxiliary tenants; a certificate gets none of those.
    func tokens(for resource: String) async -> TokenFetch.Outcome {
        guard case .secret = credential, !identity.auxiliaryTenantIDs.isEmpty else {
            return TokenFetch.Outcome(result: await token(of: identity.tenantID, for: resource))
        }
        let primary: AdalToken
        switch await token(of: identity.tenantID, for: resource) {
        case .success(let token): primary = token
        case .failure(let failure): return TokenFetch.Outcome(result: .failure(.primary(failure)))
        }
        var auxiliary: [AdalToken] = []
        for tenant in identity.auxiliaryTenantIDs {
            switch await token(of: tenant, for: resource) {
            case .success(let token): auxiliary.append(token)
            case .failure(let failure): return TokenFetch.Outcome(result: .failure(.auxiliary(failure)))
            }
        }
        return TokenFetch.Outcome(result: .success(primary), auxiliary: auxiliary)
    }

    private func token(of tenant: String, for resource: String) async -> Result<AdalToken, TokenFailure> {
        let endpoint = ActiveDirectoryEndpoint(of: tenant, relativeTo: identity.authorityEndpoint)
        guard let host = endpoint.host else {
            return .failure(.unreachable(method: "Post", url: endpoint.url, reason: "unsupported protocol scheme \"\""))
        }
        let answer: ServicePrincipalAnswer
        do throws(UnreachableUpstream) {
            answer = try await authority.answer(
                ServicePrincipalRequest(
                    url: endpoint.url, host: host, tenant: tenant, clientID: identity.clientID, credential: credential, resource: resource))
        } catch {
            return .failure(.unreachable(method: "Post", url: endpoint.url, reason: error.reason))
        }
        guard answer.status == 200 else {
            return .failure(.refused(status: answer.status, body: answer.body, endpoint: endpoint.url))
        }
        do { return .success(try AdalToken(body: answer.body)) } catch { return .failure(error) }
    }

    private static func secret(
        of identity: AzureIdentity, in snapshot: IdentitySnapshot
    ) throws(TokenFailure) -> [String: SecretBytes] {
        guard let secret = snapshot.secret(identity.clientPassword) else { throw .secretMissing(identity.clientPassword) }
        return secret.values
    }

    private static func requireClientID(_ identity: AzureIdentity) throws(TokenFailure) {
        guard !identity.clientID.isEmpty else { throw .invalidParameter("parameter 'clientID' cannot be empty") }
    }
}

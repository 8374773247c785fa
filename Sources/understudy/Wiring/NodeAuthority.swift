import Authority
import Cryptography
import PodIdentity
import Surroundings

/// The emulated authority in the place NMI has Entra: within reach, whatever host an identity names.
///
/// But where another program stands at 169.254.169.254, an endpoint that leads there is that program's.
struct NodeAuthority: ServicePrincipalAuthority {
    let client: AuthorityClient
    let elsewhere: RemoteMetadata?

    func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem? {
        do throws(LegacyExchangeError) {
            _ = try LegacyExchange.read(file, password: password)
            return nil
        } catch .notRSA(let goType) {
            return .notRSA(goType: goType)
        } catch {
            return .unreadable(error.description)
        }
    }

    func answer(_ request: ServicePrincipalRequest) async throws(UnreachableUpstream) -> ServicePrincipalAnswer {
        let credential: AuthorityClient.Credential
        switch request.credential {
        case .secret(let secret): credential = .secret(secret)
        case .certificate(let file, let password):
            // NMI saw to it that the file can be read.
            guard let key = try? LegacyExchange.read(file, password: password) else {
                return ServicePrincipalAnswer(status: 400, body: [])
            }
            credential = .certificate(key)
        }
        if let elsewhere, let path = RemoteMetadata.path(of: request.url) {
            guard
                let form = client.form(
                    clientID: request.clientID, credential: credential, resource: request.resource, audience: request.url)
            else { return ServicePrincipalAnswer(status: 500, body: []) }
            return try await elsewhere.posted(form, to: path)
        }
        let answer = await client.token(
            tenant: request.tenant, clientID: request.clientID, credential: credential, resource: request.resource, host: request.host)
        return ServicePrincipalAnswer(status: answer.status, body: answer.body)
    }
}

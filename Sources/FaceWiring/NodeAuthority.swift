public import Authority
import Cryptography
public import PodIdentity
public import Surroundings

/// The emulated authority in the place NMI has Entra: within reach, whatever host an identity names.
public struct NodeAuthority: ServicePrincipalAuthority {
    private let client: AuthorityClient

    /// An authority that is asked by way of `client`.
    public init(client: AuthorityClient) { self.client = client }

    /// Why a PKCS#12 file is of no use to NMI; nil when it is.
    public func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem? {
        do throws(LegacyExchangeError) {
            _ = try LegacyExchange.read(file, password: password)
            return nil
        } catch .notRSA(let goType) {
            return .notRSA(goType: goType)
        } catch {
            return .unreadable(error.description)
        }
    }

    /// Asks the v1 token endpoint, as adal does.
    public func answer(_ request: ServicePrincipalRequest) async -> ServicePrincipalAnswer {
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
        let answer = await client.token(
            tenant: request.tenant, clientID: request.clientID, credential: credential, resource: request.resource, host: request.host)
        return ServicePrincipalAnswer(status: answer.status, body: answer.body)
    }
}

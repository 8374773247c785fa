public import Authority
import Cryptography
public import PodIdentity
public import Surroundings

/// The emulated authority in the place NMI has Entra: within reach, whatever host an identity names.
///
/// But where another program stands at 169.254.169.254, an endpoint that leads there is that program's.
public struct NodeAuthority: ServicePrincipalAuthority {
    private let client: AuthorityClient
    private let elsewhere: (any ForeignTokenEndpoints)?

    /// An authority that is asked by way of `client`, unless an endpoint is another program's.
    public init(client: AuthorityClient, elsewhere: (any ForeignTokenEndpoints)? = nil) {
        self.client = client
        self.elsewhere = elsewhere
    }

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
    public func answer(_ request: ServicePrincipalRequest) async throws(UnreachableUpstream) -> ServicePrincipalAnswer {
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
        if let elsewhere, let path = elsewhere.path(of: request.url) {
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

/// Another program, which some token endpoints lead to.
public protocol ForeignTokenEndpoints: Sendable {
    /// Path and query of a URL that leads there; nil for any other.
    func path(of url: String) -> String?

    /// The answer to a form.
    func posted(_ form: [UInt8], to path: String) async throws(UnreachableUpstream) -> ServicePrincipalAnswer
}

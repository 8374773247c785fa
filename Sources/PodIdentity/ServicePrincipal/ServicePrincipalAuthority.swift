public import Surroundings

/// Entra, as NMI asks it for the tokens of service principals.
///
/// The executable wires the emulated authority; a test wires whatever it wants NMI to meet.
public protocol ServicePrincipalAuthority: Sendable {
    /// Why a PKCS#12 file is of no use to NMI; nil when it is.
    func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem?

    /// Asks a token endpoint, as adal does; may sign and read files, so not for an event loop.
    func answer(_ request: ServicePrincipalRequest) async throws(UnreachableUpstream) -> ServicePrincipalAnswer
}

/// One call of a token endpoint (source: nmi.md §2.3, §2.4).
public struct ServicePrincipalRequest: Sendable {
    /// What proves the service principal.
    public enum Credential: Sendable {
        /// A client secret: type 1.
        case secret(SecretBytes)
        /// A PKCS#12 file and its password, in which `problem(ofCertificate:password:)` found nothing wrong: type 2.
        case certificate(SecretBytes, password: SecretBytes)
    }

    /// What NMI calls itself when it asks.
    public static let userAgent = TokenFetch.userAgent

    /// The token endpoint.
    public let url: String
    /// The host that is asked, with a port where one is written.
    public let host: String
    /// A tenant's id or domain; may be empty, as a manifest may leave it out.
    public let tenant: String
    /// The service principal's client id.
    public let clientID: String
    /// Its proof.
    public let credential: Credential
    /// The resource, verbatim.
    public let resource: String
}

/// What a token endpoint answered.
public struct ServicePrincipalAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The body, whatever the status.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// What is wrong with a PKCS#12 file.
public enum CertificateProblem: Hashable, Sendable {
    /// It cannot be read; the text is that of Go's pkcs12 package.
    case unreadable(String)
    /// Its key is not RSA, which nothing checks before it is used as one; the name is that of Go's type.
    case notRSA(goType: String)
}

public import Cryptography
import Decisions
import HTTPServing
public import Surroundings
import TokenIssuance
import WireFormats

/// A client of the authority in its own process: what a component that asks Entra for tokens finds here without a network.
///
/// It speaks the v1 endpoint's language as adal does: the same form, the same answer, the same errors. Nothing is recorded; whoever asks
/// has a decision of its own to record.
public struct AuthorityClient: Sendable {
    /// What proves the service principal.
    public enum Credential: Sendable {
        /// A client secret.
        case secret(SecretBytes)
        /// An RSA key with the certificate that is registered on the application.
        case certificate(TokenSigningKey)
    }

    /// The authority's answer.
    public struct Answer: Sendable {
        /// The HTTP status: 200, or that of an Entra error.
        public let status: Int
        /// The body: v1's JSON (numbers as strings) with status 200, else the error document.
        public let body: [UInt8]
        /// The check that refused; nil with a token.
        public let failedCheck: String?
    }

    private let service: AuthorityService
    private let clock: WallClock
    private let entropy: Entropy

    /// How long adal lets an assertion live.
    private static let assertionSeconds: Int64 = 86_400

    /// A client of `service`.
    public init(of service: AuthorityService, clock: WallClock, entropy: Entropy) {
        self.service = service
        self.clock = clock
        self.entropy = entropy
    }

    /// Asks for a token of a service principal for `resource`, which comes back as `aud` letter by letter.
    ///
    /// Signs, and may read files: not for an event loop.
    ///
    /// - Parameters:
    ///   - tenant: an id or a domain.
    ///   - host: the host that the caller believes it asks, for `error_uri`.
    public func token(
        tenant: String, clientID: String, credential: Credential, resource: String, host: String = "login.microsoftonline.com"
    ) async -> Answer {
        let target = "/\(tenant)/oauth2/token?api-version=1.0"
        guard
            let body = form(
                clientID: clientID, credential: credential, resource: resource, audience: "https://\(host)\(target)")
        else { return Answer(status: 500, body: [], failedCheck: "client assertion") }
        let request = HTTPRequest(
            method: "POST", target: target, headers: [("Host", host), ("Content-Type", "application/x-www-form-urlencoded")],
            body: body, peer: PeerAddress(host: .unknown, port: 0))
        let (response, decision) = await service.outcome(of: request, tenant: tenant)
        return Answer(status: response.status.code, body: response.body, failedCheck: decision.check)
    }

    /// What adal posts, for another authority than this one; nil when the key cannot sign (source: nmi.md §2.3, §2.4).
    ///
    /// - Parameter audience: the token endpoint, for which an assertion is made.
    public func form(clientID: String, credential: Credential, resource: String, audience: String) -> [UInt8]? {
        switch credential {
        case .secret(let secret):
            return Self.form(
                clientID: clientID, resource: resource, proof: [("client_secret", secret.reveal { String(decoding: $0, as: UTF8.self) })])
        case .certificate(let key):
            guard let assertion = try? assertion(of: clientID, audience: audience, signedBy: key) else { return nil }
            return Self.form(clientID: clientID, resource: resource, proof: Self.proof(by: assertion))
        }
    }

    /// A client's request to the v1 endpoint; Go writes forms in alphabetical order.
    static func form(clientID: String, resource: String, proof: [(String, String)]) -> [UInt8] {
        let fields = [("client_id", clientID), ("grant_type", "client_credentials"), ("resource", resource)] + proof
        return Array(Percent.form(fields.sorted { $0.0 < $1.0 }).utf8)
    }

    /// The fields of an assertion.
    static func proof(by assertion: String) -> [(String, String)] {
        [("client_assertion", assertion), ("client_assertion_type", TokenCall.assertionType)]
    }

    /// The assertion that adal makes (source: nmi.md §2.4).
    private func assertion(of clientID: String, audience: String, signedBy key: TokenSigningKey) throws(CryptographyError) -> String {
        let now = clock.now
        let header: JSONValue = [
            "alg": "RS256", "typ": "JWT", "x5t": .string(key.keyID), "x5c": [.string(Base64.encode(key.certificate.der))],
        ]
        let claims: JSONValue = [
            "aud": .string(audience), "iss": .string(clientID), "sub": .string(clientID),
            "jti": .string(Base64.encodeURL(entropy.bytes(20))),
            "nbf": .integer(now.rawValue), "exp": .integer((now + Self.assertionSeconds).rawValue),
        ]
        return try JSONWebSignature.compact(header: header.bytes(), payload: claims.bytes(), key: key.key)
    }
}

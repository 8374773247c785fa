import Cryptography
public import HTTPServing

/// Where verifiers look for the certificate between the root and a signer: the place its signer's certificate names.
///
/// Verifiers take no other host than the real one (spire and coder, imds.md §7), so a network that gives this name to the metadata
/// listener lets them work unchanged.
public enum IssuerCertificate {
    /// The host verifiers insist on, as `Host` may spell it.
    static let hosts: [StaticString] = ["www.microsoft.com", "www.microsoft.com:80"]
    /// The path of the certificate in DER.
    public static let path = "/pkiops/certs/understudy-issuing-ca.crt"
    /// The whole place, as certificates name it.
    static let url = "http://www.microsoft.com\(path)"

    /// The answer: one certificate in DER (RFC 2585 §4.1).
    public static func response(der: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: .ok, headers: [.field("Content-Type", "application/pkix-cert"), .date, .contentLength], body: der)
    }
}

/// Answers for `www.microsoft.com` what verifiers of attested documents fetch there, and passes everything else on.
public struct IssuerCertificateResponder: HTTPResponder {
    private let keys: PlatformKeys
    private let other: any HTTPResponder

    /// A responder before `other`.
    public init(keys: PlatformKeys, before other: any HTTPResponder) {
        self.keys = keys
        self.other = other
    }

    /// Answers a GET of the certificate from that host; a certificate that could not be made is an unknown path too.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        guard IssuerCertificate.hosts.contains(where: { request.headerIs("Host", $0) }), request.methodIs("GET"),
            request.rawPath == IssuerCertificate.path
        else { return other.respond(to: request) }
        return .later {
            guard let issuing = try? await keys.issuing() else { return await answer(request) }
            return IssuerCertificate.response(der: issuing.certificate.der)
        }
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch other.respond(to: request) {
        case .now(let response): response
        case .later(let work): await work()
        }
    }
}

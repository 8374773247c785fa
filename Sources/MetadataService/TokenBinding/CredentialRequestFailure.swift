import Cryptography

/// Why a request for a bound certificate is not answered: where it is wrong, what was found there and what is allowed.
///
/// None of the real service's texts for these is known; all are ours.
enum CredentialRequestFailure: Error, Hashable, CustomStringConvertible {
    /// The body is no JSON object.
    case body(String)
    /// A member of the body is missing or of another type than text.
    case member(String, found: String)
    /// `csr` is not base64.
    case notBase64
    /// `csr` is not a request that may be certified.
    case request(CertificateSigningRequestError)
    /// The request's subject.
    case subject(found: String, allowed: String)
    /// The request's attribute that names the machine.
    case computeUnit(found: String, allowed: String)

    var description: String {
        switch self {
        case .body(let found): "The body is \(found); allowed is {\"csr\":\"<base64 of DER>\",\"attestation_token\":\"<jwt>\"}."
        case .member(let name, let found): "The body's \(name) is \(found); text is allowed."
        case .notBase64: "The body's csr is not base64; a PKCS#10 request in DER, base64-encoded and without PEM armour, is allowed."
        case .request(let error): "The body's csr: \(error)"
        case .subject(let found, let allowed): "The csr's subject is \(Self.shortened(found)); \(allowed) is allowed."
        case .computeUnit(let found, let allowed):
            "The csr's attribute \(CredentialRequest.computeUnitAttribute) is \(Self.shortened(found)); a UTF8String of \(allowed) is allowed."
        }
    }

    /// A caller's text, for an answer and a journal of bounded size.
    private static func shortened(_ text: String) -> String { text.count > 200 ? text.prefix(200) + "…" : text }
}

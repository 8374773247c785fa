import Cryptography
import WireFormats

/// What is asked for with `issuecredential`: a certificate for a key of the asker's own (source: imds.md §6).
struct CredentialRequest {
    /// The attribute whose value names the machine.
    static let computeUnitAttribute = "1.3.6.1.4.1.311.90.2.10"

    /// The key to be certified; that the asker holds it has been proven.
    let publicKey: RSAPublicKey

    /// Reads and checks a body for one identity on one machine.
    ///
    /// The attestation token is not looked at: without an attestation service there is nobody to judge it by.
    init(body: [UInt8], clientID: String, tenantID: String, computeUnit: ComputeUnitID) throws(CredentialRequestFailure) {
        let request = try Self.request(in: body)
        try Self.checkSubject(of: request, clientID: clientID, tenantID: tenantID)
        try Self.checkComputeUnit(of: request, computeUnit)
        publicKey = request.publicKey
    }

    private static func request(in body: [UInt8]) throws(CredentialRequestFailure) -> CertificateSigningRequest {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body)
        } catch {
            throw .body(body.isEmpty ? "empty" : "not JSON (\(error))")
        }
        guard case .object = document else { throw .body("JSON, but no object") }
        switch document["attestation_token"] {
        case nil, .null, .string: break
        default: throw .member("attestation_token", found: "not text")
        }
        guard let member = document["csr"], member != .null else { throw .member("csr", found: "missing") }
        guard let text = member.text else { throw .member("csr", found: "not text") }
        guard !text.isEmpty else { throw .member("csr", found: "empty") }
        guard let der = Base64.decode(text) else { throw .notBase64 }
        do {
            return try CertificateSigningRequest(der: der)
        } catch {
            throw .request(error)
        }
    }

    /// Exactly `CN` and `DC`, in either order: clients differ in it.
    private static func checkSubject(
        of request: CertificateSigningRequest, clientID: String, tenantID: String
    ) throws(CredentialRequestFailure) {
        let found = Set(request.subject.map { $0.description.lowercased() })
        guard request.subject.count == 2, found == ["cn=\(clientID.lowercased())", "dc=\(tenantID.lowercased())"] else {
            throw .subject(
                found: request.subject.isEmpty ? "empty" : request.subject.map(\.description).joined(separator: ", "),
                allowed: "CN=\(clientID), DC=\(tenantID)")
        }
    }

    private static func checkComputeUnit(
        of request: CertificateSigningRequest, _ expected: ComputeUnitID
    ) throws(CredentialRequestFailure) {
        let allowed = expected.document.rendered()
        let values = request.attribute(computeUnitAttribute)
        guard let value = values.first else { throw .computeUnit(found: "missing", allowed: allowed) }
        guard values.count == 1 else { throw .computeUnit(found: "there \(values.count) times", allowed: allowed) }
        switch value {
        case .other(let tag): throw .computeUnit(found: "of ASN.1 type \(tag)", allowed: allowed)
        case .utf8String(let text):
            guard let document = try? JSONValue(parsing: Array(text.utf8)), expected.isSaid(by: document) else {
                throw .computeUnit(found: text, allowed: allowed)
            }
        }
    }
}

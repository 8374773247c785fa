import Cryptography
import IdentityModel
import Surroundings
import WireFormats

/// A service-account token that somebody shows, checked as an API server's TokenReview does.
struct PresentedToken: Sendable {
    /// Why it does not count.
    struct Refusal: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// Whose token it is.
    let account: NamespacedName

    /// Checks form, issuer, signature, times and audience, in that order.
    ///
    /// - Parameters:
    ///   - keys: of the cluster.
    ///   - issuers: URLs the cluster signs for.
    init(_ text: String, issuers: [String], keys: [ServiceAccountKey], audience: String, now: UnixSeconds) throws(Refusal) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]) else {
            throw Refusal(description: "it is no JWT")
        }
        let issuer = claims["iss"]?.text ?? ""
        guard issuers.contains(where: { $0.utf8.elementsEqual(issuer.utf8) }) else {
            let known = issuers.isEmpty ? "and no Cluster is emulated here" : "not \(issuers.joined(separator: " or "))"
            throw Refusal(description: "its issuer is \(issuer), \(known)")
        }
        let keyID = header["kid"]?.text ?? ""
        guard let key = keys.first(where: { $0.keyID == keyID }) else { throw Refusal(description: "the cluster has no key \(keyID)") }
        guard header["alg"] == "RS256", JSONWebSignature.verifyRS256(compact: text, key: key.publicKey) else {
            throw Refusal(description: "its signature is not that of the key \(keyID)")
        }
        guard let begins = claims["nbf"]?.wholeNumber, let ends = claims["exp"]?.wholeNumber, begins <= now.rawValue, now.rawValue < ends
        else {
            throw Refusal(description: "it is not valid now")
        }
        let audiences = (claims["aud"]?.elements ?? []).compactMap(\.text)
        guard audiences.contains(audience) else {
            throw Refusal(description: "its audience is \(audiences.joined(separator: " ")), not \(audience)")
        }
        let subject = (claims["sub"]?.text ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard subject.count == 4, subject[..<2] == ["system", "serviceaccount"] else {
            throw Refusal(description: "it is not of a service account")
        }
        account = NamespacedName(namespace: String(subject[2]), name: String(subject[3]))
    }

    private static func object(_ part: Substring) -> JSONValue? {
        guard let bytes = Base64.decode(String(part)), let value = try? JSONValue(parsing: bytes), case .object = value else { return nil }
        return value
    }
}

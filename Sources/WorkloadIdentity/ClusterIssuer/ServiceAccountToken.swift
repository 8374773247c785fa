public import Cryptography
import IdentityModel
public import Surroundings
import WireFormats

/// A signed service-account token (source: workload-identity.md §7.1).
///
/// Its text is a credential and redacts itself.
public struct ServiceAccountToken: Sendable {
    /// The compact JWS, without a newline.
    public let compact: SecretBytes
    /// The end of the life that was asked for, `status.expirationTimestamp`.
    ///
    /// It equals `exp` unless the API server lengthened that.
    public let expires: UnixSeconds
    /// The life that was granted, in seconds; the kubelet counts back from `expires` by it.
    public let expirationSeconds: Int64
    /// `jti`: tells this token from others without showing it.
    public let identifier: String
    /// The key that signed it.
    public let keyID: String

    /// The request for which the API server lengthens a token: what a pod's own volume asks for, an hour and seven seconds.
    private static let extendedRequest: Int64 = 3607
    private static let extendedLife: Int64 = 365 * 86_400

    /// Signs a token; takes about as long as one RSA signature, so not for an event loop.
    public init(
        _ request: ServiceAccountTokenRequest, issuer: ClusterIssuer, key: ServiceAccountKey, now: UnixSeconds, entropy: Entropy
    ) throws(CryptographyError) {
        expires = now + request.expirationSeconds
        expirationSeconds = request.expirationSeconds
        identifier = GUID(from: entropy).description
        keyID = key.keyID
        let audiences = request.audiences.isEmpty ? [issuer.url] : request.audiences
        let isExtended =
            issuer.extendsTokens && request.expirationSeconds == Self.extendedRequest && request.boundPod != nil
            && audiences == [issuer.url]
        // Kubernetes' encoder sorts the names of maps, and claims pass through one.
        let claims: JSONValue = [
            "aud": .strings(audiences),
            "exp": .integer((isExtended ? now + Self.extendedLife : expires).rawValue),
            "iat": .integer(now.rawValue),
            "iss": .string(issuer.url),
            "jti": .string(identifier),
            "kubernetes.io": Self.kubernetes(request, warnAfter: isExtended ? expires : nil),
            "nbf": .integer(now.rawValue),
            "sub": .string("system:serviceaccount:\(request.account.id.namespace):\(request.account.id.name)"),
        ]
        let header: JSONValue = ["alg": "RS256", "kid": .string(keyID)]
        let text = try JSONWebSignature.compact(
            header: header.bytes(.goHTMLSafe), payload: claims.bytes(.goHTMLSafe), key: key.key)
        compact = SecretBytes(Array(text.utf8))
    }

    private static func kubernetes(_ request: ServiceAccountTokenRequest, warnAfter: UnixSeconds?) -> JSONValue {
        func reference(_ name: String, _ uid: String) -> JSONValue { ["name": .string(name), "uid": .string(uid)] }
        var members = [JSONMember("namespace", .string(request.account.id.namespace))]
        if let bound = request.boundPod {
            if let node = bound.node {
                members.append(JSONMember("node", reference(node, DerivedIDs.uid(of: ObjectKey(kind: .node, name: node)))))
            }
            members.append(JSONMember("pod", reference(bound.pod.id.name, bound.pod.uid)))
        }
        members.append(JSONMember("serviceaccount", reference(request.account.id.name, request.account.uid)))
        if let warnAfter { members.append(JSONMember("warnafter", .integer(warnAfter.rawValue))) }
        return .object(members)
    }
}

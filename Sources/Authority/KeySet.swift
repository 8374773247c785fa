import Cryptography
import IdentityModel
import TokenIssuance
import WireFormats

/// The signing keys as a verifier fetches them: public members only (source: entra.md §1.4).
struct KeySet {
    let keys: [TokenSigningKey]
    let directory: Directory
    /// The cloud of the directory, or of the host that was asked.
    let cloud: Cloud

    /// `/{tenant}/discovery/keys`.
    var v1: JSONValue { ["keys": .array(keys.map { .object(Self.entry($0)) })] }

    /// `/{tenant}/discovery/v2.0/keys`: the same keys, each with the cloud and the issuer it signs for.
    var v2: JSONValue {
        let more = [
            JSONMember("cloud_instance_name", .string(cloud.instanceName)),
            JSONMember("issuer", .string(Issuer.v2(directory.issuerTenant, cloud))),
        ]
        return ["keys": .array(keys.map { .object(Self.entry($0) + more) })]
    }

    private static func entry(_ key: TokenSigningKey) -> [JSONMember] {
        let publicKey = key.key.publicKey
        return [
            JSONMember("kty", "RSA"),
            JSONMember("use", "sig"),
            JSONMember("kid", .string(key.keyID)),
            JSONMember("x5t", .string(key.keyID)),
            JSONMember("n", .string(Base64.encodeURL(publicKey.modulus))),
            JSONMember("e", .string(Base64.encodeURL(publicKey.exponent))),
            JSONMember("x5c", [.string(Base64.encode(key.certificate.der))]),
        ]
    }
}

import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import WireFormats

extension MetadataService {
    /// `GET /metadata/attested/document`: signed for this very request, so that the nonce is always the caller's own.
    func attestedDocument(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        guard try InstanceFormat(call) == .json else { throw .formatUnknown("text") }
        let nonce = try AttestedNonce.read(call.parameter("nonce"))
        let version = call.parameter("api-version") ?? ""
        let content = AttestedContent.bytes(AttestedFacts(of: snapshot.node.instance), version: version, nonce: nonce, at: wire.clock.now)
        let name = AttestedSignerName(of: snapshot)
        let (plane, location) = (snapshot.plane, snapshot.node.location)
        return .signing { [platform, wire] in
            do {
                let signature = try await platform.signer(for: name).sign(content)
                let body: JSONValue = ["encoding": "pkcs7", "signature": .string(Base64.encode(signature))]
                let reason =
                    "The attested document was signed by \(name.domain) with \(nonce.map { "the nonce \($0.text)" } ?? "a nonce of its own")."
                return (
                    wire.document(body.bytes()), Decision(face: .metadata, plane: plane, outcome: .answered, reason: reason)
                )
            } catch {
                let decision = Decision(
                    face: .metadata, plane: plane, outcome: .failed, reason: "No attested document could be made: \(error).")
                return (wire.failure(.documentUnavailable, location: location), decision)
            }
        }
    }
}

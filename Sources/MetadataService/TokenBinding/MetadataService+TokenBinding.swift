import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import WireFormats

extension MetadataService {
    /// `GET /metadata/identity/getplatformmetadata`: what a client needs to know to ask for a certificate; camelCase (source: imds.md §6).
    func platformMetadata(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        let query = TokenQuery(call.parameters)
        let principal = try IdentityDecision.principal(query, in: snapshot)
        let body: JSONValue = [
            "attestationEndpoint": .string(authorityURL()), "clientId": .string(principal.clientID),
            "cuId": ComputeUnitID(of: snapshot.node.instance).document, "tenantId": .string(snapshot.node.tenant.tenantID),
        ]
        return answered(body, snapshot, "\(principal.described) may be bound to a key of this machine.")
    }

    /// `POST /metadata/identity/issuecredential`: a certificate for the caller's key; snake_case (source: imds.md §6).
    func credential(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        let query = TokenQuery(call.parameters)
        let principal = try IdentityDecision.principal(query, in: snapshot)
        let tenant = snapshot.node.tenant
        let (computeUnit, body, endpoint) = (ComputeUnitID(of: snapshot.node.instance), call.request.body, authorityURL())
        let (plane, location, node) = (snapshot.plane, snapshot.node.location, ObjectKey(kind: .node, name: snapshot.node.node.name))
        @Sendable func decision(_ outcome: Decision.Outcome, _ reason: String) -> Decision {
            var decision = Decision(face: .metadata, plane: plane, outcome: outcome, reason: reason)
            decision.selector = query.journalSelector
            return decision
        }
        return .signing { [certificates, wire] in
            let request: CredentialRequest
            do throws(CredentialRequestFailure) {
                request = try CredentialRequest(
                    body: body, clientID: principal.clientID, tenantID: tenant.tenantID, computeUnit: computeUnit)
            } catch {
                return (wire.failure(.credentialRequest(error), location: location), decision(.rejected, error.description))
            }
            do {
                let certificate = try await certificates.certificate(
                    for: request.publicKey, of: principal, in: tenant, bypassing: query.bypassesCache)
                let body: JSONValue = [
                    "certificate": .string(Base64.encode(certificate.der)), "client_id": .string(principal.clientID),
                    "identity_type": principal.category == .systemAssigned ? "SAMI" : "UAMI",
                    "mtls_authentication_endpoint": .string(endpoint), "tenant_id": .string(tenant.tenantID),
                ]
                var issued = decision(.issued, "\(principal.described) was given a certificate for a key of the caller's.")
                issued.matched = [node]
                return (wire.document(body.bytes()), issued)
            } catch {
                return (
                    wire.failure(.credentialUnavailable, location: location),
                    decision(.failed, "No certificate could be issued: \(error).")
                )
            }
        }
    }
}

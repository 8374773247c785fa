import Decisions
import IdentityModel
import Surroundings
import TokenIssuance
import WireFormats

/// Which federated identity credential of a client an assertion matches: issuer, subject and audience, each whole and with its case, in
/// that order (source: entra.md §3.4, workload-identity.md §5.1).
struct FederationMatch {
    let client: Client
    let issuer: String
    let subject: String
    let audiences: [String]

    /// The credential, or which of the three is wrong; those not taken are added to the trail with the reason.
    func credential(trail: inout TokenTrail) throws(EntraError) -> FederatedIdentityCredential {
        guard !client.federated.isEmpty else {
            throw .noFederatedCredential(client.principal.clientID, name: client.principal.name)
        }
        let ofIssuer = client.federated.filter { Self.same($0.issuer, issuer) }
        note(client.federated, besides: ofIssuer, "its issuer is", \.issuer, trail: &trail)
        guard !ofIssuer.isEmpty else {
            let near = client.federated.first { Self.trimmed($0.issuer) == Self.trimmed(issuer) }
            throw .federatedIssuerUnknown(
                issuer,
                because: near.map { "FederatedIdentityCredential \($0.name) differs from it by slash, case or blanks only: \($0.issuer)" }
                    ?? "no FederatedIdentityCredential of \(client.key) has the issuer \(issuer)")
        }
        let ofSubject = ofIssuer.filter { Self.same($0.subject, subject) }
        note(ofIssuer, besides: ofSubject, "its subject is", \.subject, trail: &trail)
        guard !ofSubject.isEmpty else {
            throw .federatedSubjectUnknown(
                subject, differsInCaseOnly: ofIssuer.contains { $0.subject.lowercased() == subject.lowercased() },
                because: "no FederatedIdentityCredential of \(client.key) and that issuer has the subject \(subject)")
        }
        let matching = ofSubject.filter { credential in
            credential.audiences.contains { stored in audiences.contains { Self.same($0, stored) } }
        }
        note(ofSubject, besides: matching, "its audience is", { $0.audiences.joined(separator: " ") }, trail: &trail)
        guard let credential = matching.first else {
            let presented = audiences.joined(separator: " ")
            throw .federatedAudienceUnknown(
                presented, because: "no FederatedIdentityCredential of \(client.key), that issuer and subject has the audience \(presented)"
            )
        }
        trail.matched.append(Self.key(credential))
        return credential
    }

    static func key(_ credential: FederatedIdentityCredential) -> ObjectKey {
        ObjectKey(kind: .federatedIdentityCredential, name: credential.name)
    }

    private func note(
        _ all: [FederatedIdentityCredential], besides taken: [FederatedIdentityCredential], _ why: String,
        _ value: (FederatedIdentityCredential) -> String, trail: inout TokenTrail
    ) {
        for credential in all where !taken.contains(where: { $0.name == credential.name }) {
            trail.rejected.append(Decision.Rejection(Self.key(credential), "\(why) \(value(credential))"))
        }
    }

    /// Swift takes canonically equivalent texts for equal; the comparison here is of bytes.
    private static func same(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

    private static func trimmed(_ issuer: String) -> String {
        let text = issuer.lowercased().filter { $0 != " " }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

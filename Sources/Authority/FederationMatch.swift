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
            throw .federatedIssuerUnknown(issuer, because: missed("issuer", [issuer], client.federated, { [$0.issuer] }, trail: &trail))
        }
        let ofSubject = ofIssuer.filter { Self.same($0.subject, subject) }
        note(ofIssuer, besides: ofSubject, "its subject is", \.subject, trail: &trail)
        guard !ofSubject.isEmpty else {
            throw .federatedSubjectUnknown(
                subject, differsInCaseOnly: ofIssuer.contains { $0.subject.lowercased() == subject.lowercased() },
                because: missed("subject", [subject], ofIssuer, { [$0.subject] }, trail: &trail))
        }
        let matching = ofSubject.filter { credential in
            credential.audiences.contains { stored in audiences.contains { Self.same($0, stored) } }
        }
        note(ofSubject, besides: matching, "its audience is", { $0.audiences.joined(separator: " ") }, trail: &trail)
        guard let credential = matching.first else {
            throw .federatedAudienceUnknown(
                audiences.joined(separator: " "), because: missed("audience", audiences, ofSubject, \.audiences, trail: &trail))
        }
        trail.matched.append(Self.key(credential))
        return credential
    }

    /// Notes which credential came nearest, and says in a sentence how near.
    private func missed(
        _ name: String, _ presented: [String], _ credentials: [FederatedIdentityCredential],
        _ stored: (FederatedIdentityCredential) -> [String], trail: inout TokenTrail
    ) -> String {
        let pairs = credentials.flatMap { credential in stored(credential).map { (credential: credential, text: $0) } }
        let near = presented.compactMap { TextDifference.nearest(to: $0, among: pairs, \.text) }.max {
            $0.difference.nearness < $1.difference.nearness
        }
        let nobody = "no FederatedIdentityCredential of \(client.key) trusts the \(name) \(presented.joined(separator: " "))"
        guard let near else { return nobody }
        let object = Self.key(near.candidate.credential)
        trail.nearMiss = Decision.NearMiss(name, of: object, near.difference)
        return "\(nobody); compared with \(near.difference.expected) of \(object): \(near.difference.sentence)"
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
}

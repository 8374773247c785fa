import IdentityModel
import TokenIssuance

/// The rules for an assertion that Entra itself issued, "managed identity as credential": only a user-assigned identity's token for the
/// exchange audience, of the same tenant and cloud, that did not itself come of federation (source: entra.md §3.4).
struct EntraAssertion {
    let assertion: ClientAssertion
    let issuer: EntraIssuer
    let tenant: Tenant

    /// Refuses what can never count, whatever the credentials say.
    func requireManagedIdentity() throws(EntraError) {
        let text = assertion.text("iss") ?? ""
        guard issuer.cloud == tenant.cloud else { throw .entraIssuerOfAnotherCloud(text) }
        guard issuer.tenantID == tenant.tenantID else { throw .entraIssuerOfAnotherTenant(text) }
        guard issuer.version == .v2 else { throw .entraTokenRefused(because: "it is a v1 token") }
        guard !FederationMark.isOutcome(assertion.text("xms_ficinfo")) else { throw .chainedFederation }
        guard let identity = assertion.text("xms_mirid") else { throw .onlyManagedIdentities }
        guard ResourceID.looksUserAssigned(identity) else {
            throw .entraTokenRefused(because: "it is about the system-assigned identity of \(identity)")
        }
    }

    /// Refuses credentials that Entra would not have taken for its own issuer.
    func requireSoundCredentials(_ credentials: [FederatedIdentityCredential], subject: String) throws(EntraError) {
        let ours = credentials.filter { $0.subject == subject }
        guard !ours.contains(where: { $0.issuer == issuer.other }) || !ours.contains(where: { $0.issuer == assertion.text("iss") }) else {
            throw .federatedIssuerTwice(subject: subject)
        }
        let expected = tenant.cloud.exchangeAudience
        for credential in ours where credential.issuer == assertion.text("iss") {
            guard credential.audiences == [expected] else {
                throw .federatedAudienceStored(credential.audiences.joined(separator: " "), expected: expected)
            }
        }
    }

    /// The audiences as credentials store them: the exchange resource's id stands for its URI.
    var audiences: [String] {
        assertion.audiences.map { $0 == WellKnownResources.tokenExchange ? tenant.cloud.exchangeAudience : $0 }
    }
}

import Decisions
import HTTPServing
import IdentityStore
import TokenIssuance
import WireFormats

/// The endpoints for people, which the discovery documents name: nobody can sign in here, and each says so in the form its callers read.
///
/// The bodies are ours; the facts leave people's sign-in out (source: entra.md §1.1).
struct PeopleEndpoints: Sendable {
    /// What a path is for.
    enum Kind: String, Sendable {
        case authorize
        case deviceCode = "device code"
        case logout
        case checkSession = "session check"
        case userInfo = "user information"
        case kerberos
        case userRealm = "user realm"
    }

    let store: IdentityStore
    let journal: DecisionJournal
    let wire: AuthorityWire
    let hosts: AuthorityHosts

    func answer(_ kind: Kind, _ request: HTTPRequest, tenant: String) -> HTTPAnswer {
        let snapshot = store.current
        let correlation = Correlation(request, entropy: wire.entropy)
        let response: HTTPResponse
        var refused: EntraError?
        switch kind {
        case .logout: response = wire.page(title: "Sign out", text: "You signed out of your account", correlation)
        case .checkSession: response = wire.page(title: "Check session", text: "", correlation)
        case .userInfo: response = wire.unauthorised(correlation)
        case .userRealm:
            let realm: JSONValue = [
                "ver": "1.0", "account_type": "Unknown",
                "cloud_instance_name": .string(AuthorityHosts.cloud(of: hosts.host(of: request)).instanceName),
            ]
            response = wire.document(realm.bytes())
        case .authorize:
            let error = refusal("authorization_code", request, tenant: tenant, in: snapshot)
            refused = error
            response = wire.page(
                title: "Sign in to your account",
                text: "Sorry, but we\u{2019}re having trouble signing you in. " + wire.description(of: error, correlation), correlation)
        case .deviceCode:
            let error = refusal("device_code", request, tenant: tenant, in: snapshot)
            refused = error
            response = wire.error(error, correlation, host: hosts.host(of: request))
        case .kerberos:
            let error = EntraError.malformedRequest(because: "Kerberos is not emulated")
            refused = error
            response = wire.error(error, correlation, host: hosts.host(of: request))
        }
        var decision = Decision(
            face: .authority, plane: snapshot.plane, outcome: .rejected,
            reason: "People's sign-in is not emulated; the \(kind.rawValue) endpoint says so.")
        decision.check = refused?.row.check.rawValue
        return .now(journal.conclude(response, decision, for: request))
    }

    /// What stands in the way first: the tenant, the client id, or that the grant does not exist here.
    private func refusal(_ grant: String, _ request: HTTPRequest, tenant: String, in snapshot: IdentitySnapshot) -> EntraError {
        guard Directory(tenant, in: snapshot) != nil else { return .unknownTenant(tenant, onDiscovery: false) }
        let query = Percent.query(request.rawQuery ?? "", .lenient).first { $0.name == "client_id" }?.value
        do throws(EntraError) {
            guard try TokenForm(request).clientID ?? query != nil else { return .parameterMissing("client_id") }
            return .unsupportedGrant(grant)
        } catch {
            return error
        }
    }
}

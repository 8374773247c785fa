import HTTPServing
import IdentityModel

extension PodIdentityService {
    /// Counts an answer of either token route; the others are not counted (source: nmi.md §1.10, §8.4).
    ///
    /// The seconds are those of the waits, waited for or only recorded: what our own code takes is not the original's time.
    ///
    /// - Parameter namespace: empty while the pod is not known.
    func count(
        _ response: HTTPResponse, _ request: HTTPRequest, _ query: NMIQuery, namespace: String = "", waitMilliseconds: Int = 0
    ) {
        let operation = NMIMetrics.Operation(
            namespace: namespace, path: request.rawPath, resource: query.resource, status: response.status.code)
        metrics.observe(operation, seconds: Double(waitMilliseconds) / 1000)
    }

    /// Counts what came of asking for the token.
    func countUpstream(_ grant: TokenGrant, _ outcome: TokenFetch.Outcome) {
        let clientID = grant.identity?.clientID ?? grant.lookup.query.clientID
        let operation: String
        switch grant.identity?.category ?? .managedIdentity {
        case .managedIdentity: operation = clientID.isEmpty ? "adal_token_msi" : "adal_token_msi_userassignedid"
        case .servicePrincipal, .servicePrincipalCertificate: operation = "adal_token"
        case .unsupported: return
        }
        switch outcome.result {
        case .success: metrics.observe(.imdsSeconds, operation, seconds: Double(outcome.waitMilliseconds) / 1000)
        case .failure(.secretMissing): metrics.count(.kubernetesErrors, "get_secret")
        case .failure: metrics.count(.imdsErrors, operation)
        }
    }
}

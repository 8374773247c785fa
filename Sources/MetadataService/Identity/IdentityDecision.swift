import IdentityModel
import IdentityStore
import TokenIssuance

/// Which identity of the node a request means, and whether it may have the token: a pure function of snapshot and query.
enum IdentityDecision {
    /// The token request, or why there is none (rules: imds.md §5.3).
    static func decide(_ query: TokenQuery, in snapshot: IdentitySnapshot) throws(MetadataFailure) -> TokenRequest {
        guard let resource = query.resource else { throw .resourceMissing }
        let principal = try principal(query, in: snapshot)
        do throws(EntraError) {
            return try snapshot.tokenRequest(principal: principal, requested: resource)
        } catch {
            throw .entra(error)
        }
    }

    /// The identity a request means.
    static func principal(_ query: TokenQuery, in snapshot: IdentitySnapshot) throws(MetadataFailure) -> Principal {
        guard let selector = query.selectors.first else { return try defaultIdentity(of: snapshot) }
        guard query.selectors.allSatisfy({ $0.kind.meaning == selector.kind.meaning && $0.value == selector.value }) else {
            throw .selectorsExclusive
        }
        let found =
            switch selector.kind.meaning {
            case .clientID: snapshot.assigned(clientID: selector.value)
            case .objectID: snapshot.assigned(objectID: selector.value)
            case .resourceID: snapshot.assigned(resourceID: selector.value)
            }
        guard let found else { throw .identityNotFound }
        return found
    }

    /// System-assigned if there is one, else the only user-assigned one.
    private static func defaultIdentity(of snapshot: IdentitySnapshot) throws(MetadataFailure) -> Principal {
        if let system = snapshot.node.systemAssigned { return system }
        let user = snapshot.userAssigned(limit: 2)
        guard let only = user.first else { throw .identityNotFound }
        guard user.count == 1 else { throw .severalIdentities }
        return only
    }
}

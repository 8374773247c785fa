import Cryptography
import IdentityModel
public import IdentityStore
import Surroundings
public import TokenIssuance
import WireFormats

/// The tokens of the node: what every caller gets where callers are not told apart.
public struct NodeTokens: CallerTokens {
    private let issuer: TokenIssuer

    /// The node's tokens from an issuer, whose cache the metadata service shares.
    public init(issuer: TokenIssuer) { self.issuer = issuer }

    /// The node's identity and its token.
    public func answer(_ ask: SourceAsk, in snapshot: IdentitySnapshot) -> SourceAnswer {
        let request: TokenRequest
        do throws(SourceFailure) {
            request = try Self.request(ask, in: snapshot)
        } catch {
            return .now(Self.refusal(error, ask, snapshot))
        }
        if let token = issuer.remembered(request), !Self.isRefused(token, ask) { return .now(Self.grant(token, request, snapshot)) }
        // Signing is for no event loop.
        return .later { [issuer] in
            do throws(TokenIssuanceError) {
                return Self.grant(try issuer.issue(request), request, snapshot)
            } catch {
                return SourceVerdict(.failure(.tokenUnavailable), reason: "No token could be made: \(error).")
            }
        }
    }

    private static func request(_ ask: SourceAsk, in snapshot: IdentitySnapshot) throws(SourceFailure) -> TokenRequest {
        guard let principal = principal(ask, in: snapshot) else { throw .identityNotFound }
        do throws(EntraError) {
            return try snapshot.tokenRequest(principal: principal, requested: ask.resource)
        } catch {
            throw .tokenRefused(error)
        }
    }

    private static func principal(_ ask: SourceAsk, in snapshot: IdentitySnapshot) -> Principal? {
        switch ask.selector?.meaning {
        case .clientID?: return ask.selector.flatMap { snapshot.assigned(clientID: $0.value) }
        case .objectID?: return ask.selector.flatMap { snapshot.assigned(objectID: $0.value) }
        case .resourceID?: return ask.selector.flatMap { snapshot.assigned(resourceID: $0.value) }
        case nil: break
        }
        if let system = snapshot.node.systemAssigned { return system }
        let user = snapshot.userAssigned(limit: 2)
        return ask.standard == .systemAssignedOrOnly && user.count == 1 ? user.first : nil
    }

    /// A resource refused the token that would be given again.
    private static func isRefused(_ token: IssuedToken, _ ask: SourceAsk) -> Bool {
        guard let refused = ask.refusedToken, let hash = try? Digest.sha256(token.compact) else { return false }
        return Hexadecimal.encode(hash) == refused.lowercased()
    }

    private static func grant(_ token: IssuedToken, _ request: TokenRequest, _ snapshot: IdentitySnapshot) -> SourceVerdict {
        // The journal outlives the snapshot: what it keeps must not hold one.
        let principal = request.principal
        let resource = request.resource
        var verdict = SourceVerdict(
            .success(
                SourceGrant(
                    token: SecretBytes(token.compact), identifier: token.identifier, notBefore: token.notBefore, expires: token.expires,
                    clientID: principal.clientID, objectID: principal.objectID, resourceID: principal.resourceID,
                    resource: request.requested)),
            reason: "\(principal.name) (client id \(principal.clientID)) may have a token for \(resource.name).")
        verdict.principal = principal
        verdict.matched = snapshot.node.matched
        return verdict
    }

    /// A refusal with its reason, made at once: one that is made later would hold the snapshot.
    private static func refusal(_ failure: SourceFailure, _ ask: SourceAsk, _ snapshot: IdentitySnapshot) -> SourceVerdict {
        let reason = failure == .identityNotFound ? absence(ask, snapshot) : failure.denial
        return SourceVerdict(.failure(failure), reason: reason)
    }

    /// Which identity was looked for, and which there are.
    private static func absence(_ ask: SourceAsk, _ snapshot: IdentitySnapshot) -> String {
        let node = snapshot.node.node.name
        let known = [snapshot.node.systemAssigned].compactMap { $0 } + snapshot.userAssigned(limit: 8)
        let names = known.map { "\($0.name) (client id \($0.clientID))" }.joined(separator: ", ")
        let wanted =
            ask.selector.map { "No identity of \(node) has \($0.name) \($0.value)" }
            ?? "The request names no identity, which means the system-assigned one of \(node)"
        return "\(wanted); it has \(names.isEmpty ? "none" : names)."
    }
}

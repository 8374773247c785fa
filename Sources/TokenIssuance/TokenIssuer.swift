import Cryptography
import IdentityModel
public import Surroundings
import Synchronization
import WireFormats

/// Makes access tokens and remembers them, as IMDS does: one per identity and resource until it nears its end (imds.md §5.4).
///
/// Any thread may call it. The lock is held only to look up or to store, never while signing.
public final class TokenIssuer: Sendable {
    /// Identity and resource, together with everything else that the claims depend on: a changed world never gets an old token.
    private struct CacheKey: Hashable {
        let principal: String
        let tenant: String
        let requested: String
        let resource: String
        let computeResource: String?
        let roles: [String]
        let tokenVersion: Int

        // What tells most of them apart; hashing all of it took longer than all else of a look.
        func hash(into hasher: inout Hasher) {
            hasher.combine(principal)
            hasher.combine(requested)
        }
    }

    /// Counters for metrics.
    public struct Counts: Sendable {
        /// Tokens signed since the start.
        public var signed = 0
        /// Answers given from memory.
        public var reused = 0
    }

    private struct State {
        var tokens: [CacheKey: IssuedToken] = [:]
        var counts = Counts()
    }

    /// Bounds the memory that callers can take by asking for ever new resources: at most 8,192 tokens of about 2 KiB.
    private static let maximumTokens = 8192
    /// A longer resource identifier is served, but its tokens are not remembered.
    private static let maximumRememberedIdentifier = 512

    private let keys: SigningKeys
    private let clock: WallClock
    private let entropy: Entropy
    private let state = Mutex(State())

    /// An issuer that signs with the current key of `keys`.
    public init(keys: SigningKeys, clock: WallClock, entropy: Entropy) {
        self.keys = keys
        self.clock = clock
        self.entropy = entropy
    }

    /// What was signed and reused so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// A token made earlier that still has more than five minutes to live; does not block.
    public func remembered(_ request: TokenRequest) -> IssuedToken? {
        let now = clock.now
        return state.withLock { state in
            // One of a time that is still to come was made before the clock was set back.
            guard let token = state.tokens[Self.key(request)], token.expires - now > TokenLifetimes.renewalMargin, token.notBefore <= now
            else { return nil }
            state.counts.reused += 1
            return token
        }
    }

    /// Forgets every token.
    public func forgetTokens() { state.withLock { $0.tokens = [:] } }

    /// Counts from nothing again.
    public func resetCounts() { state.withLock { $0.counts = Counts() } }

    /// Signs a new token and remembers it; takes about as long as one RSA signature, so not for an event loop.
    public func issue(_ request: TokenRequest) throws(TokenIssuanceError) -> IssuedToken {
        let token = try sign(request)
        guard request.requested.utf8.count <= Self.maximumRememberedIdentifier else { return token }
        state.withLock { state in
            if state.tokens.count >= Self.maximumTokens { state.tokens.removeAll(keepingCapacity: true) }
            state.tokens[Self.key(request)] = token
        }
        return token
    }

    /// Signs a new token; the token service makes one for every request and remembers none.
    public func sign(_ request: TokenRequest) throws(TokenIssuanceError) -> IssuedToken {
        let now = clock.now
        let key = keys.signing
        let lifetime = TokenLifetimes.seconds(for: request, entropy: entropy)
        let claims = ClaimSet(request, issuedAt: now, lifetime: lifetime, entropy: entropy)
        let compact: [UInt8]
        do {
            compact = try JSONWebSignature.compactBytes(
                header: Self.header(keyID: key.keyID, tokenVersion: request.resource.tokenVersion).bytes(),
                payload: JSONValue.object(claims.members).bytes(), key: key.key)
        } catch {
            throw TokenIssuanceError(description: "cannot sign a token: \(error)")
        }
        state.withLock { $0.counts.signed += 1 }
        return IssuedToken(
            compact: compact, notBefore: now - TokenLifetimes.backdating, expires: now + lifetime, lifetime: lifetime,
            identifier: claims.identifier, keyID: key.keyID)
    }

    /// v1 headers carry `x5t` beside `kid`, v2 headers do not (source: entra.md §2.1).
    private static func header(keyID: String, tokenVersion: Int) -> JSONValue {
        tokenVersion == 2
            ? ["typ": "JWT", "alg": "RS256", "kid": .string(keyID)]
            : ["typ": "JWT", "alg": "RS256", "x5t": .string(keyID), "kid": .string(keyID)]
    }

    private static func key(_ request: TokenRequest) -> CacheKey {
        CacheKey(
            principal: request.principal.cacheKey, tenant: request.tenant.tenantID, requested: request.requested,
            resource: request.resource.appID, computeResource: request.computeResourceID, roles: request.roles,
            tokenVersion: request.resource.tokenVersion)
    }
}

/// A token that could not be made; our own fault, never the caller's.
public struct TokenIssuanceError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    public let description: String
}

public import Decisions
public import HTTPServing
public import IdentityModel
public import IdentityStore

/// Knows callers, and gets their tokens.
///
/// Where callers are not told apart that is `NodeTokens`; where NMI stands in between, the executable wires NMI.
public protocol CallerTokens: Sendable {
    /// What a caller gets, in the world of `snapshot`; the source records it.
    func answer(_ ask: SourceAsk, in snapshot: IdentitySnapshot) -> SourceAnswer
}

/// A request to a source once it is known to be a good one.
public struct SourceAsk: Sendable {
    /// The request; its peer is the caller.
    public let request: HTTPRequest
    /// The resource asked for.
    public let resource: String
    /// The identity named; nil for none.
    public let selector: IdentitySelector?
    /// What naming none means.
    public let standard: StandardIdentity
    /// SHA-256 of a token that a resource refused, in hexadecimal; another is wanted.
    public let refusedToken: String?
}

/// What a caller gets, now or after waiting.
public enum SourceAnswer: Sendable {
    case now(SourceVerdict)
    case later(@Sendable () async -> SourceVerdict)
}

/// What a caller gets, and how that came about.
public struct SourceVerdict: Sendable {
    /// The token, or why there is none.
    public let result: Result<SourceGrant, SourceFailure>
    /// Why, in a sentence; made only when somebody looks.
    public let reason: @Sendable () -> String
    /// The pod the caller was resolved to.
    public var pod: NamespacedName?
    /// About whom the token is.
    public var principal: Principal?
    /// Objects that led to the answer.
    public var matched: [ObjectKey] = []
    /// Objects that were looked at and not taken.
    public var rejected: [Decision.Rejection] = []
    /// The wait the real system would have imposed.
    public var waitMilliseconds = 0
    /// What of the emulated system's odd ways made a difference.
    public var quirks: [String] = []

    /// A verdict with its reason.
    public init(_ result: Result<SourceGrant, SourceFailure>, reason: @autoclosure @escaping @Sendable () -> String) {
        self.result = result
        self.reason = reason
    }
}

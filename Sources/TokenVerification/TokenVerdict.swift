public import IdentityModel
public import WireFormats

/// What became of each check of a token, in the order they were made.
public struct TokenVerdict: Sendable {
    /// The checks a resource makes (source: entra.md §2.8).
    public enum Name: String, CaseIterable, Sendable {
        /// It is a signed JWT.
        case form
        /// It is signed by the one algorithm that tokens are signed with.
        case algorithm
        /// Its `kid` is in the published key set.
        case key
        /// The signature is that key's over this header and these claims.
        case signature
        /// `iss` and `tid` are those of a tenant, in the form that `ver` wants.
        case issuer
        /// `nbf` is over.
        case start
        /// `exp` is to come.
        case expiry
        /// `aud` is the resource asked.
        case audience
    }

    /// One check.
    public struct Check: Sendable {
        /// Which.
        public let name: Name
        /// Whether it passed.
        public let passed: Bool
        /// What was found, in a sentence; never any part of the token but what it says in clear.
        public let sentence: String
    }

    /// Every check that could be made.
    public let checks: [Check]
    /// The token; nil when it is none.
    public let token: ReceivedToken?
    /// The tenant that `iss` names; nil when it names none.
    public let tenant: Tenant?

    /// Whether every check was made and passed.
    public var isValid: Bool { checks.count == Name.allCases.count && checks.allSatisfy(\.passed) }

    /// The first check that failed.
    public var failure: Check? { checks.first { !$0.passed } }

    /// Whether a check was made and passed.
    public func passed(_ name: Name) -> Bool { checks.contains { $0.name == name && $0.passed } }

    /// The verdict for people and programs.
    public var document: JSONValue {
        [
            "valid": .bool(isValid),
            "checks": .array(
                checks.map { ["check": .string($0.name.rawValue), "passed": .bool($0.passed), "sentence": .string($0.sentence)] }),
        ]
    }
}

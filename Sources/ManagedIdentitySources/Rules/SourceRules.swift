import HTTPServing

/// What a source takes and how it answers: one row for each, in the file named after it.
///
/// The order of the checks is the same for all: path, method, `Metadata`, version, secret, resource, selectors, audience.
struct SourceRules: Sendable {
    /// How the source is named in sentences.
    let name: String
    /// The paths of its token endpoint, in lower case and without a slash at the end; the first is the one a client is told.
    let paths: [String]
    var methods = ["GET"]
    /// Whether `Metadata: true` is asked for.
    var needsMetadataHeader = false
    /// What a request can be, by its `api-version`, oldest first.
    let dialects: [SourceDialect]
    /// Which identity a request means that names none.
    let standard: StandardIdentity
    /// The only audiences it gives tokens for, in lower case and without a slash at the end; nil for all.
    var audiences: Set<String>?
    /// Whether the caller has to prove that it may read a file, before each token.
    var challenges = false
    /// The bytes of its answers.
    let wire: any SourceWire

    /// Whether a path is one of the source's; .NET's routing and Go's clients disagree about case and the slash at the end.
    func has(path: String) -> Bool {
        let plain = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return paths.contains(plain.lowercased())
    }
}

/// Which identity of the node is meant by a request that names none.
public enum StandardIdentity: Hashable, Sendable {
    /// The system-assigned one, and no other.
    case systemAssigned
    /// The system-assigned one, else the only user-assigned one.
    case systemAssignedOrOnly
}

/// What a source takes in one version of its protocol.
struct SourceDialect: Sendable {
    /// The `api-version`; nil where none is asked for.
    let version: String?
    /// The header that carries the secret; nil where there is none.
    var secretHeader: StaticString?
    /// The selectors it reads.
    var selectors: [SelectorName] = []
    /// Whether selectors that it is not known to read count all the same, because shipped SDKs send them: a named deviation.
    var honoursOtherSelectors = false
    /// Whether `token_sha256_to_refresh`, the hash of a token that a resource refused, makes it give another (source: sdk-clients.md §2.1).
    var replacesRefusedTokens = false
    /// The members of a token answer, in order.
    let members: [TokenMember]
}

/// One member of a token answer.
enum TokenMember: Hashable, Sendable {
    case accessToken
    case clientID
    /// Seconds to live, as text.
    case expiresIn
    /// Seconds since the epoch, as text.
    case expiresOn
    /// Seconds since the epoch, as a number.
    case expiresOnNumber
    /// `06/27/2020 12:14:35 +00:00`.
    case expiresOnDate
    case extendedExpiresIn
    case notBefore
    /// Always empty.
    case refreshToken
    case resource
    case tokenType
    /// The object id; only of an identity that was asked for.
    case objectIDIfNamed
    /// The ARM id; only of an identity that was asked for.
    case resourceIDIfNamed
}

public import TokenIssuance

/// Everything a source refuses with, named after the condition.
///
/// Bytes are decided in each source's wire alone.
public enum SourceFailure: Error, Hashable, Sendable {
    /// Not the path of the token endpoint.
    case pathUnknown
    case methodNotAllowed(String)
    /// No `Metadata: true`, where it is asked for.
    case metadataHeaderMissing
    /// No `api-version`; those that are known.
    case versionMissing(known: [String])
    /// Another `api-version` than those known.
    case versionUnknown(String, known: [String])
    /// The header that carries the secret is absent or empty.
    case secretMissing
    case secretWrong
    case resourceMissing
    /// Selectors that name the identity in two ways.
    case selectorsExclusive([String])
    /// The caller has no identity, or not the one it named.
    case identityNotFound
    /// An audience the source gives no tokens for.
    case audienceUnsupported(String)
    /// The token service refused; nil when its own words did not come through.
    case tokenRefused(EntraError?)
    /// Signing failed, or a key file could not be written: ours to mend.
    case tokenUnavailable

    /// Whether the caller asked well and was denied.
    var isRefusal: Bool {
        switch self {
        case .identityNotFound, .audienceUnsupported, .tokenRefused: true
        default: false
        }
    }

    /// Why, in a sentence for the journal.
    func explanation(_ rules: SourceRules) -> String {
        switch self {
        case .pathUnknown: "\(rules.name) gives tokens at \(rules.paths.joined(separator: " and ")) alone."
        case .methodNotAllowed(let method): "\(rules.name) takes \(rules.methods.joined(separator: " and ")), not \(method)."
        case .metadataHeaderMissing: "The request has no header Metadata: true."
        case .versionMissing(let known): "The parameter api-version is missing; \(known.joined(separator: ", ")) are known."
        case .versionUnknown(let version, let known):
            "The api-version \(version) is not one of \(known.joined(separator: ", "))."
        case .secretMissing: "The request does not carry the secret of its environment."
        case .secretWrong: "The secret in the request is not the one in the environment that this server gives."
        case .resourceMissing: "The parameter resource is missing or empty."
        case .selectorsExclusive(let names): "The request names its identity by \(names.joined(separator: " and "))."
        case .audienceUnsupported(let audience): "\(rules.name) gives no tokens for \(audience)."
        case .identityNotFound, .tokenRefused, .tokenUnavailable: denial
        }
    }

    /// Why a good request came to no token, in a sentence for the journal; which identities there are is for the looker to say.
    var denial: String {
        switch self {
        case .tokenRefused(let error?): "The token service refused: AADSTS\(error.code), \(error.message)"
        default: "No token could be made."
        }
    }
}

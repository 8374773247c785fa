/// Why nothing was fetched.
///
/// URLs appear without user information, query and fragment: those may hold secrets.
public enum FetchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not an absolute `http` or `https` URL.
    case invalidURL(String)
    /// The name does not resolve, or nothing accepts connections there.
    case couldNotConnect(url: String, reason: String)
    /// The exchange took longer than it may.
    case timedOut(url: String, seconds: Int)
    /// The body (or the header) is larger than `limit` bytes.
    case tooLarge(url: String, limit: Int)
    /// The peer's certificate is not trusted, or TLS failed otherwise.
    case tls(url: String, reason: String)
    /// The task was cancelled.
    case cancelled(url: String)
    /// Anything else, in libcurl's words or ours.
    case other(url: String, reason: String)

    /// One line: what happened, where, and the reason.
    public var description: String {
        switch self {
        case .invalidURL(let url): "\(url.debugDescription) is not an absolute http or https URL"
        case .couldNotConnect(let url, let reason): "could not connect to \(url): \(reason)"
        case .timedOut(let url, let seconds): "\(url) did not answer within \(seconds) s"
        case .tooLarge(let url, let limit): "the answer of \(url) is larger than \(limit) bytes"
        case .tls(let url, let reason): "TLS with \(url) failed: \(reason)"
        case .cancelled(let url): "fetching \(url) was cancelled"
        case .other(let url, let reason): "fetching \(url) failed: \(reason)"
        }
    }

    /// `url` as errors may show it.
    static func shown(_ url: String) -> String {
        let kept = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = kept.firstRange(of: "://") else { return String(kept) }
        let rest = kept[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(kept) }
        return String(kept[..<scheme.upperBound]) + String(rest[rest.index(after: at)...])
    }
}

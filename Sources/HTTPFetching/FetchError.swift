/// Why nothing was fetched.
///
/// URLs appear without user information, query and fragment: those may hold secrets.
public enum FetchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not an absolute `http` or `https` URL.
    case invalidURL(String)
    /// The name does not resolve, or nothing accepts connections there.
    case couldNotConnect(url: String, reason: String, cause: ConnectFailure = .other)
    /// The exchange took longer than it may.
    case timedOut(url: String, seconds: Int)
    /// The body (or the header) is larger than `limit` bytes.
    case tooLarge(url: String, limit: Int)
    /// The peer's certificate is not trusted, or TLS failed otherwise.
    case tls(url: String, reason: String, cause: TLSFailure = .other)
    /// The peer closed the connection before it answered.
    case noAnswer(url: String)
    /// The peer closed the connection in the middle of a body.
    case truncated(url: String, received: [UInt8])
    /// The task was cancelled.
    case cancelled(url: String)
    /// Anything else, in libcurl's words or ours.
    case other(url: String, reason: String)

    /// One line: what happened, where, and the reason.
    public var description: String {
        switch self {
        case .invalidURL(let url): "\(url.debugDescription) is not an absolute http or https URL"
        case .couldNotConnect(let url, let reason, _): "could not connect to \(url): \(reason)"
        case .timedOut(let url, let seconds): "\(url) did not answer within \(seconds) s"
        case .tooLarge(let url, let limit): "the answer of \(url) is larger than \(limit) bytes"
        case .tls(let url, let reason, _): "TLS with \(url) failed: \(reason)"
        case .noAnswer(let url): "\(url) closed the connection without an answer"
        case .truncated(let url, let received): "\(url) closed the connection after \(received.count) bytes of a longer body"
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

/// Why there is no connection.
public enum ConnectFailure: Hashable, Sendable {
    /// The name does not resolve.
    case unknownName
    /// The system refused, with its error number; the address tried is given when the name still resolves to one.
    case refused(errno: Int32, address: String?)
    /// libcurl gave up for a reason of its own.
    case other
}

/// What is wrong with a TLS connection.
public enum TLSFailure: Hashable, Sendable {
    /// The certificate's chain ends in no authority that is trusted.
    case unknownAuthority
    /// The certificate is past its time, or before it.
    case outOfTime
    /// The certificate is for another name.
    case wrongName
    /// The handshake failed otherwise.
    case other
}

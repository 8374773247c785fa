public import HTTPFetching
import WireFormats

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Go's words for a request that got no answer (source: recordings of the sidecar).
public enum GoFetchError {
    /// `Post "https://host/path": dial tcp 127.0.0.1:443: connect: connection refused`.
    ///
    /// - Parameters:
    ///   - method: as sent.
    ///   - url: the URL as the original knows it.
    ///   - address: the `host:port` to name in place of the one that was tried; nil names that one.
    static func text(_ error: FetchError, method: String, url: String, address: String? = nil) -> String {
        "\(operation(method)) \(GoText.quoted(url)): \(cause(error, url: url, address: address))"
    }

    /// The verb of Go's `url.Error`: the method with all but its first letter small.
    static func operation(_ method: String) -> String { method.prefix(1) + method.dropFirst().lowercased() }

    /// The part after the URL: `dial tcp 127.0.0.1:443: connect: connection refused`.
    public static func cause(_ error: FetchError, url: String, address: String? = nil) -> String {
        let place = WebURL(url)
        let named = address ?? "\(place.host):\(place.port)"
        switch error {
        case .couldNotConnect(_, _, .unknownName): return "dial tcp: lookup \(place.host): no such host"
        case .couldNotConnect(_, _, .refused(let errno, let tried)):
            let peer = address ?? tried.map { $0.contains(":") ? "[\($0)]:\(place.port)" : "\($0):\(place.port)" } ?? named
            return "dial tcp \(peer): connect: \(systemText(errno))"
        case .couldNotConnect(_, let reason, .other): return "dial tcp \(named): \(reason)"
        case .timedOut: return "dial tcp \(named): i/o timeout"
        case .tls(_, _, .unknownAuthority): return "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        case .tls(_, _, .outOfTime): return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
        case .tls(_, _, .wrongName):
            return
                "tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match \(place.host)"
        case .tls(_, let reason, .other): return "tls: \(reason)"
        case .noAnswer: return "EOF"
        case .truncated: return "unexpected EOF"
        case .tooLarge(_, let limit): return "http: response body larger than \(limit) bytes"
        case .cancelled: return "context canceled"
        case .invalidURL, .other: return "http: the request could not be sent"
        }
    }

    /// The system's words for an error number as Go spells them: like the C library's, in small letters.
    static func systemText(_ number: Int32) -> String {
        // SAFETY: the text is valid until this thread asks for another one, and is copied at once.
        guard let text = unsafe strerror(number).map({ unsafe String(cString: $0) }) else { return "errno \(number)" }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// The parts of an absolute URL that errors name.
struct WebURL {
    /// `https` or `http`.
    let scheme: Substring
    /// Without the port.
    let host: Substring
    /// As written, else the scheme's own.
    let port: String
    /// Scheme, host and path, without query and fragment.
    let withoutQuery: String

    init(_ url: String) {
        let mark = url.firstRange(of: "://")
        scheme = mark.map { url[..<$0.lowerBound] } ?? ""
        let rest = mark.map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        host = colon.map { authority[..<$0] } ?? authority
        port = colon.map { String(authority[authority.index(after: $0)...]) } ?? (scheme == "https" ? "443" : "80")
        withoutQuery = String(url.prefix { $0 != "?" && $0 != "#" })
    }
}

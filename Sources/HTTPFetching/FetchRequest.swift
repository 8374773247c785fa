/// One outbound request, with every bound it is held to.
public struct FetchRequest: Sendable {
    /// The method, upper-case.
    public var method: String
    /// An absolute `http` or `https` URL.
    ///
    /// With `unixSocket` the host is only what the `Host` field says.
    public var url: String
    /// Header fields in the order sent.
    ///
    /// Besides these only `Host`, `Accept` (unless ``sendsAccept`` is off) and, with a body, `Content-Length` are sent.
    public var headers: [(String, String)]
    /// The body; nil sends none.
    public var body: [UInt8]?
    /// How long the whole exchange may take, redirects included.
    ///
    /// Positive.
    public var timeoutSeconds: Int
    /// The largest body taken; a longer one is an error, not cut off.
    public var maximumBytes: Int
    /// How many redirects are followed, http and https only; 0 answers with the redirect itself.
    public var maximumRedirects: Int
    /// A PEM file with the only authorities to trust; nil trusts the system's.
    public var trustedCAFile: String?
    /// A Unix socket to connect to in place of the URL's host.
    public var unixSocket: String?
    /// Whether `http_proxy` and its kin apply.
    ///
    /// Off: what we fetch is local, or named by a manifest.
    public var followProxyEnvironment: Bool
    /// Whether `Accept: */*` is sent when no `Accept` is given.
    public var sendsAccept = true
    /// Whether a gzip body is unpacked; the header fields stay as received.
    ///
    /// Off, bodies come as they were sent. What asks for gzip is the field `Accept-Encoding`, the caller's to give.
    public var unpacksGzip = false

    /// A request; the defaults are the bounds that suit a small JSON document.
    public init(
        method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8]? = nil, timeoutSeconds: Int = 10,
        maximumBytes: Int = 1 << 20, maximumRedirects: Int = 0, trustedCAFile: String? = nil, unixSocket: String? = nil,
        followProxyEnvironment: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.maximumBytes = maximumBytes
        self.maximumRedirects = maximumRedirects
        self.trustedCAFile = trustedCAFile
        self.unixSocket = unixSocket
        self.followProxyEnvironment = followProxyEnvironment
    }
}

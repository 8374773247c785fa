/// One endpoint as data: what it matches, where its behaviour is known from, and what it runs.
public struct Endpoint: Sendable {
    /// Which methods it takes.
    ///
    /// HEAD is a method like any other and must be listed.
    public enum Methods: Hashable, Sendable {
        /// Every token.
        case any
        /// Exactly these, case included.
        case only([String])
    }

    /// Which paths it takes, compared with the path as the table canonicalises it.
    public enum Path: Sendable {
        /// This path and no other.
        case exact(String)
        /// Every path that begins so.
        case prefix(String)
        /// Segments, of which those in braces match one non-empty segment: `/{tenant}/v2.0/.well-known/openid-configuration`.
        case template(String)
        /// What a function accepts; the name is for listings.
        case matching(name: String, @Sendable (String) -> Bool)
    }

    /// A name for journals, metrics and tests.
    public let name: String
    /// Which methods it takes.
    public let methods: Methods
    /// Which paths it takes.
    public let path: Path
    /// Where the behaviour is documented or was observed.
    public let source: String
    /// Answers a request that matched.
    public let run: @Sendable (HTTPRequest, EndpointParameters) -> HTTPAnswer

    /// An endpoint from its parts.
    public init(
        name: String, methods: Methods, path: Path, source: String, run: @escaping @Sendable (HTTPRequest, EndpointParameters) -> HTTPAnswer
    ) {
        self.name = name
        self.methods = methods
        self.path = path
        self.source = source
        self.run = run
    }
}

/// What the segments in braces of a template matched.
public struct EndpointParameters: Sendable {
    private let values: [(name: String, value: String)]

    init(_ values: [(name: String, value: String)]) { self.values = values }

    /// The percent-decoded segment that the name in braces matched (as it stands when its escapes are broken); nil for another name.
    public subscript(name: String) -> String? { values.first { $0.name == name }?.value }
}

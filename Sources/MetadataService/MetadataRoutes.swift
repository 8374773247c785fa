import HTTPServing
import WireFormats

/// The endpoint table of the metadata service: paths, methods, versions, and the guards that stand before each, in order.
enum MetadataRoutes {
    static let tokenPath = "/metadata/identity/oauth2/token"

    /// What a path leads to.
    enum Endpoint: CaseIterable {
        case token
        case identityInfo
        case platformMetadata
        case issueCredential
        case versions
        case categories
        case instance
        case attestedDocument
        case scheduledEvents
        case loadBalancer
    }

    /// The methods a path takes.
    enum Methods {
        case get
        case post
        case getOrPost

        func accept(_ request: HTTPRequest) -> Bool {
            (self != .post && request.methodIs("GET")) || (self != .get && request.methodIs("POST"))
        }
    }

    /// One row of the table.
    struct Route {
        let endpoint: Endpoint
        let path: String
        /// Whether the path is the root of a tree.
        var isTree = false
        let family: MetadataFailure.Family
        var methods = Methods.get
        let versions: MetadataVersions.Rule
        /// Whether it answers only where token binding is on.
        var needsTokenBinding = false
    }

    private static let token = Route(endpoint: .token, path: tokenPath, family: .identity, versions: .identity(since: "2018-02-01"))

    static let all: [Route] = [
        token,
        Route(endpoint: .identityInfo, path: "/metadata/identity/info", family: .identity, versions: .identity(since: "2018-02-01")),
        Route(
            endpoint: .platformMetadata, path: "/metadata/identity/getplatformmetadata", family: .identity, versions: .credential,
            needsTokenBinding: true),
        Route(
            endpoint: .issueCredential, path: "/metadata/identity/issuecredential", family: .identity, methods: .post,
            versions: .credential, needsTokenBinding: true),
        Route(endpoint: .versions, path: "/metadata/versions", family: .instance, versions: .none),
        Route(endpoint: .categories, path: "/metadata", family: .instance, versions: .since("2017-04-02")),
        Route(endpoint: .instance, path: "/metadata/instance", isTree: true, family: .instance, versions: .since("2017-03-01")),
        Route(endpoint: .attestedDocument, path: "/metadata/attested/document", family: .instance, versions: .since("2018-04-02")),
        Route(
            endpoint: .scheduledEvents, path: "/metadata/scheduledevents", family: .instance, methods: .getOrPost,
            versions: .scheduledEvents),
        Route(endpoint: .loadBalancer, path: "/metadata/loadbalancer", isTree: true, family: .instance, versions: .since("2020-10-01")),
    ]

    /// The row a request reaches, or the failure it meets on the way.
    static func route(_ call: MetadataCall, tokenBinding: Bool) throws(MetadataFailure) -> Route {
        // The front end takes neither HEAD nor any path outside the service (source: imds.md §1.4).
        guard !call.request.methodIs("HEAD"), call.path == "/metadata" || call.path.hasPrefix("/metadata/") else {
            throw .turnedAwayAtFrontEnd
        }
        guard let route = all.first(where: { $0.matches(call.path) }), tokenBinding || !route.needsTokenBinding else {
            throw unknown(call)
        }
        // The preview of scheduled events did not ask for the header (source: imds.md §8).
        let isPreview = route.endpoint == .scheduledEvents && call.parameter("api-version") == EventsVersion.preview.rawValue
        try guardEntry(to: route, call.request, path: call.path, wantsHeader: !isPreview)
        if route.versions != .none, let name = repeated(call) { throw .parameterRepeated(name, route.family) }
        try MetadataVersions.check(route.versions, call)
        return route
    }

    /// Whether method and headers let a request for a token pass, whatever its query says.
    static func admitsToToken(_ request: HTTPRequest) -> Bool {
        (try? guardEntry(to: token, request, path: tokenPath, wantsHeader: true)) != nil
    }

    /// The guards that look at method and headers, in order.
    private static func guardEntry(
        to route: Route, _ request: HTTPRequest, path: String, wantsHeader: Bool
    ) throws(MetadataFailure) {
        if wantsHeader, !hasMetadataHeader(request) { throw .metadataHeaderMissing(route.family) }
        guard !request.hasHeader("X-Forwarded-For") else { throw .forwarded(route.family) }
        guard route.methods.accept(request) else {
            throw route.endpoint == .loadBalancer
                ? .loadBalancer(.method(request.method, path: path)) : .methodNotAllowed(request.method, route.family)
        }
    }

    /// The first segments below `/metadata` of the paths that a version has, in order.
    static func categories(at version: String) -> [String] {
        let names = all.filter { $0.versions.has(version) }.compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) }
        return Set(names).sorted()
    }

    /// An unknown path below `/metadata/identity` is 404 even without the header, for MSAL reads a 400 there as "token binding is present"
    /// (source: sdk-clients.md §1.2).
    ///
    /// Elsewhere the header comes first.
    private static func unknown(_ call: MetadataCall) -> MetadataFailure {
        if call.path == "/metadata/identity" || call.path.hasPrefix("/metadata/identity/") { return .pathUnknown(.identity) }
        guard hasMetadataHeader(call.request) else { return .metadataHeaderMissing(.instance) }
        guard !call.request.hasHeader("X-Forwarded-For") else { return .forwarded(.instance) }
        guard let version = call.parameter("api-version"), MetadataVersions.all.contains(version) else { return .versionUnknown }
        return .pathUnknown(.instance)
    }

    /// Shipped agents send `True`; any casing of the value counts (source: imds.md §1.2).
    private static func hasMetadataHeader(_ request: HTTPRequest) -> Bool {
        request.headerIs("Metadata", "true") || request.header("Metadata")?.lowercased() == "true"
    }

    private static func repeated(_ call: MetadataCall) -> String? {
        for (index, parameter) in call.parameters.enumerated()
        where call.parameters[..<index].contains(where: { $0.name == parameter.name }) {
            return parameter.name
        }
        return nil
    }
}

extension MetadataRoutes.Route {
    func matches(_ path: String) -> Bool {
        // Of as many bytes, and those of the table ASCII: Unicode's other ways to write a letter are longer.
        (path.utf8.count == self.path.utf8.count && path == self.path) || (isTree && path.utf8.starts(with: (self.path + "/").utf8))
    }
}

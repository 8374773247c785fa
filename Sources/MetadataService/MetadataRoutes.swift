import HTTPServing
import WireFormats

/// A request to the metadata service with its path canonicalised and its query decoded, once.
struct MetadataCall {
    let request: HTTPRequest
    /// Lower case, without doubled slashes or a slash at the end: JavaScript's SDK lower-cases it and adds one, Java's doubles the
    /// first (source: sdk-clients.md §1.2).
    let path: String
    let parameters: [Percent.Parameter]

    /// - Parameter foldsCase: whether letter case is forgiven. For a caller's own request it is; for one that NMI passes on it must not be,
    ///   for NMI relies on the service behind it to refuse `/metadata/Identity/…` (source: nmi.md §1.2).
    init(_ request: HTTPRequest, foldsCase: Bool) {
        self.request = request
        let raw = request.rawPath
        path = raw == MetadataRoutes.tokenPath ? raw : Self.canonical(raw, foldsCase: foldsCase)
        parameters = Percent.query(request.rawQuery ?? "", .lenient)
    }

    private static func canonical(_ raw: String, foldsCase: Bool) -> String {
        let decoded = Percent.decodePath(raw) ?? raw
        return "/" + (foldsCase ? decoded.lowercased() : decoded).split(separator: "/").joined(separator: "/")
    }
}

/// The endpoint table of the metadata service: paths, methods, and the guards that stand before each, in order.
enum MetadataRoutes {
    static let tokenPath = "/metadata/identity/oauth2/token"

    /// What a path leads to.
    enum Endpoint {
        case token
        case identityInfo
        case versions
    }

    /// A check that a request must pass before its endpoint sees it.
    enum Guard {
        case metadataHeader
        case notForwarded
        case noRepeatedParameter
        case getOnly
        case identityVersion
    }

    private struct Route {
        let path: String
        let endpoint: Endpoint
        let family: MetadataFailure.Family
        let guards: [Guard]
    }

    private static let all: [Route] = [
        Route(
            path: tokenPath, endpoint: .token, family: .identity,
            guards: [.metadataHeader, .notForwarded, .getOnly, .noRepeatedParameter, .identityVersion]),
        Route(
            path: "/metadata/identity/info", endpoint: .identityInfo, family: .identity,
            guards: [.metadataHeader, .notForwarded, .getOnly, .noRepeatedParameter, .identityVersion]),
        Route(
            path: "/metadata/versions", endpoint: .versions, family: .instance,
            guards: [.metadataHeader, .notForwarded, .getOnly]),
    ]

    /// The endpoint a request reaches, or the failure it meets on the way.
    static func route(_ call: MetadataCall) throws(MetadataFailure) -> Endpoint {
        // The front end takes neither HEAD nor any path outside the service (source: imds.md §1.4).
        guard !call.request.methodIs("HEAD"), call.path == "/metadata" || call.path.hasPrefix("/metadata/") else {
            throw .turnedAwayAtFrontEnd
        }
        guard let route = all.first(where: { $0.path == call.path }) else { throw unknown(call) }
        for check in route.guards { try apply(check, call, route.family) }
        return route.endpoint
    }

    /// An unknown path below `/metadata/identity` is 404 even without the header, for MSAL reads a 400 there as "token binding is present"
    /// (source: sdk-clients.md §1.2).
    ///
    /// Elsewhere the header comes first.
    private static func unknown(_ call: MetadataCall) -> MetadataFailure {
        if call.path == "/metadata/identity" || call.path.hasPrefix("/metadata/identity/") { return .pathUnknown(.identity) }
        guard hasMetadataHeader(call.request) else { return .metadataHeaderMissing(.instance) }
        guard !call.request.hasHeader("X-Forwarded-For") else { return .forwarded(.instance) }
        let version = call.parameters.first { $0.name == "api-version" }?.value
        guard call.path != "/metadata", let version, MetadataVersions.all.contains(version) else { return .versionUnknown }
        return .pathUnknown(.instance)
    }

    private static func apply(_ check: Guard, _ call: MetadataCall, _ family: MetadataFailure.Family) throws(MetadataFailure) {
        switch check {
        case .metadataHeader: guard hasMetadataHeader(call.request) else { throw .metadataHeaderMissing(family) }
        case .notForwarded: guard !call.request.hasHeader("X-Forwarded-For") else { throw .forwarded(family) }
        case .getOnly: guard call.request.methodIs("GET") else { throw .methodNotAllowed(call.request.method, family) }
        case .noRepeatedParameter: if let name = repeated(call.parameters) { throw .parameterRepeated(name, family) }
        case .identityVersion:
            guard let version = call.parameters.first(where: { $0.name == "api-version" })?.value,
                MetadataVersions.hasIdentity(version)
            else { throw .versionUnknown }
        }
    }

    /// Shipped agents send `True`; any casing of the value counts (source: imds.md §1.2).
    private static func hasMetadataHeader(_ request: HTTPRequest) -> Bool {
        request.headerIs("Metadata", "true") || request.header("Metadata")?.lowercased() == "true"
    }

    private static func repeated(_ parameters: [Percent.Parameter]) -> String? {
        for (index, parameter) in parameters.enumerated() where parameters[..<index].contains(where: { $0.name == parameter.name }) {
            return parameter.name
        }
        return nil
    }
}

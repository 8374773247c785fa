/// A list of endpoints as a responder: the first that matches answers.
public struct EndpointTable: HTTPResponder {
    /// The endpoints, in the order they are tried.
    public let endpoints: [Endpoint]
    private let compiled: [Compiled]
    /// Which endpoints can match a path of so many segments, in table order; the last are those of longer paths.
    private let candidates: [[Int]]
    private let hasTemplates: Bool
    private let path: @Sendable (HTTPRequest) -> String
    private let otherwise: @Sendable (HTTPRequest) -> HTTPAnswer
    private let wrongMethod: (@Sendable (HTTPRequest, [String]) -> HTTPAnswer)?

    private struct Compiled: Sendable {
        let methods: [[UInt8]]?
        let template: PathTemplate?
    }

    /// A table.
    ///
    /// - Parameters:
    ///   - endpoints: tried in this order.
    ///   - path: the path to match, made once per request; by default the raw one. Template parameters are decoded after matching, so with
    ///     templates it should not decode.
    ///   - otherwise: answers when no path matched, or no method did and there is no `wrongMethod`.
    ///   - wrongMethod: answers when a path matched but no method did; gets the methods that would have, in table order.
    public init(
        _ endpoints: [Endpoint], path: @escaping @Sendable (HTTPRequest) -> String = { $0.rawPath },
        otherwise: @escaping @Sendable (HTTPRequest) -> HTTPAnswer,
        wrongMethod: (@Sendable (HTTPRequest, [String]) -> HTTPAnswer)? = nil
    ) {
        self.endpoints = endpoints
        self.path = path
        self.otherwise = otherwise
        self.wrongMethod = wrongMethod
        compiled = endpoints.map { endpoint in
            let methods: [[UInt8]]? =
                switch endpoint.methods {
                case .any: nil
                case .only(let names): names.map { Array($0.utf8) }
                }
            guard case .template(let text) = endpoint.path else { return Compiled(methods: methods, template: nil) }
            return Compiled(methods: methods, template: PathTemplate(text))
        }
        let longest = compiled.compactMap(\.template?.count).max() ?? 0
        candidates = (0...longest + 1).map { [compiled] count in
            compiled.indices.filter { compiled[$0].template.map { $0.count == count } ?? true }
        }
        hasTemplates = longest > 0
    }

    /// The answer of the first endpoint that matches.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        let path = path(request)
        // Once for all templates.
        let segments = hasTemplates ? PathTemplate.count(of: path) : 0
        var allowed: [String] = []
        for index in candidates[min(segments, candidates.count - 1)] {
            guard let parameters = match(endpoints[index].path, compiled[index].template, path) else { continue }
            if let methods = compiled[index].methods, !methods.contains(where: { request.methodIs($0) }) {
                if case .only(let names) = endpoints[index].methods { allowed += names.filter { !allowed.contains($0) } }
                continue
            }
            return endpoints[index].run(request, parameters)
        }
        if let wrongMethod, !allowed.isEmpty { return wrongMethod(request, allowed) }
        return otherwise(request)
    }

    private func match(_ pattern: Endpoint.Path, _ template: PathTemplate?, _ path: String) -> EndpointParameters? {
        switch pattern {
        // Bytes are compared: Swift's String equality would take canonically equivalent Unicode for the same path.
        case .exact(let text):
            path.utf8.count == text.utf8.count && path.utf8.elementsEqual(text.utf8) ? EndpointParameters([]) : nil
        case .prefix(let text): path.utf8.starts(with: text.utf8) ? EndpointParameters([]) : nil
        case .matching(_, let accepts): accepts(path) ? EndpointParameters([]) : nil
        case .template: template?.parameters(of: path)
        }
    }
}

import WireFormats

/// A list of endpoints as a responder: the first that matches answers.
public struct EndpointTable: HTTPResponder {
    /// The endpoints, in the order they are tried.
    public let endpoints: [Endpoint]
    private let compiled: [Compiled]
    private let hasTemplates: Bool
    private let path: @Sendable (HTTPRequest) -> String
    private let otherwise: @Sendable (HTTPRequest) -> HTTPAnswer
    private let wrongMethod: (@Sendable (HTTPRequest, [String]) -> HTTPAnswer)?

    private struct Compiled: Sendable {
        enum Segment: Sendable {
            case literal(Substring)
            case parameter(String)
        }

        let methods: [[UInt8]]?
        let template: [Segment]
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
            guard case .template(let text) = endpoint.path else { return Compiled(methods: methods, template: []) }
            return Compiled(methods: methods, template: Self.segments(text[...]).map(Self.segment))
        }
        hasTemplates = compiled.contains { !$0.template.isEmpty }
    }

    /// The answer of the first endpoint that matches.
    public func respond(to request: HTTPRequest) -> HTTPAnswer {
        let path = path(request)
        // Once for all templates.
        let segments = hasTemplates ? Self.segments(path[...]) : []
        var allowed: [String] = []
        for (endpoint, compiled) in zip(endpoints, compiled) {
            guard let parameters = match(endpoint.path, compiled.template, path, segments) else { continue }
            if let methods = compiled.methods, !methods.contains(where: { request.methodIs($0) }) {
                if case .only(let names) = endpoint.methods { allowed += names.filter { !allowed.contains($0) } }
                continue
            }
            return endpoint.run(request, parameters)
        }
        if let wrongMethod, !allowed.isEmpty { return wrongMethod(request, allowed) }
        return otherwise(request)
    }

    private func match(
        _ pattern: Endpoint.Path, _ template: [Compiled.Segment], _ path: String, _ segments: [Substring]
    ) -> EndpointParameters? {
        switch pattern {
        // Bytes are compared: Swift's String equality would take canonically equivalent Unicode for the same path.
        case .exact(let text): path.utf8.elementsEqual(text.utf8) ? EndpointParameters([]) : nil
        case .prefix(let text): path.utf8.starts(with: text.utf8) ? EndpointParameters([]) : nil
        case .matching(_, let accepts): accepts(path) ? EndpointParameters([]) : nil
        case .template: match(template, segments)
        }
    }

    private func match(_ template: [Compiled.Segment], _ segments: [Substring]) -> EndpointParameters? {
        guard segments.count == template.count else { return nil }
        var values: [(name: String, value: String)] = []
        for (pattern, segment) in zip(template, segments) {
            switch pattern {
            case .literal(let text):
                guard segment.utf8.elementsEqual(text.utf8) else { return nil }
            case .parameter(let name):
                guard !segment.isEmpty else { return nil }
                values.append((name, Percent.decodePath(segment) ?? String(segment)))
            }
        }
        return EndpointParameters(values)
    }

    private static func segments(_ path: Substring) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
    }

    private static func segment(_ text: Substring) -> Compiled.Segment {
        text.hasPrefix("{") && text.hasSuffix("}") ? .parameter(String(text.dropFirst().dropLast())) : .literal(text)
    }
}

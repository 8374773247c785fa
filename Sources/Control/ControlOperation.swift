public import HTTPServing

/// Something the control listener does for a face that this room does not know; the executable hands it in.
public struct ControlOperation: Sendable {
    /// The one method it takes.
    public let method: String
    /// Its path, with the segments that vary in braces: `/events/{id}`.
    public let path: String
    /// What it does, in a line.
    public let summary: String
    /// Whether it changes the server, so that only those may ask who may change it.
    public let changes: Bool
    /// Does it; off the event loop.
    public let run: @Sendable (HTTPRequest, EndpointParameters) async -> HTTPResponse

    /// An operation from its parts.
    public init(
        _ method: String, _ path: String, _ summary: String, changes: Bool,
        run: @escaping @Sendable (HTTPRequest, EndpointParameters) async -> HTTPResponse
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.changes = changes
        self.run = run
    }

    /// The operation as an endpoint that lets only those through whom `access` allows.
    func endpoint(_ access: ControlAccess) -> Endpoint {
        Endpoint(name: "\(method) \(path)", methods: .only([method]), path: .template(path), source: "design §2") { request, parameters in
            if changes, let reason = access.refusal(of: request) { return .now(ControlWire.problem(.forbidden, reason)) }
            return .later { await run(request, parameters) }
        }
    }
}

public import HTTPServing

/// Something the control listener does: one row of the table that answers requests and that `/openapi.json` describes.
///
/// A row that is handed in with method, path and summary alone is described, too: parameters in the path are text, and it answers with a
/// JSON document or a refusal.
public struct ControlOperation: Sendable {
    /// Does it; off the event loop.
    public typealias Run = @Sendable (HTTPRequest, EndpointParameters) async -> HTTPResponse

    /// The one method it takes.
    public let method: String
    /// Its path, with the segments that vary in braces: `/events/{id}`.
    public let path: String
    /// What it does, in a line.
    public let summary: String
    /// Whether it changes the server, so that only those may ask who may change it.
    public let changes: Bool
    /// What may be given in path and query, besides text in the braces of the path; nothing else is taken.
    public let parameters: [ControlParameter]
    /// What is sent along; nil when the body is not looked at.
    public let body: ControlBody?
    /// How it may answer, besides the refusals that come before it runs.
    public let answers: [ControlAnswer]
    let run: Run
    /// The probe of an emulated system takes every method, which OpenAPI has no word for.
    let takesEveryMethod: Bool

    /// An operation from its parts.
    public init(
        _ method: String, _ path: String, _ summary: String, changes: Bool, parameters: [ControlParameter] = [], body: ControlBody? = nil,
        answers: [ControlAnswer] = [.document()], run: @escaping Run
    ) {
        self.init(
            method, path, summary, changes: changes, parameters: parameters, body: body, answers: answers, takesEveryMethod: false, run: run
        )
    }

    init(
        _ method: String, _ path: String, _ summary: String, changes: Bool, parameters: [ControlParameter] = [], body: ControlBody? = nil,
        answers: [ControlAnswer], takesEveryMethod: Bool, run: @escaping Run
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.changes = changes
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.takesEveryMethod = takesEveryMethod
        self.run = run
    }

    /// The operation as an endpoint that lets only those through whom `access` allows, with what its row allows.
    func endpoint(_ access: ControlAccess) -> Endpoint {
        Endpoint(
            name: "\(method) \(path)", methods: takesEveryMethod ? .any : .only([method]),
            path: path.contains("{") ? .template(path) : .exact(path), source: "design §2"
        ) { request, values in
            if changes, let reason = access.refusal(of: request) { return .now(ControlWire.problem(.forbidden, reason)) }
            // Off the event loop: a large body takes long to read, a page about a large world to write, and tokens must not wait for it.
            return .later {
                if let problem = ControlCheck.problem(with: request, values, for: self) {
                    return ControlWire.problem(.badRequest, problem)
                }
                return await run(request, values)
            }
        }
    }
}

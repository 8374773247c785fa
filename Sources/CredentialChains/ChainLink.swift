/// What one link of a chain would do.
public struct ChainLink: Sendable {
    /// What it comes to.
    public enum Plan: Sendable {
        /// It says that it is not available, at once, and the chain goes on.
        case skipped(String)
        /// It cannot be made or fails before it asks anybody; the whole chain ends there.
        case broken(String)
        /// It asks by HTTP.
        case asks(ChainQuestion)
        /// It runs a program that somebody has signed in with.
        case runs(String)
    }

    /// The SDK's name for it.
    public let name: String
    /// The section of the facts its behaviour is from.
    public let section: String
    /// What it comes to.
    public let plan: Plan
}

/// What a link asks, and how it takes the answers.
public struct ChainQuestion: Sendable {
    /// How a client sees whether somebody is there, before it asks for a token.
    public enum Probe: Sendable {
        /// It does not look.
        case none
        /// A request without credentials. Any answer will do, except where `needsToken` is set: then only a token will.
        case request(ChainRequest, needsToken: Bool)
        /// A connection is opened and nothing is sent.
        case connection
    }

    /// What it takes the other side for.
    public let source: String
    /// The variables that led there; none when it is what the SDK does without any.
    public let because: [String]
    /// Requests that must be answered first.
    public let before: [ChainRequest]
    /// How it looks first.
    public let probe: Probe
    /// The request for the token.
    public let request: ChainRequest
    /// How the chain goes on after a refusal.
    public let endings: ChainEndings
    /// What is odd about it here.
    public let remarks: [String]
}

/// A request as a client makes it, but for headers that only tell who asks.
public struct ChainRequest: Sendable {
    /// A value that is not to be shown, or not known before somebody looks.
    public enum Value: Sendable {
        /// Text that anybody may see.
        case plain(String)
        /// The value of a variable, which is a secret.
        case secret(variable: String)
        /// The content of a file, which is a secret.
        case file(String)
        /// What only the SDK itself can make, such as a signature.
        case made(String)
    }

    /// The method.
    public let method: String
    /// The absolute URL.
    public let url: String
    /// Headers.
    public let headers: [(name: String, value: Value)]
    /// The fields of the form in the body; none for no body.
    public let form: [(name: String, value: Value)]

    init(_ method: String = "GET", _ url: String, headers: [(String, Value)] = [], form: [(String, Value)] = []) {
        self.method = method
        self.url = url
        self.headers = headers.map { (name: $0.0, value: $0.1) }
        self.form = form.map { (name: $0.0, value: $0.1) }
    }
}

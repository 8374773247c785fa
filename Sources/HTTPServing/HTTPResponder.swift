/// What a responder gives back for a request.
public enum HTTPAnswer: Sendable {
    /// The answer, written on the event loop that read the request: no hop. Must have been made without blocking.
    case now(HTTPResponse)
    /// Work that may wait. It runs in a task that the connection owns; the task is cancelled when the client goes away, and later
    /// requests of the same connection wait for it.
    case later(@Sendable () async -> HTTPResponse)
}

/// Anything that answers requests.
///
/// It is called on an event loop and must not block.
public protocol HTTPResponder: Sendable {
    /// The answer to one request.
    func respond(to request: HTTPRequest) -> HTTPAnswer
}

import HTTPServing
import Logging
import ServiceLifecycle
import Surroundings
import Synchronization

struct Answering: HTTPResponder {
    let answer: @Sendable (HTTPRequest) -> HTTPAnswer
    func respond(to request: HTTPRequest) -> HTTPAnswer { answer(request) }
}

func text(_ text: String, _ status: HTTPStatus = .ok) -> HTTPResponse { HTTPResponse(status: status, headers: [], body: Array(text.utf8)) }

/// An event that tasks can wait for.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    init() { (stream, continuation) = AsyncStream.makeStream() }
    func open() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}

struct Running {
    let address: ListenAddress
    let listener: HTTPListener
    let shutDown: @Sendable () async -> Void
    /// Opens when `run()` has returned.
    let stopped: Gate
    func client() async throws -> RawClient { try await RawClient(address) }
}

func quiet() -> Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

/// Runs a listener on a free port around `body`, then shuts it down.
func withListener(
    limits: HTTPLimits = .init(), style: ProtocolErrorStyle = .plain, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPAnswer,
    body: (Running) async throws -> Void
) async throws {
    let listener = HTTPListener(
        name: "test", address: ListenAddress(host: "127.0.0.1", port: 0), tls: nil, limits: limits,
        clock: .frozen(at: UnixSeconds(1_770_715_293)), protocolErrors: style, logger: quiet(), responder: Answering(answer: answer))
    let address = try await listener.bind()
    let group = ServiceGroup(services: [listener], logger: quiet())
    let stopped = Gate()
    let running = Task {
        defer { stopped.open() }
        try await group.run()
    }
    do {
        try await body(
            Running(address: address, listener: listener, shutDown: { await group.triggerGracefulShutdown() }, stopped: stopped))
    } catch {
        running.cancel()
        throw error
    }
    await group.triggerGracefulShutdown()
    try await running.value
}

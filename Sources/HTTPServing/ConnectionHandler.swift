import Logging
import NIOCore

/// Told to every connection when its listener stops.
struct DrainConnection: Sendable {}

/// One connection, which parses, asks the responder and writes.
///
/// It lives on its channel's event loop, and nothing else touches it.
///
/// Ownership: a ``HTTPAnswer/later(_:)`` runs in one unstructured task that this handler owns in `pendingAnswer`. There is at most one,
/// because requests of a connection are answered in order. It is cancelled in the one place where the connection ends
/// (`channelInactive`) and when the client has shut its side; its result comes back through the event loop and is dropped when the
/// connection is gone. While it runs, the socket is read once more at most, so a client that pipelines is held back by TCP.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What all connections of a listener share.
    struct Settings: Sendable {
        let responder: any HTTPResponder
        let limits: HTTPLimits
        let style: ProtocolErrorStyle
        let logger: Logger
        let isSecure: Bool
        /// Where answers that come later are worked on.
        let workers: WorkerThreads
    }

    private enum Stage: Equatable {
        case open
        /// The last answer is being written.
        case closing
        /// All is written; what the client still sends is thrown away, so that the close does not destroy the answer on its way (a TCP
        /// reset does). Go's server does the same.
        case lingering
    }

    private let settings: Settings
    private let isRefused: Bool
    private var parser: HTTPRequestParser
    private var encoder: ResponseEncoder
    private var out = ByteBuffer()
    private var stage = Stage.open
    private var isDraining = false
    private var inputIsClosed = false
    private var isProcessing = false
    private var isWritable = true
    private var readIsDue = false
    private var pendingAnswer: Task<Void, Never>?
    private var pendingRequest: HTTPRequest?
    private var timer: Scheduled<Void>?
    private var phase = HTTPRequestParser.Phase.head
    /// Since when the phase (or the stage, or being unwritable) has lasted.
    private var since = NIODeadline.now()
    private var hasReceived = false

    private static let lingerTime = TimeAmount.seconds(1)
    /// Answers gathered from one burst are handed to the socket at this size at the latest.
    private static let burstBytes = 64 * 1024

    init(settings: Settings, encoder: ResponseEncoder, peer: PeerAddress, isRefused: Bool) {
        self.settings = settings
        self.isRefused = isRefused
        self.encoder = encoder
        let limits = settings.limits
        parser = HTTPRequestParser(
            rules: .init(headBytes: limits.headBytes, bodyBytes: limits.bodyBytes, readsLikeGo: settings.style.readsLikeGo), peer: peer)
    }

    // MARK: Channel events

    func channelActive(context: ChannelHandlerContext) {
        since = .now()
        arm(context, after: shortestDeadline)
        context.fireChannelActive()
        if isRefused { fail(.tooManyConnections(limit: settings.limits.maximumConnections), context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stage == .open else { return }
        hasReceived = true
        parser.push(unwrapInboundIn(data).readableBytesView)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        process(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // Most clients send nothing before they have their answer: to stop listening to them, and to begin again, costs two system calls.
        if stage == .open, !isWritable || (pendingRequest != nil && parser.hasUnreadBytes) {
            readIsDue = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        since = .now()
        if isWritable { resume(context) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainConnection {
            isDraining = true
            if stage == .open, pendingRequest == nil, parser.phase == .idle { close(context) }
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            inputIsClosed = true
            // The client is gone or will send no more. What waits is told so; what it answers nonetheless is still written.
            pendingAnswer?.cancel()
            if stage == .lingering || (stage == .open && pendingRequest == nil) { close(context) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resets, failed TLS handshakes, plaintext on a TLS port: the client's own affair, and only its connection ends.
        settings.logger.debug("connection failed", metadata: ["error": "\(type(of: error))"])
        close(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        pendingAnswer?.cancel()
        pendingAnswer = nil
        pendingRequest = nil
        stage = .lingering
        context.fireChannelInactive()
    }

    // MARK: Requests

    /// Answers what has been read, as far as order and the socket allow, and writes it in one go.
    private func process(_ context: ChannelHandlerContext) {
        guard stage == .open, !isProcessing else { return }
        isProcessing = true
        var needsMore = false
        // Writing may block and unblock the channel before it returns; what arrives here meanwhile is turned away by `isProcessing`, so
        // look again after each write.
        while stage == .open, pendingRequest == nil, isWritable, !needsMore {
            while stage == .open, pendingRequest == nil, isWritable, !needsMore, out.readableBytes < Self.burstBytes {
                switch parser.next() {
                case .incomplete: needsMore = true
                case .wantsContinue: out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
                case .request(let request): answer(request, context)
                case .failed(let error): fail(error, context)
                }
            }
            if stage == .open { flush(context) }
        }
        isProcessing = false
        if stage == .open {
            let now = parser.phase
            if now != phase || now == .idle {
                phase = now
                since = .now()
            }
        }
    }

    private func answer(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
        if settings.style.readsLikeGo, request.target == "*", request.methodIs("OPTIONS") {
            return write(ProtocolErrorStyle.goOptionsAnswer, to: request, context)
        }
        switch settings.responder.respond(to: request) {
        case .now(let response): write(response, to: request, context)
        case .later(let work):
            pendingRequest = request
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            let context = NIOLoopBound(context, eventLoop: context.eventLoop)
            let loop = context.value.eventLoop
            let workers = settings.workers
            pendingAnswer = Task(executorPreference: workers) {
                let response = await work()
                workers.hand(to: loop) { handler.value.complete(response, context.value) }
            }
        }
    }

    private func complete(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
        // Gone when the connection ended in the meantime.
        guard let request = pendingRequest else { return }
        pendingAnswer = nil
        pendingRequest = nil
        guard stage == .open else { return }
        write(response, to: request, context)
        resume(context)
    }

    /// Goes on after a wait: first with what was read before it, then with the socket.
    private func resume(_ context: ChannelHandlerContext) {
        process(context)
        guard stage == .open, pendingRequest == nil, isWritable else { return }
        if inputIsClosed || (isDraining && parser.phase == .idle) { return close(context) }
        if readIsDue {
            readIsDue = false
            context.read()
        }
    }

    private func write(_ response: HTTPResponse, to request: HTTPRequest, _ context: ChannelHandlerContext) {
        guard response.delivery == .whole else { return breakOff(response, to: request, context) }
        let minor = request.httpMinorVersion
        let closes = !request.keepsAlive || isDraining || ResponseEncoder.forcesClose(response, minorVersion: minor)
        encoder.encode(
            response,
            .init(isHead: request.methodIs("HEAD"), minorVersion: minor, closes: closes, writesLikeGo: settings.style.readsLikeGo),
            into: &out)
        if closes { finish(context, lingers: parser.hasUnreadBytes) }
    }

    /// Sends as much of an answer as is to reach the client, and ends the connection without announcing it.
    private func breakOff(_ response: HTTPResponse, to request: HTTPRequest, _ context: ChannelHandlerContext) {
        switch response.delivery {
        case .reset:
            stage = .lingering
            do { return try context.pipeline.syncOperations.addHandler(ConnectionReset(), position: .first) } catch {
                return close(context)
            }
        case .cut(let bytes):
            encoder.encode(
                response,
                .init(
                    isHead: request.methodIs("HEAD"), minorVersion: request.httpMinorVersion, writesLikeGo: settings.style.readsLikeGo),
                cutAfter: max(0, bytes), into: &out)
        case .nothing, .whole: break
        }
        finish(context, lingers: parser.hasUnreadBytes)
    }

    private func fail(_ error: ProtocolError, _ context: ChannelHandlerContext) {
        settings.logger.debug("refused by protocol", metadata: ["status": "\(error.status.code)", "reason": "\(error.sentence)"])
        guard let answer = settings.style.answer(error) else { return close(context) }
        encoder.encode(answer, .init(closes: true), into: &out)
        finish(context, lingers: true)
    }

    // MARK: Writing and closing

    /// Hands over what is gathered.
    ///
    /// Only `process` calls it, so it never meets itself within its own write.
    private func flush(_ context: ChannelHandlerContext) {
        guard out.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        recycle()
    }

    /// The buffer is used again once the socket has taken it; a large one is given back.
    private func recycle() {
        if out.capacity > Self.burstBytes { out = ByteBuffer() } else { out.clear() }
    }

    private func finish(_ context: ChannelHandlerContext, lingers: Bool) {
        stage = .closing
        since = .now()
        // Set first: the write may be done, and the lingering begun, before it returns.
        arm(context, after: TimeAmount(settings.limits.idleTimeout))
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            guard self.stage == .closing else { return }
            if case .success = result, lingers, !self.inputIsClosed { self.linger(context) } else { self.close(context) }
        }
        context.writeAndFlush(wrapOutboundOut(out), promise: promise)
        out = ByteBuffer()
    }

    private func linger(_ context: ChannelHandlerContext) {
        stage = .lingering
        since = .now()
        arm(context, after: Self.lingerTime)
        // Over TLS the end of output would be the end of the session; there the client has the length to go by.
        if !settings.isSecure { context.close(mode: .output, promise: nil) }
        context.read()
    }

    private func close(_ context: ChannelHandlerContext) {
        stage = .lingering
        context.close(promise: nil)
    }

    // MARK: Time

    // One timer per connection, which looks whether a deadline has passed and sets itself again: a request costs no timer. It looks at
    // least as often as the shortest deadline, so a deadline that began after it was set is not missed.
    private func arm(_ context: ChannelHandlerContext, after delay: TimeAmount) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.checkDeadline(context) }
    }

    private var shortestDeadline: TimeAmount {
        let limits = settings.limits
        return TimeAmount(min(limits.headTimeout, limits.bodyTimeout, limits.idleTimeout))
    }

    private func checkDeadline(_ context: ChannelHandlerContext) {
        let limits = settings.limits
        let allowed: TimeAmount
        var error: ProtocolError?
        switch (stage, phase) {
        case (.lingering, _): return close(context)
        case (.closing, _): allowed = TimeAmount(limits.idleTimeout)
        case (.open, _) where pendingRequest != nil:
            return arm(context, after: shortestDeadline)  // the responder's own time
        case (.open, _) where !isWritable: allowed = TimeAmount(limits.idleTimeout)
        case (.open, .idle): allowed = TimeAmount(limits.idleTimeout)
        case (.open, .head):
            allowed = TimeAmount(limits.headTimeout)
            error = .headTimeout(limit: limits.headTimeout)
        case (.open, .body):
            allowed = TimeAmount(limits.bodyTimeout)
            error = .bodyTimeout(limit: limits.bodyTimeout)
        }
        let left = since + allowed - .now()
        if left > .zero { return arm(context, after: min(left, shortestDeadline)) }
        // A TLS client that has sent nothing we could decrypt would not understand an answer.
        if let error, stage == .open, hasReceived || !settings.isSecure { fail(error, context) } else { close(context) }
    }
}

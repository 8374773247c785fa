public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
public import Surroundings
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One listening socket and the connections it accepted, as a service: bind, run until graceful shutdown, drain.
public final class HTTPListener: Service, Sendable {
    private enum State {
        case new
        case bound(any Channel)
        case ended
    }

    private let name: String
    private let address: ListenAddress
    private let tls: TLSMaterial?
    private let eventLoops: HTTPEventLoops
    private let limits: HTTPLimits
    private let clock: WallClock
    private let logger: Logger
    private let settings: ConnectionHandler.Settings
    private let registry: ConnectionRegistry
    private let state = Mutex(State.new)

    /// A listener that is not bound yet.
    ///
    /// - Parameters:
    ///   - name: what it is called in errors and logs, without the word "listener".
    ///   - address: where it binds; port 0 asks for a free one.
    ///   - tls: what it presents; nil for plain HTTP.
    ///   - limits: its bounds.
    ///   - eventLoops: the threads it uses; they must outlive `run()`.
    ///   - clock: for `Date`.
    ///   - protocolErrors: how requests that cannot be read are answered.
    ///   - logger: for what concerns the listener. Nothing is logged per request, and never a header value or a body.
    ///   - responder: answers the requests.
    public init(
        name: String, address: ListenAddress, tls: TLSMaterial?, limits: HTTPLimits = .init(), eventLoops: HTTPEventLoops = .shared,
        clock: WallClock, protocolErrors: ProtocolErrorStyle, logger: Logger, responder: any HTTPResponder
    ) {
        self.name = name
        self.address = address
        self.tls = tls
        self.eventLoops = eventLoops
        self.limits = limits
        self.clock = clock
        self.logger = logger
        settings = .init(
            responder: responder, limits: limits, style: protocolErrors, logger: logger, isSecure: tls != nil, workers: eventLoops.workers)
        registry = ConnectionRegistry(limit: limits.maximumConnections)
    }

    /// Connections open at this moment.
    public var connections: Int { registry.count }

    /// Takes the address; the kernel queues connections from here on, they are served once ``run()`` is called.
    ///
    /// Gives back the address with its real port.
    public func bind() async throws(ListenError) -> ListenAddress {
        guard state.withLock({ if case .new = $0 { true } else { false } }) else { throw failure("it was bound before") }
        let context = try tlsContext()
        let (settings, registry, clock) = (settings, registry, clock)
        let bootstrap = ServerBootstrap(group: eventLoops.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A second read would only learn that there is nothing more: one system call saved per request.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                let admission = registry.add(channel)
                if admission == .dropped { return channel.close() }
                channel.closeFuture.whenComplete { _ in registry.remove(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(
                        ConnectionHandler(
                            settings: settings, encoder: ResponseEncoder(clock: clock), peer: PeerAddress(channel.remoteAddress),
                            isRefused: admission == .refused))
                }
            }
        let channel: any Channel
        do {
            // The resolver refuses `::1` where loopback has the only IPv6 address, so it is asked about names alone.
            let target =
                try (try? SocketAddress(ipAddress: address.host, port: address.port))
                ?? SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
            channel = try await bootstrap.bind(to: target).get()
        } catch {
            throw failure(error)
        }
        state.withLock { $0 = .bound(channel) }
        let bound = ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
        logger.debug("listener bound", metadata: ["listener": "\(name)", "address": "\(bound.text)"])
        return bound
    }

    /// Serves until graceful shutdown or cancellation, binding first if ``bind()`` was not called.
    ///
    /// A graceful shutdown stops accepting, closes idle connections, lets answers under way finish for the drain time and closes what is
    /// left; a cancellation closes all.
    public func run() async throws {
        if state.withLock({ if case .new = $0 { true } else { false } }) { _ = try await bind() }
        let bound: (any Channel)? = state.withLock { state in
            guard case .bound(let channel) = state else { return nil }
            state = .ended
            return channel
        }
        guard let listening = bound else { throw failure("it ran before") }
        let asked = StopFlag()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listening.setOption(.autoRead, value: true).get()
            listening.read()
            try await listening.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            asked.isSet.store(true, ordering: .relaxed)
            listening.close(promise: nil)
        }
        await drain(on: listening.eventLoop)
        if !asked.isSet.load(ordering: .relaxed) { throw failure("the listening socket was closed by the system") }
    }

    private func drain(on loop: any EventLoop) async {
        let channels = registry.drain()
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(DrainConnection()) }
        let patience: TimeAmount = Task.isCancelled ? .zero : TimeAmount(limits.drainTime)
        let deadline = loop.scheduleTask(in: patience) { for channel in channels { channel.close(promise: nil) } }
        // All close in the end, so this cannot fail; a close that reports an error has closed nonetheless.
        try? await EventLoopFuture.andAllComplete(channels.map(\.closeFuture), on: loop).get()
        deadline.cancel()
    }

    private func tlsContext() throws(ListenError) -> NIOSSLContext? {
        guard let tls else { return nil }
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(tls.certificateChainPEM.utf8))
            let key = try tls.privateKeyPEM.reveal { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw failure("the certificate chain or its key cannot be used")
        }
    }

    private func failure(_ cause: String) -> ListenError { ListenError(listener: name, address: address, cause: cause, errno: nil) }

    private func failure(_ error: any Error) -> ListenError {
        guard let error = error as? IOError else {
            return failure(error is SocketAddressError ? "the host name cannot be resolved" : "\(error)")
        }
        let code = error.errnoCode
        // SAFETY: strerror gives a string of the C library that stays valid until this thread's next call; it is copied at once.
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error"
        let cause = "\(text.prefix(1).lowercased())\(text.dropFirst())"
        return ListenError(listener: name, address: address, cause: cause, errno: code)
    }
}

/// Whether the end of the listening socket was wanted.
private final class StopFlag: Sendable {
    let isSet = Atomic(false)
}

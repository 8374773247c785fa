import NIOCore
import NIOPosix

@testable import HTTPServing

/// A client that sends bytes as they are given and shows bytes as they come.
final class RawClient {
    private let channel: any Channel
    private var incoming: AsyncStream<[UInt8]>.Iterator
    private var seen: [UInt8] = []
    private var isAtEnd = false

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<[UInt8]>.Continuation
        init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, event == .inputClosed { continuation.finish() }
        }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { continuation.finish() }
    }

    init(_ address: ListenAddress) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        incoming = stream.makeAsyncIterator()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(continuation)) }
            }
            .connect(host: address.host, port: address.port).get()
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// Takes everything up to and including `marker`; what there was when the connection ended first.
    func read(through marker: String) async -> String {
        let marker = Array(marker.utf8)
        while true {
            if let end = (0...max(0, seen.count - marker.count)).first(where: { seen[$0...].starts(with: marker) }) {
                let taken = seen[..<(end + marker.count)]
                seen.removeFirst(end + marker.count)
                return String(decoding: taken, as: UTF8.self)
            }
            guard await more() else { return takeAll() }
        }
    }

    /// Everything until the server closes.
    func readToEnd() async -> String {
        while await more() {}
        return takeAll()
    }

    func close() async { try? await channel.close() }

    func closeOutput() async throws { try await channel.close(mode: .output) }

    private func takeAll() -> String {
        defer { seen = [] }
        return String(decoding: seen, as: UTF8.self)
    }

    private func more() async -> Bool {
        guard !isAtEnd, let bytes = await incoming.next(isolation: #isolation) else {
            isAtEnd = true
            return false
        }
        seen += bytes
        return true
    }
}

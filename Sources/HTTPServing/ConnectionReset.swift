#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import NIOCore

/// Resets the connection as soon as it is in the pipeline, as a host does that has forgotten it.
///
/// It belongs at the front of the pipeline: anywhere else TLS would take its leave first.
final class ConnectionReset: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        // A socket that must not linger is reset by the kernel when it is closed. There is no future to wait for: this is its event loop.
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        context.close(promise: nil)
    }
}

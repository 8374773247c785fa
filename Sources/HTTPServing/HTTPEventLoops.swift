import NIOCore
import NIOPosix

/// The threads that read and write sockets.
///
/// The listeners it is given to share them; its owner shuts it down after them.
public final class HTTPEventLoops: Sendable {
    let group: MultiThreadedEventLoopGroup
    private let isOwned: Bool

    /// One loop per core, for the life of the process; ``shutdown()`` leaves it alone.
    public static let shared = HTTPEventLoops(.singleton, isOwned: false)

    /// `threads` loops of its own (at least one), until ``shutdown()``.
    public convenience init(threads: Int) { self.init(MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads)), isOwned: true) }

    private init(_ group: MultiThreadedEventLoopGroup, isOwned: Bool) {
        self.group = group
        self.isOwned = isOwned
    }

    /// Ends the threads; the listeners must have returned from `run()` before.
    public func shutdown() async throws {
        if isOwned { try await group.shutdownGracefully() }
    }
}

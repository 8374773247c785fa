import NIOCore
import NIOPosix

/// The threads that read and write sockets, and those that work for them.
///
/// The listeners it is given to share them; its owner shuts it down after them.
public final class HTTPEventLoops: Sendable {
    let group: MultiThreadedEventLoopGroup
    let workers: WorkerThreads
    private let isOwned: Bool

    /// One loop per core, for the life of the process; ``shutdown()`` leaves it alone.
    public static let shared = HTTPEventLoops(.singleton, .shared, isOwned: false)

    /// `threads` loops of its own (at least one), until ``shutdown()``.
    ///
    /// Of the threads that work for them there is one more, so that one that waits for a disk does not keep all others from their work.
    public convenience init(threads: Int) {
        let threads = max(1, threads)
        self.init(MultiThreadedEventLoopGroup(numberOfThreads: threads), WorkerThreads(threads: threads + 1), isOwned: true)
    }

    private init(_ group: MultiThreadedEventLoopGroup, _ workers: WorkerThreads, isOwned: Bool) {
        self.group = group
        self.workers = workers
        self.isOwned = isOwned
    }

    /// Ends the threads; the listeners must have returned from `run()` before.
    public func shutdown() async throws {
        guard isOwned else { return }
        try await group.shutdownGracefully()
        try await workers.shutdown()
    }
}

import NIOCore
import NIOPosix
import Synchronization

/// The threads that do what an event loop must not: sign, read files, wait for others.
///
/// Tasks take it as their executor, and hand what they come to back to the event loop that waits for it. While more work waits, several
/// results go in one hand-over: each wakes an event loop, and on a busy core the switch there and back costs a good part of a signature.
/// A result never waits for the last of the work, only for some that stands before it.
///
/// Any thread may call it.
final class WorkerThreads: TaskExecutor {
    private struct Result {
        let loop: any EventLoop
        let take: @Sendable () -> Void
    }

    /// So many results are handed over at once, at most: some milliseconds of signatures.
    ///
    /// The threads do not run out of work meanwhile, for what is gathered goes before the last of the work is begun.
    private static let mostGathered = 8

    private let pool: NIOThreadPool
    /// Jobs that no thread has begun.
    private let waiting = Atomic<Int>(0)
    private let gathered = Mutex<[Result]>([])

    /// For the life of the process.
    static let shared = WorkerThreads(.singleton)

    /// `threads` threads of its own, until ``shutdown()``.
    convenience init(threads: Int) {
        let pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
        self.init(pool)
    }

    private init(_ pool: NIOThreadPool) { self.pool = pool }

    /// Ends the threads; nothing may be under way any more.
    func shutdown() async throws { try await pool.shutdownGracefully() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.add(1, ordering: .sequentiallyConsistent)
        // Also when the pool has ended: a job that is never run would leave its task waiting for ever.
        pool.submit { _ in self.run(job) }
    }

    /// Has `take` called on `loop`, soon; only for tasks that run here.
    func hand(to loop: any EventLoop, _ take: @escaping @Sendable () -> Void) {
        gathered.withLock { $0.append(Result(loop: loop, take: take)) }
    }

    private func run(_ job: UnownedJob) {
        // The last that waits may take long, and nothing comes after it.
        if waiting.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { deliver() }
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        // Seen here as waiting, a job is begun later than this, and delivers what is left now.
        if waiting.load(ordering: .sequentiallyConsistent) == 0 { deliver() } else { deliver(atLeast: Self.mostGathered) }
    }

    private func deliver(atLeast count: Int = 1) {
        var results = gathered.withLock { gathered -> [Result] in
            guard gathered.count >= count else { return [] }
            defer { gathered.removeAll(keepingCapacity: true) }
            return gathered
        }
        while let loop = results.first?.loop {
            let ofLoop = results.filter { $0.loop === loop }
            results.removeAll { $0.loop === loop }
            loop.execute { for result in ofLoop { result.take() } }
        }
    }
}

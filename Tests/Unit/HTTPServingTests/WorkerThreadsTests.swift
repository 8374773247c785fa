import Dispatch
@testable import HTTPServing
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite struct WorkerThreadsTests {
    /// What came to event loops, and a way to wait for it.
    private final class Inbox: Sendable {
        private let seen = Mutex<[Int]>([])
        private let arrived = DispatchSemaphore(value: 0)

        func take(_ value: Int) {
            seen.withLock { $0.append(value) }
            arrived.signal()
        }

        /// False when it does not come within ten seconds.
        func waitForOne() -> Bool { arrived.wait(timeout: .now() + 10) == .success }
        var values: [Int] { seen.withLock { $0 } }
    }

    private func withThreads(_ count: Int, _ body: (WorkerThreads, any EventLoopGroup) async throws -> Void) async throws {
        let workers = WorkerThreads(threads: count)
        try await body(workers, MultiThreadedEventLoopGroup.singleton)
        try await workers.shutdown()
    }

    @Test("every result reaches its loop, on that loop, once")
    func all() async throws {
        try await withThreads(2) { workers, group in
            let loops = Array(group.makeIterator())
            let inbox = Inbox()
            await withTaskGroup { tasks in
                for value in 0..<1000 {
                    let loop = loops[value % loops.count]
                    tasks.addTask(executorPreference: workers) {
                        if value % 3 == 0 { await Task.yield() }
                        workers.hand(to: loop) { inbox.take(loop.inEventLoop ? value : -1) }
                    }
                }
            }
            for _ in 0..<1000 { #expect(inbox.waitForOne()) }
            #expect(inbox.values.sorted() == Array(0..<1000))
        }
    }

    @Test("a result does not wait for work that comes after it, when that is the last there is")
    func last() async throws {
        try await withThreads(1) { workers, group in
            let loop = group.next()
            let inbox = Inbox()
            let gate = DispatchSemaphore(value: 0)
            // Keeps the one thread until the other two wait.
            let first = Task(executorPreference: workers) { waits(gate) }
            let second = Task(executorPreference: workers) { workers.hand(to: loop) { inbox.take(2) } }
            let third = Task(executorPreference: workers) { inbox.waitForOne() }
            gate.signal()
            #expect(await first.value)
            await second.value
            #expect(await third.value)
        }
    }

    @Test("a task that starts when the threads have ended runs all the same")
    func ended() async throws {
        let workers = WorkerThreads(threads: 1)
        try await workers.shutdown()
        #expect(await Task(executorPreference: workers) { 7 }.value == 7)
    }
}

/// Blocks the thread it is called on until it is let go; false after ten seconds.
private func waits(_ gate: DispatchSemaphore) -> Bool { gate.wait(timeout: .now() + 10) == .success }

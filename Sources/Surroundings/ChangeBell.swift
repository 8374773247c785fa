import Synchronization

/// Wakes whoever waits for something to change.
///
/// A waiter first notes how often it has rung, then looks at what interests it, then waits for the next ring: a change between the look
/// and the wait is not missed. Any thread may ring and wait; the lock is held for a few assignments.
public final class ChangeBell: Sendable {
    private struct State {
        var rings: UInt64 = 0
        var nextWaiter: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// A bell that has not rung.
    public init() {}

    /// How often it has rung.
    public var rings: UInt64 { state.withLock { $0.rings } }

    /// How many wait.
    public var waiters: Int { state.withLock { $0.waiting.count } }

    /// Lets everybody go on who waits.
    public func ring() {
        let woken = state.withLock { state in
            state.rings += 1
            guard !state.waiting.isEmpty else { return [UInt64: CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in woken.values { continuation.resume() }
    }

    /// Returns once it has rung more often than `rings`, or the task is cancelled.
    public func wait(past rings: UInt64) async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Cancelled before it is entered, the handler below has found nobody to wake.
                    guard state.rings <= rings, !Task.isCancelled else { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
    }

    /// Returns once it has rung more often than `rings`, or `pause` is over.
    ///
    /// - Throws: what `pause` throws when the task is cancelled.
    public func wait(past rings: UInt64, orUntil pause: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(past: rings) }
            group.addTask { try await pause() }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }
}

internal import Synchronization

/// A flag one side raises and the other looks at.
final class Cancellation: Sendable {
    private let raised = Atomic(false)

    /// Whether `cancel` was called.
    var isCancelled: Bool { raised.load(ordering: .relaxed) }

    /// Asks the transfer to stop; it looks at the flag at least once a second.
    func cancel() { raised.store(true, ordering: .relaxed) }
}

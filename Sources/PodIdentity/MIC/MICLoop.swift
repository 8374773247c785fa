public import IdentityStore

/// Finishes what MIC has under way, as time goes by; needed only where assignment takes time.
public struct MICLoop: Sendable {
    /// How often it looks: assignments take whole seconds.
    private static let milliseconds = 1000

    private let store: IdentityStore
    private let sleep: @Sendable (Int) async -> Void

    /// Looks at the store between sleeps (milliseconds).
    public init(store: IdentityStore, sleep: @escaping @Sendable (Int) async -> Void) {
        self.store = store
        self.sleep = sleep
    }

    /// Runs until its task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await sleep(Self.milliseconds)
            store.settleAssignments()
        }
    }
}

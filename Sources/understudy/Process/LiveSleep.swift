/// Waiting by the real clock: the one place where the executable does, and what it hands to the rooms as a value.
enum LiveSleep {
    /// Waits, or throws when the task is cancelled: for services, which then end.
    static let orEnd: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// Waits, or goes on at once when the task is cancelled: for answers, which are given in any case.
    static let orGoOn: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
}

import Surroundings

/// Waiting by the clock of the emulated systems, for what waits there: an advance ends it early, a clock that stands still never does.
///
/// What waits for sockets, files and tools of this machine takes `LiveSleep`.
struct EmulatedSleep: Sendable {
    private let clock: AdjustableClock

    init(_ clock: AdjustableClock) { self.clock = clock }

    /// Waits, or throws when the task is cancelled: for services, which then end.
    func orEnd(_ duration: Duration) async throws { try await clock.sleep(for: duration, pause: LiveSleep.orEnd) }

    /// Waits, or goes on at once when the task is cancelled: for answers, which are given in any case.
    func orGoOn(_ duration: Duration) async { try? await clock.sleep(for: duration, pause: LiveSleep.orEnd) }

    /// Waits by the system's clock, but no longer than until the emulated one is changed: for who looks now and then.
    func orChange(_ duration: Duration) async throws { try await clock.pause(for: duration, pause: LiveSleep.orEnd) }
}

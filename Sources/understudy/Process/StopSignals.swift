import ServiceLifecycle
import UnixSignals

/// Ends the group of services on SIGTERM or SIGINT, as a service whose end is the end of all.
///
/// The signals are caught from its creation on: one that comes while the server is still changing the host's rules must not kill it half-way,
/// and is obeyed as soon as the services run.
struct StopSignals: Service {
    private let signals: UnixSignalsSequence

    init() async { signals = await UnixSignalsSequence(trapping: .sigterm, .sigint) }

    func run() async {
        for await _ in signals.cancelOnGracefulShutdown() { return }
    }
}

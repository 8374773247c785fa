public import Cryptography
public import Surroundings
import Synchronization

/// The keys that sign the emulated cluster's service-account tokens, kept in a state directory or in memory.
///
/// They are made when they are first asked for, which takes a good part of a second when none are kept: not for an event loop. With a
/// directory every use looks whether another process has rotated them. Every use fails when what is kept is damaged or cannot be kept.
/// Any thread may ask.
public final class ClusterKeys: Sendable {
    private struct State {
        var ring: ServiceAccountKeyRing?
        var reading: ServiceAccountKeyFiles.Reading?
    }

    private let files: ServiceAccountKeyFiles?
    private let clock: WallClock
    private let state = Mutex(State())

    /// Keys kept in `directory` or, without one, for as long as the process lives.
    public init(directory: KeyDirectory?, clock: WallClock) {
        files = directory.map { ServiceAccountKeyFiles(directory: $0) }
        self.clock = clock
    }

    /// The key that signs now.
    public func signing() throws -> ServiceAccountKey { try ring().signing }

    /// Every key a verifier may meet, the signing one first: two, or three for a day after a rotation.
    public func published() throws -> [ServiceAccountKey] { try ring().published(at: clock.now) }

    /// Lets the key that was published ahead sign from now on, and publishes a fresh one ahead.
    ///
    /// Tokens of the key that signed so far are verified for another day.
    ///
    /// - Returns: the published keys, the signing one first.
    @discardableResult
    public func rotate() throws -> [ServiceAccountKey] {
        let now = clock.now
        let before = try ring()
        if let files {
            let reading = try files.rotate(at: now)
            state.withLock { $0.reading = reading }
            return reading.ring.published(at: now)
        }
        let fresh = try ServiceAccountKey.generate()
        return state.withLock { state in
            let after = (state.ring ?? before).rotated(fresh: fresh, at: now)
            state.ring = after
            return after.published(at: now)
        }
    }

    private func ring() throws -> ServiceAccountKeyRing {
        guard let files else {
            if let ring = state.withLock({ $0.ring }) { return ring }
            let fresh = try ServiceAccountKeyRing(signing: .generate(), next: .generate(), retired: [])
            // Two who come at once may both make keys; the first ones stay.
            return state.withLock { state in
                let ring = state.ring ?? fresh
                state.ring = ring
                return ring
            }
        }
        let known = state.withLock { $0.reading }
        let reading = try files.read(known: known) ?? files.readOrMake()
        state.withLock { $0.reading = reading }
        return reading.ring
    }
}

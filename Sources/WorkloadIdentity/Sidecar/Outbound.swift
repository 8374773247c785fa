public import HTTPFetching
public import Surroundings

/// What the sidecar needs of the world to ask others: a way to fetch, time, randomness, and patience.
public struct Outbound: Sendable {
    /// Sends a request and gives back the whole answer.
    public typealias Fetch = @Sendable (FetchRequest) async throws(FetchError) -> FetchResponse

    /// Makes the requests, off the event loops.
    let fetch: Fetch
    let clock: WallClock
    let entropy: Entropy
    /// Waits between attempts; one that returns at once skips the originals' waits and keeps all else.
    let pause: @Sendable (Duration) async -> Void

    /// The world as given.
    public init(fetch: @escaping Fetch, clock: WallClock, entropy: Entropy, pause: @escaping @Sendable (Duration) async -> Void) {
        self.fetch = fetch
        self.clock = clock
        self.entropy = entropy
        self.pause = pause
    }
}

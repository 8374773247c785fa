import HTTPFetching

/// Whether a sidecar answers, as its `--probe` asks: a status other than 200 is asked again, a failed connection is the end
/// (source: workload-identity.md §2.7).
public struct ReadinessProbe: Sendable {
    private static let attempts = 7

    let fetch: Outbound.Fetch
    let pause: @Sendable (Duration) async -> Void

    /// A probe.
    ///
    /// - Parameter pause: waits a second between attempts.
    public init(fetch: @escaping Outbound.Fetch, pause: @escaping @Sendable (Duration) async -> Void) {
        self.fetch = fetch
        self.pause = pause
    }

    /// Asks the sidecar at `http://host:port`; nil when it is ready, else why it is not.
    public func failure(of sidecar: String) async -> String? {
        let url = "\(sidecar)/readyz"
        for _ in 0..<Self.attempts {
            do throws(FetchError) {
                if try await fetch(FetchRequest(url: url, timeoutSeconds: 5)).status == 200 { return nil }
            } catch {
                return "failed to probe: \(GoFetchError.text(error, method: "GET", url: url))"
            }
            await pause(.seconds(1))
        }
        return "failed to probe proxy"
    }
}

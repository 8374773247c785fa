import HTTPFetching
import Surroundings

/// When the original asks the authority again, and how long it waits before (source: workload-identity.md §2.5; azcore's retry policy).
struct RetryPolicy: Sendable {
    private static let retriedStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]
    private static let longestMilliseconds = 60_000

    let outbound: Outbound
    /// How often it asks at most.
    let attempts: Int

    /// The last answer, or the last error.
    func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        var attempt = 1
        while true {
            var milliseconds: Int?
            let outcome: Result<FetchResponse, FetchError>
            do throws(FetchError) {
                let response = try await outbound.fetch(request)
                guard Self.retriedStatuses.contains(response.status) else { return response }
                milliseconds = Self.retryAfter(response)
                outcome = .success(response)
            } catch {
                if case .cancelled = error { throw error }
                outcome = .failure(error)
            }
            let delay = milliseconds ?? Self.delay(afterAttempt: attempt, jitter: outbound.entropy.below(500))
            // One that is asked for and too long is not waited for at all.
            if attempt == attempts || (milliseconds ?? 0) > Self.longestMilliseconds || Task.isCancelled { return try outcome.get() }
            await outbound.pause(.milliseconds(delay))
            attempt += 1
        }
    }

    /// 0.8 s, 2.4 s, 5.6 s, each times 0.8 to 1.3.
    ///
    /// - Parameter jitter: thousandths above 0.8, 0…499.
    static func delay(afterAttempt attempt: Int, jitter: Int) -> Int { ((1 << attempt) - 1) * 800 * (800 + jitter) / 1000 }

    /// The wait the authority asks for, in milliseconds; nil when it asks for none.
    private static func retryAfter(_ response: FetchResponse) -> Int? {
        let asked = [("retry-after-ms", 1), ("x-ms-retry-after-ms", 1), ("Retry-After", 1000)]
        for (name, factor) in asked {
            if let number = response.header(name).flatMap({ Int($0) }), number > 0, number <= 86_400_000 { return number * factor }
        }
        return nil
    }
}

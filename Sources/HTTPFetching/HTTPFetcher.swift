/// Makes outbound http and https requests.
///
/// Each has a connection and a thread of its own, so that waiting for a peer never holds up a task or an event loop.
public struct HTTPFetcher: Sendable {
    /// A fetcher; it holds nothing.
    public init() {}

    /// Sends `request` and answers with the whole response, whatever its status.
    ///
    /// Cancelling the task ends the exchange within about a second.
    public func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
        let cancellation = Cancellation()
        let result: Result<FetchResponse, FetchError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let started = DetachedThread.start {
                    continuation.resume(returning: Result { () throws(FetchError) in try Transfer.perform(request, cancellation) })
                }
                if !started {
                    continuation.resume(
                        returning: .failure(.other(url: FetchError.shown(request.url), reason: "no thread could be started")))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}

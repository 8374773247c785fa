import HTTPServing
import Surroundings
import Synchronization
import WireFormats

/// Sees which projected tokens a client brings to the authority, one after the other: whether it reads its token's file again.
///
/// Of a token it keeps the `jti`, which names it and opens nothing.
final class AssertionWatch: Sendable {
    private let brought = Mutex<[(identifier: String, nanoseconds: Int64)]>([])
    private let clock: WallClock

    /// No SDK reads the file less often (source: sdk-clients.md §5.5), and a minute.
    private static let longestReading: Int64 = 660 * 1_000_000_000

    init(clock: WallClock) { self.clock = clock }

    /// Whether another token was brought than the first; false only where the same one was for longer than any SDK keeps one, else nil.
    ///
    /// That the file held another one meanwhile, its keeper has to see to.
    var readsAnew: Bool? {
        brought.withLock { brought in
            guard let first = brought.first, let last = brought.last else { return nil }
            if brought.contains(where: { $0.identifier != first.identifier }) { return true }
            return last.nanoseconds - first.nanoseconds > Self.longestReading ? false : nil
        }
    }

    /// Looks at what an authority is asked.
    func before(_ authority: any HTTPResponder) -> any HTTPResponder { Watched(authority: authority, watch: self) }

    fileprivate func note(_ request: HTTPRequest) {
        guard request.method == "POST",
            let assertion = Percent.query(String(decoding: request.body, as: UTF8.self), .lenient)
                .first(where: { $0.name == "client_assertion" })?.value,
            let payload = assertion.split(separator: ".").dropFirst().first, let bytes = Base64.decode(payload),
            let identifier = (try? JSONValue(parsing: bytes))?["jti"]?.text
        else { return }
        brought.withLock { $0.append((identifier, clock.nanoseconds())) }
    }
}

/// An authority that is watched.
private struct Watched: HTTPResponder {
    let authority: any HTTPResponder
    let watch: AssertionWatch

    func respond(to request: HTTPRequest) -> HTTPAnswer {
        watch.note(request)
        return authority.respond(to: request)
    }
}

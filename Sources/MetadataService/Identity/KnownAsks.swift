import IdentityModel
import Synchronization
import TokenIssuance

/// What token requests turned out to ask for in the present world: a client asks in the same words again and again, and each time they
/// would be decoded and decided alike.
///
/// Nothing is kept of an earlier world. Any thread may ask.
final class KnownAsks: Sendable {
    /// A request that is answered with a token.
    struct Ask: Sendable {
        let query: TokenQuery
        let request: TokenRequest
        let body: MetadataWire.TokenBody

        init(_ query: TokenQuery, _ request: TokenRequest, _ token: IssuedToken) {
            self.query = query
            self.request = request
            body = MetadataWire.TokenBody(token, clientID: request.principal.clientID, resource: request.requested)
        }
    }

    private struct State {
        var generation = -1
        var asks: [String: Ask] = [:]
    }

    /// Bounds the memory that callers can take by asking in ever new words: an ask has a few KiB.
    private static let most = 64
    private static let longestTarget = 2048

    private let state = Mutex(State())

    /// What a request target asks for in the world of that generation; nil when it is not known.
    func ask(_ target: String, generation: Int) -> Ask? {
        guard Self.isSimple(target) else { return nil }
        return state.withLock { $0.generation == generation ? $0.asks[target] : nil }
    }

    /// Remembers what a target asks for, while its world is the latest.
    func remember(_ ask: Ask, for target: String, generation: Int) {
        guard Self.isSimple(target) else { return }
        state.withLock { state in
            guard generation >= state.generation else { return }
            if generation > state.generation || state.asks.count >= Self.most { state.asks.removeAll(keepingCapacity: true) }
            state.generation = generation
            state.asks[target] = ask
        }
    }

    /// Whether a target is short, and ASCII: of other text, Swift takes canonically equivalent Unicode for the same.
    private static func isSimple(_ target: String) -> Bool {
        target.utf8.count <= longestTarget && target.utf8.allSatisfy { $0 < 0x80 }
    }
}

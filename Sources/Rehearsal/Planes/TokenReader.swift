import Surroundings
import Synchronization
import WireFormats

/// Reads the claims of tokens; tokens that say the same share what was read.
final class TokenReader: Sendable {
    private struct State {
        var known: Set<TokenFacts> = []
        /// A workload that asks in several ways is mostly answered by one cached token.
        var latest: (token: String, instant: UnixSeconds, facts: TokenFacts)?
    }

    /// What differs between any two tokens of one identity, and says nothing of the identity.
    private static let passing: Set<String> = ["aio", "rh", "uti", "iat", "nbf", "exp", "xms_ftd"]

    private let state = Mutex(State())

    /// The facts of a token; nil for text that is none.
    func facts(of token: String, at now: UnixSeconds) -> TokenFacts? {
        if let latest = state.withLock({ $0.latest }), latest.token == token, latest.instant == now { return latest.facts }
        guard let read = Self.read(token, at: now) else { return nil }
        return state.withLock { state in
            let facts = state.known.insert(read).memberAfterInsert
            state.latest = (token, now, facts)
            return facts
        }
    }

    private static func read(_ token: String, at now: UnixSeconds) -> TokenFacts? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[1]), let payload = try? JSONValue(parsing: bytes),
            case .object(let members) = payload
        else { return nil }
        var expires = now.rawValue
        if case .number(let text)? = payload["exp"], let seconds = Int64(text) { expires = seconds }
        let claims = members.filter { !passing.contains($0.name) }.map { ($0.name, $0.value.text ?? $0.value.rendered()) }
        return TokenFacts(claims: Dictionary(claims, uniquingKeysWith: { $1 }), lifetime: expires - now.rawValue)
    }
}

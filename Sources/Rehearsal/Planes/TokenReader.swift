import Surroundings
import Synchronization
import WireFormats

/// Reads the claims of tokens; tokens that say the same share what was read.
final class TokenReader: Sendable {
    /// What differs between any two tokens of one identity, and says nothing of the identity.
    private static let passing: Set<String> = ["aio", "rh", "uti", "iat", "nbf", "exp", "xms_ftd"]

    private let known = Mutex<Set<TokenFacts>>([])

    /// The facts of a token; nil for text that is none.
    func facts(of token: String, at now: UnixSeconds) -> TokenFacts? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[1]), let payload = try? JSONValue(parsing: bytes),
            case .object(let members) = payload
        else { return nil }
        var expires = now.rawValue
        if case .number(let text)? = payload["exp"], let seconds = Int64(text) { expires = seconds }
        let claims = members.filter { !Self.passing.contains($0.name) }.map { ($0.name, $0.value.text ?? $0.value.rendered()) }
        let facts = TokenFacts(claims: Dictionary(claims, uniquingKeysWith: { $1 }), lifetime: expires - now.rawValue)
        return known.withLock { $0.insert(facts).memberAfterInsert }
    }
}

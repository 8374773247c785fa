/// What a token says, without what differs between any two tokens; the token itself is not kept.
final class TokenFacts: Sendable, Hashable {
    /// Claims by name, each as it is rendered.
    let claims: [String: String]
    /// `exp` less the moment it was asked for, in seconds.
    let lifetime: Int64

    init(claims: [String: String], lifetime: Int64) {
        self.claims = claims
        self.lifetime = lifetime
    }

    /// The client id it is about.
    var clientID: String { claims["appid"] ?? claims["azp"] ?? "" }

    /// Whether it is about a user-assigned identity, by the resource that it names; else a system-assigned one's names its machine.
    var isUserAssigned: Bool { claims["xms_mirid"]?.lowercased().contains("/userassignedidentities/") ?? false }

    /// Whether two tokens say the same.
    static func == (left: TokenFacts, right: TokenFacts) -> Bool {
        left === right || (left.claims == right.claims && left.lifetime == right.lifetime)
    }

    /// Hashes what is compared.
    func hash(into hasher: inout Hasher) {
        hasher.combine(claims)
        hasher.combine(lifetime)
    }
}

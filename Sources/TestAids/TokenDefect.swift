/// A way for a token to be wrong that no later moment, and nobody without our keys, can mend (design §9).
public enum TokenDefect: String, CaseIterable, Sendable {
    /// It was good until an hour ago.
    case expired
    /// It counts only from a day after its own end on: never.
    case notYetValid = "not-yet-valid"
    /// Its claims are not the ones that were signed.
    case tampered
    /// The header names a published key, another signed it.
    case wrongKey = "wrong-key"
    /// It is signed by a key that is in no key set.
    case unknownKey = "unknown-key"
    /// It is for a resource that cannot exist.
    case wrongAudience = "wrong-audience"
    /// It is from a tenant that does not exist.
    case wrongIssuer = "wrong-issuer"
    /// `alg` is `none`, and there is no signature.
    case unsigned

    /// What is wrong, in a sentence about the token.
    public var sentence: String {
        switch self {
        case .expired: "It expired an hour ago."
        case .notYetValid: "It is not valid yet, and will have expired when it would be: nbf lies a day behind exp."
        case .tampered: "One of its claims was changed after it was signed."
        case .wrongKey: "kid names a published key, but a key that is never published signed it."
        case .unknownKey: "A key that is never published signed it, and kid names that key."
        case .wrongAudience: "aud is a resource that cannot exist."
        case .wrongIssuer: "iss is a tenant that does not exist; tid still says the right one."
        case .unsigned: "alg is none, and there is no signature."
        }
    }
}

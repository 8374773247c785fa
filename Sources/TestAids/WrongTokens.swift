import Cryptography
import IdentityModel
public import Surroundings
import Synchronization
public import TokenIssuance
public import WireFormats

/// Makes tokens that are wrong on purpose, to see a verifier refuse them.
///
/// None is ever valid: either it has a defect that stays, or it is signed by a key of this process that is never published.
public final class WrongTokens: Sendable {
    private let issuer: TokenIssuer
    private let keys: SigningKeys
    private let clock: WallClock
    private let entropy: Entropy
    /// Made when it is first needed: making it takes longer than everything else here.
    private let unpublished = Mutex<TokenSigningKey?>(nil)

    /// A maker of wrong tokens that look like those of `issuer`, which signs with `keys`.
    public init(issuer: TokenIssuer, keys: SigningKeys, clock: WallClock, entropy: Entropy) {
        self.issuer = issuer
        self.keys = keys
        self.clock = clock
        self.entropy = entropy
    }

    /// A token as `request` would get it, but for the defect.
    ///
    /// - Parameters:
    ///   - changes: claims to be set besides, or with null left out; then the unpublished key signs, whatever the defect, for they could
    ///     undo it.
    /// - Returns: the compact form.
    public func mint(
        _ defect: TokenDefect, for request: TokenRequest, changing changes: [JSONMember] = []
    ) throws(WrongTokenError) -> SecretBytes {
        var (header, claims) = try Self.parts(ofGood: request, issuer)
        claims = claims.changed(defectiveClaims(defect, claims, request)).changed(changes)
        let isForeign = !changes.isEmpty || defect == .wrongKey || defect == .unknownKey
        let key = isForeign ? try unpublishedKey() : keys.signing
        if isForeign && defect != .wrongKey { header = header.naming(key.keyID) }
        switch defect {
        case .unsigned:
            header = header.changed([JSONMember("alg", "none")])
            return SecretBytes(Array("\(Base64.encodeURL(header.bytes())).\(Base64.encodeURL(claims.bytes())).".utf8))
        case .tampered:
            // What was signed differs in random bits that are told to nobody, or the original could be put together again.
            let signed = claims.changed([JSONMember("aio", .string(Base64.encode(entropy.bytes(42))))])
            let signature = try sign(header, signed, key).split(separator: ".")[2]
            return SecretBytes(Array("\(Base64.encodeURL(header.bytes())).\(Base64.encodeURL(claims.bytes())).\(signature)".utf8))
        default:
            return SecretBytes(Array(try sign(header, claims, key).utf8))
        }
    }

    /// A given token with other times, signed anew by the present key; the defect is one that stays, so it is never valid.
    ///
    /// - Parameter defect: `expired` or `notYetValid`; nil comes of any other, and of what is no token.
    public func mistimed(_ token: SecretBytes, _ defect: TokenDefect) throws(WrongTokenError) -> SecretBytes? {
        guard let (header, claims) = token.reveal(Self.parts(of:)), let changes = mistimedClaims(defect, claims) else { return nil }
        let key = keys.signing
        return SecretBytes(Array(try sign(header.naming(key.keyID), claims.changed(changes), key).utf8))
    }

    private func mistimedClaims(_ defect: TokenDefect, _ claims: JSONValue) -> [JSONMember]? {
        func time(_ name: String) -> Int64 { Int64(claims[name]?.wholeNumber ?? 0) }
        switch defect {
        case .expired:
            let shift = clock.now.rawValue - 3600 - time("exp")
            return ["iat", "nbf", "exp"].map { JSONMember($0, .integer(time($0) + shift)) }
        case .notYetValid: return [JSONMember("nbf", .integer(time("exp") + 86_400))]
        default: return nil
        }
    }

    private func defectiveClaims(_ defect: TokenDefect, _ claims: JSONValue, _ request: TokenRequest) -> [JSONMember] {
        switch defect {
        case .expired, .notYetValid: return mistimedClaims(defect, claims) ?? []
        case .wrongAudience: return [JSONMember("aud", "https://wrong-audience.invalid")]
        case .wrongIssuer:
            let stranger = GUID(from: entropy).description
            let cloud = request.tenant.cloud
            return [
                JSONMember(
                    "iss", .string(request.resource.tokenVersion == 2 ? Issuer.v2(stranger, cloud) : Issuer.v1(stranger, cloud)))
            ]
        case .tampered, .wrongKey, .unknownKey, .unsigned: return []
        }
    }

    private func sign(_ header: JSONValue, _ claims: JSONValue, _ key: TokenSigningKey) throws(WrongTokenError) -> String {
        do {
            return try JSONWebSignature.compact(header: header.bytes(), payload: claims.bytes(), key: key.key)
        } catch {
            throw WrongTokenError(description: "cannot sign a wrong token: \(error)")
        }
    }

    private func unpublishedKey() throws(WrongTokenError) -> TokenSigningKey {
        do {
            return try unpublished.withLock { kept in
                if let kept { return kept }
                let made = try TokenSigningKey.generate(commonName: "understudy test aid", now: clock.now, entropy: entropy)
                kept = made
                return made
            }
        } catch {
            throw WrongTokenError(description: "cannot make a key for wrong tokens: \(error)")
        }
    }

    /// What a good token would say; the token itself goes no further than here.
    private static func parts(
        ofGood request: TokenRequest, _ issuer: TokenIssuer
    ) throws(WrongTokenError) -> (header: JSONValue, claims: JSONValue) {
        let compact: [UInt8]
        do {
            compact = try issuer.sign(request).compact
        } catch {
            throw WrongTokenError(description: error.description)
        }
        guard let parts = parts(of: compact) else { throw WrongTokenError(description: "the token to spoil is no JWT") }
        return parts
    }

    /// Header and claims of a compact token; nil for anything else.
    private static func parts(of compact: [UInt8]) -> (header: JSONValue, claims: JSONValue)? {
        let parts = compact.split(separator: UInt8(ascii: ".")).map { Base64.decode(String(decoding: $0, as: UTF8.self)) ?? [] }
        guard parts.count == 3, let header = try? JSONValue(parsing: parts[0]), let claims = try? JSONValue(parsing: parts[1]) else {
            return nil
        }
        return (header, claims)
    }
}

/// A wrong token that could not be made; our own fault, never the asker's.
public struct WrongTokenError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    public let description: String
}

extension JSONValue {
    /// The object with members set, new ones last, and with those left out that are null.
    fileprivate func changed(_ changes: [JSONMember]) -> JSONValue {
        guard case .object(var members) = self else { return self }
        for change in changes {
            let place = members.firstIndex { $0.name == change.name }
            switch (place, change.value) {
            case (let place?, .null): members.remove(at: place)
            case (let place?, _): members[place] = change
            case (nil, .null): break
            case (nil, _): members.append(change)
            }
        }
        return .object(members)
    }

    /// A header that names another key, wherever it names one.
    fileprivate func naming(_ keyID: String) -> JSONValue {
        changed(["kid", "x5t"].filter { self[$0] != nil }.map { JSONMember($0, .string(keyID)) })
    }
}

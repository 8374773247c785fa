import Cryptography
import Surroundings
import TokenIssuance
import WireFormats

/// What every assertion must be, whoever signed it: a header we can work with, the claims, the time.
enum AssertionForm {
    /// How far clocks may differ; Entra's own allowance is not published (source: entra.md §9).
    static let skewSeconds: Int64 = 300

    /// The scheme, when the header names one we verify, says what it is or nothing, and names a key.
    static func algorithm(of assertion: ClientAssertion) throws(EntraError) -> JWSAlgorithm {
        guard let algorithm = JWSAlgorithm(rawValue: assertion.algorithm) else { throw .unsupportedAlgorithm(assertion.algorithm) }
        if let type = assertion.type {
            guard type.uppercased() == "JWT" || type == "http://openid.net/specs/jwt/1.0" else { throw .wrongTokenType(type) }
        }
        let name = assertion.keyName
        guard name.keyID != nil || name.sha1 != nil || name.sha256 != nil else { throw .keyNotNamed }
        return algorithm
    }

    /// The claims without which nothing can be matched.
    static func identity(of assertion: ClientAssertion) throws(EntraError) -> (issuer: String, subject: String, audiences: [String]) {
        guard let issuer = assertion.text("iss"), !issuer.isEmpty else { throw .assertionClaimMissing("iss") }
        guard let subject = assertion.text("sub"), !subject.isEmpty else { throw .assertionClaimMissing("sub") }
        let audiences = assertion.audiences
        guard !audiences.isEmpty else { throw .assertionClaimMissing("aud") }
        return (issuer, subject, audiences)
    }

    /// Not before its time and not after it; a missing claim reads as the beginning of 1970.
    ///
    /// - Parameter now: nanoseconds since the epoch.
    static func requireTime(_ assertion: ClientAssertion, now: Int64) throws(EntraError) {
        let start = assertion.time("nbf") ?? UnixSeconds(0)
        let end = assertion.time("exp") ?? UnixSeconds(0)
        let second = UnixSeconds(now / 1_000_000_000)
        guard start <= second + skewSeconds, second < end + skewSeconds else {
            throw .assertionOutOfTime(
                now: CivilTime(second).ticks(nanoseconds: now % 1_000_000_000), notBefore: CivilTime(start).ticks(),
                expires: CivilTime(end).ticks(),
                because: assertion.time("exp") == nil
                    ? "the assertion says not until when it is valid"
                    : start > second ? "the assertion is valid only in \(start - second) s" : "the assertion expired \(second - end) s ago")
        }
    }
}

extension CivilTime {
    /// `2024-06-04T11:40:28.3451933Z`: seven digits of a second, as .NET writes a time (source: entra.md §3.7).
    func ticks(nanoseconds: Int64 = 0) -> String {
        let digits = String(nanoseconds / 100)
        return rfc3339.dropLast() + "." + String(repeating: "0", count: 7 - digits.utf8.count) + digits + "Z"
    }

    /// `06/04/2024 11:40:28`: a time in .NET's invariant culture.
    var invariant: String {
        let parts = rfc3339.dropLast().split(separator: "T")
        let day = parts[0].split(separator: "-")
        return "\(day[1])/\(day[2])/\(day[0]) \(parts[1])"
    }
}

import IdentityModel
import Surroundings
import WireFormats

/// A refusal of the resource manager: status, code and message (source: entra.md §6.1, §6.7).
struct ManagementFailure: Error, Hashable, Sendable {
    let status: Int
    let code: String
    let message: String
    /// The check that refused, for the decision.
    let check: String
    /// What led to it, in our words; never sent.
    var cause: String?

    private init(_ status: Int, _ code: String, _ message: String, check: String, because cause: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.check = check
        self.cause = cause
    }

    // MARK: Of the request

    static let missingVersion = Self(
        400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.",
        check: "api-version")

    /// The text is ours; the facts have it for provider versions only.
    static func malformedVersion(_ version: String) -> Self {
        Self(
            400, "InvalidApiVersionParameter",
            "The api-version '\(version)' is invalid. It must have the form YYYY-MM-DD or YYYY-MM-DD-preview.",
            check: "api-version")
    }

    /// Ours, as is its code: no capture of an unknown path is known.
    static let unknownPath = Self(
        404, "MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider.", check: "path",
        because: "the path is none of those that are emulated")

    /// Ours: nothing here can be changed.
    static func readOnly(_ method: String) -> Self {
        Self(405, "MethodNotAllowed", "The HTTP method '\(method)' is not supported at this scope.", check: "method")
    }

    static func subscriptionNotFound(_ id: String, because cause: String) -> Self {
        Self(404, "SubscriptionNotFound", "The subscription '\(id)' could not be found.", check: "subscription", because: cause)
    }

    // MARK: Of the token

    static let missingToken = Self(
        401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", check: "authorization")

    static let malformedHeader = Self(
        401, "AuthenticationFailedMissingToken",
        "Authentication failed. The 'Authorization' header is not present or provided in an invalid format.", check: "authorization",
        because: "the Authorization header is not Bearer and a token")

    static func invalidToken(_ check: String, because cause: String) -> Self {
        Self(401, "InvalidAuthenticationToken", "The access token is invalid.", check: check, because: cause)
    }

    static func expiredToken(_ expiry: UnixSeconds, now: UnixSeconds) -> Self {
        Self(
            401, "ExpiredAuthenticationToken",
            "The access token expiry UTC time '\(CivilTime(expiry).american)' is earlier than current UTC time '\(CivilTime(now).american)'.",
            check: "expiry")
    }

    static func wrongAudience(_ audience: String, allowed: [String]) -> Self {
        Self(
            401, "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource '\(audience)'. It should exactly match with one of the allowed audiences "
                + allowed.map { "'\($0)'" }.joined(separator: ",") + ".", check: "audience")
    }

    /// - Parameter authority: the URL of the token service, without the tenant.
    static func wrongTenant(issuer: String, wanted: String, authority: String) -> Self {
        Self(
            401, "InvalidAuthenticationTokenTenant",
            "The access token is from the wrong issuer '\(issuer)'. It must match the tenant '\(wanted)' associated with this subscription. "
                + "Please use the authority (URL) '\(authority)' to get the token. Note, if the subscription is transferred to another tenant "
                + "there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). "
                + "If you just transferred your subscription and see this error message, please try back later.", check: "tenant")
    }
}

extension CivilTime {
    /// `8/17/2017 10:54:41 PM`: dates in refusals (source: entra.md §6.7).
    var american: String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(month)/\(day)/\(year) \(hour % 12 == 0 ? 12 : hour % 12):\(two(minute)):\(two(second)) \(hour < 12 ? "AM" : "PM")"
    }
}

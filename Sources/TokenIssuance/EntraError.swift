public import Surroundings
public import WireFormats

/// A refusal by the token service, as typed data.
///
/// Codes, statuses and texts are those of entra.md §3.7.
public enum EntraError: Error, Hashable, Sendable {
    /// 500011: the tenant knows no such resource.
    case unknownResource(identifier: String, tenant: String)
    /// 500014: the resource's service principal is switched off.
    case disabledResource(identifier: String)
    /// 501051: the resource wants an app role, or the identity is limited to other audiences.
    case notAssigned(clientID: String, name: String, resourceID: String, resourceName: String)
    /// 90002: no such tenant; a discovery document answers `invalid_tenant` instead of `invalid_request`.
    case unknownTenant(String, onDiscovery: Bool)

    /// The AADSTS number.
    public var code: Int {
        switch self {
        case .unknownResource: 500_011
        case .disabledResource: 500_014
        case .notAssigned: 501_051
        case .unknownTenant: 90_002
        }
    }

    /// The OAuth `error`.
    public var error: String {
        switch self {
        case .unknownResource, .disabledResource: "invalid_resource"
        case .notAssigned: "invalid_grant"
        case .unknownTenant(_, let onDiscovery): onDiscovery ? "invalid_tenant" : "invalid_request"
        }
    }

    /// The HTTP status.
    public var status: Int { 400 }

    /// The text between the number and the tail.
    public var message: String {
        switch self {
        case .unknownResource(let identifier, let tenant):
            "The resource principal named \(identifier) was not found in the tenant named \(tenant). This can happen if the application has"
                + " not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent"
                + " your authentication request to the wrong tenant."
        case .disabledResource(let identifier):
            "The service principal for resource '\(identifier)' is disabled. This indicate that a subscription within the tenant has"
                + " lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued"
                + " for it."
        case .notAssigned(let clientID, let name, let resourceID, let resourceName):
            "Application '\(clientID)'(\(name)) is not assigned to a role for the application '\(resourceID)'(\(resourceName))."
        case .unknownTenant(let tenant, _):
            "Tenant '\(tenant)' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check"
                + " with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        }
    }

    /// The body of the answer, in Entra's member order (source: entra.md §4.1); the description stays on one line (design §9).
    ///
    /// - Parameter host: the host that answers, for `error_uri`.
    public func body(traceID: GUID, correlationID: String, at now: UnixSeconds, host: String) -> JSONValue {
        let timestamp = CivilTime(now).entraTimestamp
        return [
            "error": .string(error),
            "error_description": .string(
                "AADSTS\(code): \(message) Trace ID: \(traceID) Correlation ID: \(correlationID) Timestamp: \(timestamp)"),
            "error_codes": [.integer(code)],
            "timestamp": .string(timestamp),
            "trace_id": .string(traceID.description),
            "correlation_id": .string(correlationID),
            "error_uri": .string("https://\(host)/error?code=\(code)"),
        ]
    }
}

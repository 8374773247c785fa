import Decisions

/// A parameter by which some shipped client names a user-assigned identity (source: sdk-clients.md §2, §3.1).
enum SelectorName: String, CaseIterable, Hashable, Sendable {
    case clientID = "client_id"
    /// The spelling of 2017.
    case legacyClientID = "clientid"
    case objectID = "object_id"
    case principalID = "principal_id"
    /// What .NET sends to Service Fabric.
    case camelPrincipalID = "principalId"
    /// IMDS's spelling.
    case resourceID = "msi_res_id"
    /// App Service's spelling.
    case shortResourceID = "mi_res_id"
    /// What azure-identity's asynchronous Python client sends.
    case plainResourceID = "resource_id"

    /// What the value is.
    var meaning: IdentitySelector.Meaning {
        switch self {
        case .clientID, .legacyClientID: .clientID
        case .objectID, .principalID, .camelPrincipalID: .objectID
        case .resourceID, .shortResourceID, .plainResourceID: .resourceID
        }
    }
}

/// The identity a request names.
public struct IdentitySelector: Hashable, Sendable {
    /// What the identity is named by.
    public enum Meaning: Hashable, Sendable {
        case clientID
        case objectID
        case resourceID
    }

    /// What the value is.
    public let meaning: Meaning
    /// The parameter it came by.
    public let name: String
    /// The id.
    public let value: String

    /// The selector as the journal shows it.
    var journaled: Decision.Selector { Decision.Selector(name: name, value: value) }
}

import Decisions
import WireFormats

/// What a token request asks for: the resource, and by which name it means an identity.
struct TokenQuery {
    /// A way to name a user-assigned identity.
    ///
    /// Each is a parameter that some shipped client sends (source: sdk-clients.md §1.2).
    enum SelectorKind: String, CaseIterable {
        case clientID = "client_id"
        case objectID = "object_id"
        case resourceID = "msi_res_id"
        /// 2017-era spelling; a named deviation, as the three below are (design §9).
        case legacyClientID = "clientid"
        case principalID = "principal_id"
        case shortResourceID = "mi_res_id"
        /// What azure-identity's asynchronous Python client sends.
        case plainResourceID = "resource_id"

        /// Selectors of one meaning do not contradict one another.
        var meaning: Meaning {
            switch self {
            case .clientID, .legacyClientID: .clientID
            case .objectID, .principalID: .objectID
            case .resourceID, .shortResourceID, .plainResourceID: .resourceID
            }
        }
    }

    /// What a selector names the identity by.
    enum Meaning {
        case clientID
        case objectID
        case resourceID
    }

    let resource: String?
    let selectors: [(kind: SelectorKind, value: String)]
    let bypassesCache: Bool

    init(_ parameters: [Percent.Parameter]) {
        func value(_ name: String) -> String? { parameters.first { $0.name == name && !$0.value.isEmpty }?.value }
        resource = value("resource")
        selectors = SelectorKind.allCases.compactMap { kind in value(kind.rawValue).map { (kind, $0) } }
        bypassesCache = value("bypass_cache") == "true"
    }

    /// The selector as the journal shows it.
    var journalSelector: Decision.Selector? { selectors.first.map { Decision.Selector(name: $0.kind.rawValue, value: $0.value) } }
}

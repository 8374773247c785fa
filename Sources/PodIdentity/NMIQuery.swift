import Decisions
import IdentityModel

/// What a token request asks NMI for.
///
/// `api-version` and `object_id` are never read (source: nmi.md §1.3).
struct NMIQuery: Sendable {
    let resource: String
    /// Whether `object_id` was given; nothing but a note comes of it.
    let namesObjectID: Bool
    let clientID: String
    /// `msi_res_id`, or `mi_res_id` when that is absent or empty.
    let resourceID: String
    /// Which of the two names the resource id came by.
    let resourceIDName: String

    /// Whether the request leaves the choice to NMI.
    var namesNoIdentity: Bool { clientID.isEmpty && resourceID.isEmpty }

    /// Whether it asks for this identity, ids compared with their case; either id suffices.
    func names(_ identity: AzureIdentity) -> Bool {
        (!clientID.isEmpty && identity.clientID == clientID) || (!resourceID.isEmpty && identity.resourceID == resourceID)
    }

    /// The same in any case, as the wait of standard mode compares (source: nmi.md §1.8).
    func namesInAnyCase(_ identity: AzureIdentity) -> Bool {
        (!clientID.isEmpty && identity.clientID.lowercased() == clientID.lowercased())
            || (!resourceID.isEmpty && identity.resourceID.lowercased() == resourceID.lowercased())
    }

    /// How an identity that was not taken differs from the one asked for.
    func difference(from identity: AzureIdentity) -> String {
        let (name, wanted, has) =
            clientID.isEmpty ? ("resource id", resourceID, identity.resourceID) : ("client id", clientID, identity.clientID)
        return wanted.lowercased() == has.lowercased()
            ? "its \(name) \(has) differs from the one asked for in letter case only" : "its \(name) is \(has.isEmpty ? "empty" : has)"
    }

    /// The selector as the journal shows it.
    var journalSelector: Decision.Selector? {
        if !clientID.isEmpty { return Decision.Selector(name: "client_id", value: clientID) }
        return resourceID.isEmpty ? nil : Decision.Selector(name: resourceIDName, value: resourceID)
    }
}

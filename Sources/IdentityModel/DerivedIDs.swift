import WireFormats

/// Ids that a manifest leaves out, derived from names so that two runs on one manifest agree (design §2).
public enum DerivedIDs {
    /// The subscription everything lives in that names none.
    public static let subscription = GUID(derivedFrom: "subscription").description
    /// The resource group everything lives in that names none.
    public static let resourceGroup = "understudy"

    /// The ARM id of a user-assigned identity known only by name.
    public static func userAssignedIdentity(named name: String) -> String {
        "/subscriptions/\(subscription)/resourceGroups/\(resourceGroup)"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/\(name)"
    }

    /// The client id of a user-assigned identity known by its ARM id; ARM ids compare without case.
    public static func clientID(ofIdentity resourceID: String) -> String {
        GUID(derivedFrom: "managed-identity/\(resourceID.lowercased())/clientID").description
    }

    /// The object id of a user-assigned identity's service principal.
    public static func principalID(ofIdentity resourceID: String) -> String {
        GUID(derivedFrom: "managed-identity/\(resourceID.lowercased())/principalID").description
    }

    /// The `metadata.uid` of a Kubernetes object whose manifest has none.
    public static func uid(of key: ObjectKey) -> String { GUID(derivedFrom: "uid/\(key)").description }

    /// The path under which the issuer of a cluster stands that names none: AKS's `<tenant>/<cluster>` (source: workload-identity.md §7.4).
    public static func issuerID(ofCluster name: String) -> String { GUID(derivedFrom: "cluster/\(name)/issuer").description }

    /// The client id of a node's system-assigned identity.
    public static func clientID(ofNode name: String) -> String { GUID(derivedFrom: "node/\(name)/clientID").description }

    /// The object id of a node's system-assigned identity.
    public static func principalID(ofNode name: String) -> String { GUID(derivedFrom: "node/\(name)/principalID").description }
}

/// What a token is about: a managed identity or a service principal, resolved from whatever manifests describe it.
public final class Principal: Sendable {
    /// What kind of principal it is; decides claims and lifetimes (source: entra.md §2.4).
    public enum Category: Hashable, Sendable {
        case systemAssigned
        case userAssigned
        case servicePrincipal
    }

    /// The kind.
    public let category: Category
    /// The name people know it by.
    public let name: String
    /// The client id, a lower-case GUID unless an `AzureIdentity` says something that is none.
    public let clientID: String
    /// The object id of the service principal.
    public let objectID: String
    /// The ARM id of a managed identity: the VM's for a system-assigned one; nil for an application.
    public let resourceID: String?
    /// The only audiences it may get tokens for; nil for all.
    public let audiences: [String]?
    /// The key under which tokens about this principal are cached: two principals never share it, and it changes with any claim.
    public let cacheKey: String

    /// Gathers a principal.
    public init(
        category: Category, name: String, clientID: String, objectID: String, resourceID: String?, audiences: [String]? = nil
    ) {
        self.category = category
        self.name = name
        self.clientID = clientID
        self.objectID = objectID
        self.resourceID = resourceID
        self.audiences = audiences
        cacheKey = "\(objectID)|\(clientID)|\(resourceID ?? "")"
    }
}

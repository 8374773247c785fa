public import Surroundings

/// A token that a caller gets, with what answers repeat of it.
public struct SourceGrant: Sendable {
    /// The compact JWS.
    let token: SecretBytes
    /// `uti`: tells this token from others without showing it.
    let identifier: String
    let notBefore: UnixSeconds
    let expires: UnixSeconds
    let clientID: String
    let objectID: String
    /// The ARM id; nil for a service principal.
    let resourceID: String?
    /// The resource exactly as asked for.
    let resource: String

    /// A grant from its parts.
    public init(
        token: SecretBytes, identifier: String, notBefore: UnixSeconds, expires: UnixSeconds, clientID: String, objectID: String,
        resourceID: String?, resource: String
    ) {
        self.token = token
        self.identifier = identifier
        self.notBefore = notBefore
        self.expires = expires
        self.clientID = clientID
        self.objectID = objectID
        self.resourceID = resourceID
        self.resource = resource
    }
}

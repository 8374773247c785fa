import IdentityModel
import Surroundings
import WireFormats

/// The claims of an access token, in Entra's order: `aud iss iat nbf exp`, then by name (source: entra.md §2.1–2.4).
struct ClaimSet {
    let members: [JSONMember]

    /// `uti` of the token.
    let identifier: String

    /// The claims of a managed identity's token; the resource's token version decides which set (source: entra.md §2.3).
    static func managedIdentity(_ request: TokenRequest, issuedAt now: UnixSeconds, entropy: Entropy) -> ClaimSet {
        let v2 = request.resource.tokenVersion == 2
        let tenantID = request.tenant.tenantID
        let principal = request.principal
        let start = now - TokenLifetimes.backdating
        let identifier = tokenIdentifier(entropy)
        var named: [JSONMember] = [
            JSONMember("aio", .string(Base64.encode(entropy.bytes(42)))),
            JSONMember(v2 ? "azp" : "appid", .string(principal.clientID)),
            JSONMember(v2 ? "azpacr" : "appidacr", "2"),
            JSONMember("oid", .string(principal.objectID)),
            JSONMember("rh", .string(requestHint(tenantID: tenantID, resource: request.resource, entropy: entropy))),
            JSONMember("sub", .string(principal.objectID)),
            JSONMember("tid", .string(tenantID)),
            JSONMember("uti", .string(identifier)),
            JSONMember("ver", .string(v2 ? "2.0" : "1.0")),
        ]
        if !v2 {
            named.append(JSONMember("idp", .string(Issuer.v1(tenantID))))
            named.append(JSONMember("idtyp", "app"))
        }
        if !request.roles.isEmpty { named.append(JSONMember("roles", .strings(request.roles))) }
        if let machine = request.computeResourceID { named.append(JSONMember("xms_az_rid", .string(ResourceID.claimForm(machine)))) }
        if let identity = principal.resourceID { named.append(JSONMember("xms_mirid", .string(ResourceID.claimForm(identity)))) }
        named.append(JSONMember("xms_idrel", "7 30"))
        let head: [JSONMember] = [
            JSONMember("aud", .string(v2 ? request.resource.appID : request.requested)),
            JSONMember("iss", .string(v2 ? Issuer.v2(tenantID) : Issuer.v1(tenantID))),
            JSONMember("iat", .integer(start.rawValue)),
            JSONMember("nbf", .integer(start.rawValue)),
            JSONMember("exp", .integer((now + TokenLifetimes.managedIdentity).rawValue)),
        ]
        return ClaimSet(members: head + named.sorted { $0.name < $1.name }, identifier: identifier)
    }

    /// 22 characters: base64url of a GUID in little-endian order whose text form ends in `00` (source: entra.md §2.3).
    private static func tokenIdentifier(_ entropy: Entropy) -> String {
        var bytes = GUID(from: entropy).littleEndianBytes
        bytes[15] = 0
        return Base64.encodeURL(bytes)
    }

    /// `1.` + base64url of 3 flag bytes, tenant, resource, 5 trailing bytes + `.` (source: entra.md §2.3).
    private static func requestHint(tenantID: String, resource: ResourcePrincipal, entropy: Entropy) -> String {
        let tenant = GUID(tenantID)?.littleEndianBytes ?? []
        let resource = GUID(resource.appID)?.littleEndianBytes ?? []
        return "1." + Base64.encodeURL([0x01, 0x40, 0x00] + tenant + resource + entropy.bytes(5)) + "."
    }
}

/// Issuer URLs of a tenant (source: entra.md §2.3).
///
/// They name the emulated tenant, which no real service knows.
public enum Issuer {
    /// `https://sts.windows.net/<tenant>/`, with the trailing slash.
    public static func v1(_ tenantID: String) -> String { "https://sts.windows.net/\(tenantID)/" }

    /// `https://login.microsoftonline.com/<tenant>/v2.0`, without one.
    public static func v2(_ tenantID: String) -> String { "https://login.microsoftonline.com/\(tenantID)/v2.0" }
}

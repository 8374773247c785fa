import IdentityModel
import Surroundings
import WireFormats

/// The claims of an access token, in Entra's order: `aud iss iat nbf exp`, then by name (source: entra.md §2.1–2.4).
struct ClaimSet {
    let members: [JSONMember]

    /// `uti` of the token.
    let identifier: String

    /// The claims of a token; the resource's token version decides which set, the principal and its proof which members.
    init(_ request: TokenRequest, issuedAt now: UnixSeconds, lifetime: Int64, entropy: Entropy) {
        let v2 = request.resource.tokenVersion == 2
        let issuer = v2 ? Issuer.v2(request.tenant) : Issuer.v1(request.tenant)
        let start = now - TokenLifetimes.backdating
        identifier = Self.tokenIdentifier(entropy)
        let named =
            Self.common(request, v2: v2, identifier: identifier, entropy: entropy) + Self.optional(request, v2: v2, entropy: entropy)
        members =
            [
                JSONMember("aud", .string(v2 ? request.resource.appID : request.requested)),
                JSONMember("iss", .string(issuer)),
                JSONMember("iat", .integer(start.rawValue)),
                JSONMember("nbf", .integer(start.rawValue)),
                JSONMember("exp", .integer((now + lifetime).rawValue)),
            ] + named.sorted { $0.name < $1.name }
    }

    /// What every app-only token says.
    private static func common(_ request: TokenRequest, v2: Bool, identifier: String, entropy: Entropy) -> [JSONMember] {
        let principal = request.principal
        return [
            JSONMember("aio", .string(Base64.encode(entropy.bytes(42)))),
            JSONMember(v2 ? "azp" : "appid", .string(principal.clientID)),
            // Only a secret is told apart: certificate, federation and the machine's own key are all "2".
            JSONMember(v2 ? "azpacr" : "appidacr", request.proof == .secret ? "1" : "2"),
            JSONMember("oid", .string(principal.objectID)),
            JSONMember("rh", .string(requestHint(tenantID: request.tenant.tenantID, resource: request.resource, entropy: entropy))),
            JSONMember("sub", .string(principal.objectID)),
            JSONMember("tid", .string(request.tenant.tenantID)),
            JSONMember("uti", .string(identifier)),
            JSONMember("ver", .string(v2 ? "2.0" : "1.0")),
        ]
    }

    /// What depends on the version, the resource, the principal or its proof.
    private static func optional(_ request: TokenRequest, v2: Bool, entropy: Entropy) -> [JSONMember] {
        let isExchange = WellKnownResources.isTokenExchange(request.resource)
        var named: [JSONMember] = []
        if !v2 { named.append(JSONMember("idp", .string(Issuer.v1(request.tenant)))) }
        // A default custom v2 API does not get it (source: entra.md §2.3).
        if !v2 || isExchange { named.append(JSONMember("idtyp", "app")) }
        if !request.roles.isEmpty { named.append(JSONMember("roles", .strings(request.roles))) }
        if WellKnownResources.isGraph(request.resource) {
            named.append(JSONMember("app_displayname", .string(request.principal.name)))
            named.append(JSONMember("tenant_region_scope", "WW"))
            named.append(JSONMember("wids", ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"]))
        }
        if request.isContinuouslyEvaluated { named.append(JSONMember("xms_cc", ["CP1"])) }
        if let machine = request.computeResourceID { named.append(JSONMember("xms_az_rid", .string(ResourceID.claimForm(machine)))) }
        if let identity = request.principal.resourceID { named.append(JSONMember("xms_mirid", .string(ResourceID.claimForm(identity)))) }
        if request.proof == .federated || isExchange {
            named.append(JSONMember("xms_ficinfo", .string(FederationMark.value(isOutcome: request.proof == .federated))))
        }
        if v2 && request.proof != .machine {
            named.append(JSONMember("xms_ftd", .string(Base64.encodeURL(entropy.bytes(32) + [0x01] + Array("understudy-dsms".utf8)))))
        } else {
            named.append(JSONMember("xms_idrel", "7 30"))
        }
        return named
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

/// `xms_ficinfo`: four small fields in protocol-buffer form, of which the second tells whether a federated credential led to the token.
///
/// The captured value is that of such a token; the other is ours (source: entra.md §2.3, which calls it opaque).
public enum FederationMark {
    static func value(isOutcome: Bool) -> String { Base64.encodeURL([0x08, 0, 0x10, isOutcome ? 1 : 0, 0x18, 0, 0x20, 0]) }

    /// Whether a token's `xms_ficinfo` says that a federated credential led to it.
    public static func isOutcome(_ claim: String?) -> Bool { claim == value(isOutcome: true) }
}

/// The tenant's place at the authority, as the original makes it of its settings.
struct AuthorityAddress: Equatable, Sendable {
    /// `host` or `host:port`, in small letters.
    let host: String
    /// The first segment of the path.
    let tenant: String

    private static let publicCloud = "https://login.microsoftonline.com/"

    /// The place that the settings name, all checks in the original's order.
    init(_ settings: SidecarSettings) throws(CredentialFailure) {
        if settings.release.sidecar.words == .azidentity {
            // Bare MSAL looks at neither: an unset file is one that cannot be opened.
            guard settings.tokenFile != nil else { throw .tokenFileUnset }
            guard Self.isTenant(settings.tenantID) else { throw .tenantInvalid }
        }
        let base = settings.authorityHost.isEmpty ? Self.publicCloud : settings.authorityHost
        let joined = (base.hasSuffix("/") ? base + settings.tenantID : "\(base)/\(settings.tenantID)").lowercased()
        guard joined.hasPrefix("https://") else { throw .authorityNotHTTPS }
        // Only the first segment counts: a path in AZURE_AUTHORITY_HOST takes the tenant's place.
        let parts = joined.dropFirst("https://".count).split(separator: "/", omittingEmptySubsequences: false)
        host = String(parts[0])
        tenant = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Where its endpoints are told; the bare question mark is sent, and named in errors.
    var discoveryURL: String { "https://\(host)/\(tenant)/v2.0/.well-known/openid-configuration?" }

    private static func isTenant(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

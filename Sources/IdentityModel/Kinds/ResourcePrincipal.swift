import ManifestReading
import WireFormats

/// A resource for which tokens are issued: an API's service principal (source: entra.md §2.6, §2.7).
public final class ResourcePrincipal: Sendable {
    /// Name in the manifest, or the product's name for a well-known resource.
    public let name: String
    /// Application id, a lower-case GUID: `aud` of v2 tokens.
    public let appID: String
    /// App ID URIs it answers to, besides its GUID and `api://<GUID>`; a trailing slash may be missing or extra.
    public let identifierURIs: [String]
    /// Host suffixes (`.vault.azure.net`) whose `https` URLs it also answers to; only well-known resources have them.
    public let hostSuffixes: [String]
    /// 1 or 2: the version of the tokens it accepts, which decides their claims and `aud`.
    public let tokenVersion: Int
    /// Values of its app roles.
    public let appRoles: [String]
    /// Whether a principal without an app role is refused.
    public let assignmentRequired: Bool
    /// Whether its service principal is switched off.
    public let disabled: Bool

    init(wellKnown name: String, appID: String, identifierURIs: [String], hostSuffixes: [String] = [], tokenVersion: Int = 1) {
        self.name = name
        self.appID = appID
        self.identifierURIs = identifierURIs
        self.hostSuffixes = hostSuffixes
        self.tokenVersion = tokenVersion
        appRoles = []
        assignmentRequired = false
        disabled = false
    }

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        appID = spec.guid("appID") ?? GUID(derivedFrom: "resource/\(metadata.name)/appID").description
        identifierURIs = spec.strings("identifierURIs") ?? []
        hostSuffixes = []
        tokenVersion = spec.integer("tokenVersion", in: 1...2) ?? 1
        appRoles = (spec.nestedList("appRoles", Self.readRole) ?? []).compactMap { $0 }
        assignmentRequired = spec.bool("assignmentRequired") ?? false
        disabled = spec.bool("disabled") ?? false
    }

    private static func readRole(_ reader: inout FieldReader) -> String? {
        _ = reader.string("id")
        _ = reader.string("displayName")
        guard let value = reader.string("value") else {
            reader.missing("value", allowed: "the role as it stands in a token's roles")
            return nil
        }
        return value
    }
}

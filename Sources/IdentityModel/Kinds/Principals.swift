public import Surroundings
import ManifestReading
import WireFormats

/// A `Tenant` of ours: an Entra directory.
public struct Tenant: Hashable, Sendable {
    /// The manifest's name for it.
    public let name: String
    /// The tenant id, a lower-case GUID.
    public let tenantID: String
    /// Verified domains; the first is the default.
    public let domains: [String]
    /// The cloud it lives in.
    public let cloud: Cloud

    /// The tenant that exists when no manifest declares one.
    public static let derived = Tenant(named: "understudy")

    private init(named name: String) {
        self.name = name
        tenantID = GUID(derivedFrom: "tenant/\(name)").description
        domains = ["\(name).onmicrosoft.com"]
        cloud = .public
    }

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        tenantID = spec.guid("tenantID") ?? GUID(derivedFrom: "tenant/\(metadata.name)").description
        domains = spec.strings("domains") ?? ["\(metadata.name).onmicrosoft.com"]
        cloud = spec.choice("cloud", Cloud.self) ?? .public
    }
}

/// An Azure cloud (source: entra.md §1.1).
public enum Cloud: String, CaseIterable, Hashable, Sendable {
    case `public` = "AzurePublicCloud"
    case usGovernment = "AzureUSGovernmentCloud"
    case china = "AzureChinaCloud"
    /// Closed in 2021; its names are still in clients.
    case germany = "AzureGermanCloud"
}

/// A `ManagedIdentity` of ours: a user-assigned identity with what `AzureIdentity` cannot say.
public struct ManagedIdentity: Sendable {
    /// The manifest's name for it.
    public let name: String
    /// Its ARM id, as written or derived from the name.
    public let resourceID: String
    /// Its client id; nil to take the `AzureIdentity`'s, or derive it.
    public let clientID: String?
    /// The object id of its service principal; nil to derive it.
    public let principalID: String?
    /// The only audiences it may get tokens for; nil for all.
    public let audiences: [String]?

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        resourceID =
            spec.string("resourceID", allowed: ResourceID.userAssignedForm, where: ResourceID.looksUserAssigned)
            ?? DerivedIDs.userAssignedIdentity(named: metadata.name)
        clientID = spec.guid("clientID")
        principalID = spec.guid("principalID")
        audiences = spec.strings("audiences")
    }
}

/// Which principal another object speaks of.
public struct PrincipalReference: Hashable, Sendable {
    /// The kinds that can be meant.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case application = "Application"
        case managedIdentity = "ManagedIdentity"
        case node = "Node"
    }

    /// Its kind; `Node` means that node's system-assigned identity.
    public let kind: Kind
    /// Its name.
    public let name: String

    /// Names a principal.
    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    static func read(_ field: String, from spec: inout FieldReader) -> PrincipalReference? {
        let found = spec.nested(field) { reader -> PrincipalReference? in
            let kind = reader.choice("kind", Kind.self)
            let name = reader.string("name")
            if !reader.has("kind") { reader.missing("kind", allowed: Kind.allCases.map(\.rawValue).joined(separator: ", ")) }
            if !reader.has("name") { reader.missing("name", allowed: "the name of the principal") }
            guard let kind, let name else { return nil }
            return PrincipalReference(kind: kind, name: name)
        }
        if !spec.has(field) { spec.missing(field, allowed: "{kind, name}") }
        return found ?? nil
    }
}

/// An `Application` of ours: an app registration with its service principal.
public struct Application: Sendable {
    /// One client secret: where its value comes from and until when it counts.
    public struct ClientSecret: Sendable {
        /// Where the value is found; never rendered.
        public enum Source: Sendable {
            case inline(SecretBytes)
            case environment(String)
            case file(String)
        }
        /// Where the value is found.
        public let source: Source
        /// When the secret stops counting; nil for never.
        public let expires: UnixSeconds?
    }

    /// The manifest's name, which is also the display name.
    public let name: String
    /// The tenant's name; nil for the only one.
    public let tenant: String?
    /// The application (client) id.
    public let clientID: String
    /// The object id of the service principal.
    public let objectID: String
    /// Whether sign-in is switched off.
    public let disabled: Bool
    /// Whether the tenant has a service principal for it; without one it is registered and cannot sign in.
    public let hasServicePrincipal: Bool
    /// Whether it is a public client, which may present no credential.
    public let isPublicClient: Bool
    /// Client secrets.
    public let secrets: [ClientSecret]
    /// Paths of PEM files with certificates that may sign its assertions.
    public let certificateFiles: [String]

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        tenant = spec.string("tenant")
        clientID = spec.guid("clientID") ?? GUID(derivedFrom: "application/\(metadata.name)/clientID").description
        objectID = spec.guid("objectID") ?? GUID(derivedFrom: "application/\(metadata.name)/objectID").description
        disabled = spec.bool("disabled") ?? false
        hasServicePrincipal = spec.bool("servicePrincipal") ?? true
        isPublicClient = spec.bool("publicClient") ?? false
        secrets = (spec.nestedList("secrets", Self.readSecret) ?? []).compactMap { $0 }
        certificateFiles = (spec.nestedList("certificates") { $0.string("file") } ?? []).compactMap { $0 }
    }

    private static func readSecret(_ reader: inout FieldReader) -> ClientSecret? {
        var expires: UnixSeconds?
        if let text = reader.string("expires") {
            expires = UnixSeconds(rfc3339: text)
            if expires == nil { reader.complain("expires", found: "\"\(text)\"", allowed: "a time such as 2027-01-01T00:00:00Z") }
        }
        if let value = reader.secret("value") { return ClientSecret(source: .inline(SecretBytes(Array(value.utf8))), expires: expires) }
        let source = reader.nested("valueFrom") { from -> ClientSecret.Source? in
            if let name = from.string("env") { return .environment(name) }
            if let path = from.string("file") { return .file(path) }
            from.missing("env", allowed: "env: NAME or file: PATH")
            return nil
        }
        guard let source = source ?? nil else {
            reader.missing("valueFrom", allowed: "value, or valueFrom: {env: NAME} or {file: PATH}")
            return nil
        }
        return ClientSecret(source: source, expires: expires)
    }
}

/// A `FederatedIdentityCredential` of ours: whose tokens stand for a principal.
public struct FederatedIdentityCredential: Sendable {
    /// The credential's name.
    public let name: String
    /// The principal it belongs to; nil only in a refused manifest.
    public let identity: PrincipalReference?
    /// The issuer, compared whole and with its case.
    public let issuer: String
    /// The subject, compared whole and with its case.
    public let subject: String
    /// Audiences accepted; Entra allows exactly one.
    public let audiences: [String]

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        identity = PrincipalReference.read("identity", from: &spec)
        issuer = spec.string("issuer") ?? ""
        subject = spec.string("subject") ?? ""
        audiences = spec.strings("audiences") ?? ["api://AzureADTokenExchange"]
        if issuer.isEmpty { spec.missing("issuer", allowed: "the issuer URL exactly as tokens carry it") }
        if subject.isEmpty { spec.missing("subject", allowed: "system:serviceaccount:<namespace>:<name>, or another subject") }
        if audiences.count != 1 { spec.complain("audiences", found: "\(audiences.count) audiences", allowed: "exactly one audience") }
    }
}

/// A `RoleAssignment` of ours: an app role of a resource, or an Azure role at a scope.
public struct RoleAssignment: Sendable {
    /// The assignment's name.
    public let name: String
    /// Who has the role; nil only in a refused manifest.
    public let principal: PrincipalReference?
    /// The `ResourcePrincipal` whose app role it is; nil for an Azure role.
    public let resource: String?
    /// The role's value or name.
    public let role: String
    /// The scope of an Azure role; nil for an app role.
    public let scope: String?

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        principal = PrincipalReference.read("principal", from: &spec)
        resource = spec.string("resource")
        role = spec.string("role") ?? ""
        scope = spec.string("scope")
        if role.isEmpty { spec.missing("role", allowed: "the value of an app role, or the name of an Azure role") }
        if (resource == nil) == (scope == nil) {
            spec.missing("resource", allowed: "resource (an app role) or scope (an Azure role), one of the two")
        }
    }
}

/// A `Cluster` of ours: the issuer of service-account tokens.
public struct Cluster: Sendable {
    /// The cluster's name.
    public let name: String
    /// The issuer URL exactly as tokens carry it; nil for one of ours.
    public let issuer: String?
    /// Whether we are the cluster: its tokens are signed here and its documents stand on the authority listener, under whatever name.
    ///
    /// Without `issuer` always; with one only when `emulated` says so, for else the issuer is somebody else's.
    public let isEmulated: Bool
    /// Whether the API server lengthens its own pods' tokens to a year (`extendsTokens`); AKS stopped with 1.30.
    public let extendsTokens: Bool
    /// Path of a PEM file trusted when fetching the issuer's documents.
    public let trustedIssuerCA: String?

    init(metadata: ObjectMetadata, spec: inout FieldReader) {
        name = metadata.name
        let issuer = spec.string("issuer", allowed: "an https URL without query and fragment", where: Self.isIssuer)
        self.issuer = issuer
        trustedIssuerCA = spec.string("trustedIssuerCA")
        isEmulated = spec.bool("emulated") ?? (issuer == nil)
        extendsTokens = spec.bool("extendsTokens") ?? false
        if issuer == nil, !isEmulated { spec.complain("emulated", found: "false", allowed: "true, or the issuer whose cluster it is") }
        if isEmulated, trustedIssuerCA != nil {
            spec.complain(
                "trustedIssuerCA", found: "a file for an issuer of ours",
                allowed: "no file, or an issuer that is not emulated: its documents are fetched")
        }
    }
}

extension Cluster {
    /// The cluster that exists when no manifest declares one.
    public static let derived = Cluster()

    private init() {
        name = "understudy"
        issuer = nil
        trustedIssuerCA = nil
        isEmulated = true
        extendsTokens = false
    }

    /// What an API server takes for `--service-account-issuer` (source: workload-identity.md §7.4).
    private static func isIssuer(_ text: String) -> Bool {
        text.hasPrefix("https://") && text.utf8.count > 8 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3f && $0 != 0x23 }
    }
}

extension FieldReader {
    /// A GUID in any case, answered in lower case as Azure shows it.
    mutating func guid(_ name: String) -> String? {
        string(name, allowed: "a GUID such as 1f943876-80c5-4fc2-9a77-9011b0096c78", where: { GUID($0) != nil })?.lowercased()
    }
}

import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import TokenIssuance
import WireFormats

/// The authority's documents: which one, for which tenant, for which host.
struct AuthorityDocuments: Sendable {
    /// A document a tenant publishes.
    enum Kind: Sendable {
        case discoveryV1
        case discoveryV2
        case keysV1
        case keysV2
    }

    let store: IdentityStore
    let keys: SigningKeys
    let journal: DecisionJournal
    let wire: AuthorityWire
    let ownHost: @Sendable () -> String

    func answer(_ kind: Kind, _ request: HTTPRequest, tenant segment: String?) -> HTTPAnswer {
        let snapshot = store.current
        guard let directory = Directory(segment ?? "", in: snapshot) else {
            let error = EntraError.unknownTenant(segment ?? "", onDiscovery: true)
            let decision = Decision(
                face: .authority, plane: snapshot.plane, outcome: .refused,
                reason: "No tenant has the id or domain \(segment ?? ""); there is \(Self.list(snapshot.tenants)).")
            return .now(journal.conclude(wire.error(error, request: request, host: host(of: request)), decision, for: request))
        }
        let document =
            switch kind {
            case .discoveryV1: DiscoveryDocument(directory: directory, host: host(of: request)).v1
            case .discoveryV2: DiscoveryDocument(directory: directory, host: host(of: request)).v2
            case .keysV1: KeySet(keys: keys.published, directory: directory).v1
            case .keysV2: KeySet(keys: keys.published, directory: directory).v2
            }
        let decision = Decision(
            face: .authority, plane: snapshot.plane, outcome: .answered, reason: "A document of \(directory.described) was served.")
        return .now(journal.conclude(wire.document(document), decision, for: request))
    }

    func unknownPath(_ request: HTTPRequest) -> HTTPAnswer {
        let decision = Decision(
            face: .authority, plane: store.current.plane, outcome: .rejected,
            reason: "The authority has no such path, or it is not emulated yet.")
        return .now(journal.conclude(wire.notFound, decision, for: request))
    }

    /// The host a client reached us by, so that every URL in a document leads back here.
    private func host(of request: HTTPRequest) -> String {
        guard let host = request.header("Host"), !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return ownHost() }
        return host.lowercased()
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    private static func list(_ tenants: [Tenant]) -> String {
        tenants.prefix(5).map { "\($0.name) (\($0.tenantID))" }.joined(separator: ", ")
    }
}

/// What a path's first segment means: one tenant, or one of the names that stand for any (source: entra.md §1.1, §1.2).
enum Directory: Sendable {
    case tenant(Tenant)
    /// `common` or `organizations`: documents keep the literal `{tenantid}`.
    case any(String)

    init?(_ segment: String, in snapshot: IdentitySnapshot) {
        let lower = segment.lowercased()
        if lower == "common" || lower == "organizations" {
            self = .any(lower)
        } else if let tenant = snapshot.tenant(named: segment) {
            self = .tenant(tenant)
        } else {
            return nil
        }
    }

    /// The segment documents use in their URLs: the GUID, even when a domain was asked for.
    var pathSegment: String {
        switch self {
        case .tenant(let tenant): tenant.tenantID
        case .any(let name): name
        }
    }

    /// What stands for the tenant in issuers.
    var issuerTenant: String {
        switch self {
        case .tenant(let tenant): tenant.tenantID
        case .any: "{tenantid}"
        }
    }

    var described: String {
        switch self {
        case .tenant(let tenant): "the tenant \(tenant.name)"
        case .any(let name): name
        }
    }
}

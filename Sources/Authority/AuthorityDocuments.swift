import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import TokenIssuance
import WireFormats

/// The authority's documents: which one, for which tenant, for which host.
struct AuthorityDocuments: Sendable {
    /// A document a tenant publishes.
    enum Kind: Hashable, Sendable {
        case discoveryV1
        case discoveryV2
        case keysV1
        case keysV2

        /// Whether it changes with the keys.
        var hasKeys: Bool { self == .keysV1 || self == .keysV2 }
    }

    let store: IdentityStore
    let keys: SigningKeys
    let journal: DecisionJournal
    let wire: AuthorityWire
    let hosts: AuthorityHosts
    private let rendered = RenderedDocuments()

    init(store: IdentityStore, keys: SigningKeys, journal: DecisionJournal, wire: AuthorityWire, hosts: AuthorityHosts) {
        self.store = store
        self.keys = keys
        self.journal = journal
        self.wire = wire
        self.hosts = hosts
    }

    func answer(_ kind: Kind, _ request: HTTPRequest, tenant segment: String?) -> HTTPAnswer {
        let snapshot = store.current
        let host = hosts.host(of: request)
        guard let directory = Directory(segment ?? "", in: snapshot) else {
            let error = EntraError.unknownTenant(segment ?? "", onDiscovery: true)
            let asked = (segment ?? "").shortened
            var decision = Decision(
                face: .authority, plane: snapshot.plane, outcome: .refused,
                reason: "No tenant has the id or domain \(asked); there is \(Self.list(snapshot.tenants)).")
            decision.check = error.row.check.rawValue
            let response = wire.error(error, Correlation(request, entropy: wire.entropy), host: host)
            return .now(journal.conclude(response, decision, for: request))
        }
        let body = document(kind, directory, host: host)
        let decision = Decision(
            face: .authority, plane: snapshot.plane, outcome: .answered, reason: "A document of \(directory.described) was served.")
        return .now(journal.conclude(wire.document(body), decision, for: request))
    }

    private func document(_ kind: Kind, _ directory: Directory, host: String) -> [UInt8] {
        let published = kind.hasKeys ? keys.published(at: wire.clock.now) : []
        let key = RenderedDocuments.Key(
            kind: kind, directory: directory.pathSegment, cloud: directory.cloud, host: host, keyIDs: published.map(\.keyID))
        return rendered.bytes(key) {
            let cloud = directory.cloud ?? AuthorityHosts.cloud(of: host)
            let document =
                switch kind {
                case .discoveryV1: DiscoveryDocument(directory: directory, cloud: cloud, host: host).v1
                case .discoveryV2: DiscoveryDocument(directory: directory, cloud: cloud, host: host).v2
                case .keysV1: KeySet(keys: published, directory: directory, cloud: cloud).v1
                case .keysV2: KeySet(keys: published, directory: directory, cloud: cloud).v2
                }
            return document.bytes()
        }
    }

    /// Instance discovery, which is the same for every tenant.
    func instance(_ request: HTTPRequest) -> HTTPAnswer {
        let snapshot = store.current
        do throws(EntraError) {
            let document = try InstanceDiscovery(hosts: hosts).document(query: request.rawQuery ?? "")
            let decision = Decision(
                face: .authority, plane: snapshot.plane, outcome: .answered, reason: "The authority was told to be one.")
            return .now(journal.conclude(wire.document(document.bytes()), decision, for: request))
        } catch {
            let (code, cause) = (error.code, error.cause?.shortened ?? error.row.when)
            var decision = Decision(
                face: .authority, plane: snapshot.plane, outcome: .rejected,
                reason: "AADSTS\(code) at the check of the instance: \(cause).")
            decision.check = error.row.check.rawValue
            let response = wire.error(error, Correlation(request, entropy: wire.entropy), host: hosts.host(of: request))
            return .now(journal.conclude(response, decision, for: request))
        }
    }

    func unknownPath(_ request: HTTPRequest) -> HTTPAnswer {
        let decision = Decision(
            face: .authority, plane: store.current.plane, outcome: .rejected,
            reason: "The authority has no such path, or it is not emulated yet.")
        return .now(journal.conclude(wire.notFound, decision, for: request))
    }

    private static func list(_ tenants: [Tenant]) -> String {
        tenants.prefix(5).map { "\($0.name) (\($0.tenantID))" }.joined(separator: ", ")
    }
}

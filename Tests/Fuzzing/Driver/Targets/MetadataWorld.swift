import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import MetadataService
import Surroundings
import Synchronization
import TokenIssuance

/// What does not change from run to run, so that an input does the same thing each time.
enum FuzzWorld {
    /// 2026-02-10T09:21:33Z.
    static let clock = WallClock.frozen(at: UnixSeconds(1_770_715_293))
    static let peer = PeerAddress(host: .ipv4(0x0a00_0004), port: 40_000)

    /// Numbers that look random and are the same in each run.
    static func entropy() -> Entropy {
        let state = Atomic<UInt64>(1)
        let box = Box(state)
        return Entropy { box.next() }
    }

    private final class Box: Sendable {
        private let state: Atomic<UInt64>
        init(_ state: consuming Atomic<UInt64>) { self.state = state }
        func next() -> UInt64 { state.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15 }
    }
}

/// The nodes whose metadata services are fuzzed.
enum MetadataWorld {
    static func store(_ manifest: String) throws -> IdentityStore {
        let store = IdentityStore()
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
        return store
    }

    static func service(_ manifest: String) throws -> MetadataService {
        let entropy = FuzzWorld.entropy()
        let key = try TokenSigningKey.generate(commonName: "fuzz", now: FuzzWorld.clock.now, entropy: entropy)
        let issuer = TokenIssuer(keys: SigningKeys(signing: key), clock: FuzzWorld.clock, entropy: entropy)
        return MetadataService(
            store: try store(manifest), issuer: issuer, journal: DecisionJournal(capacity: 32, clock: FuzzWorld.clock),
            clock: FuzzWorld.clock, entropy: entropy)
    }

    /// A node without an identity.
    static let bare = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: bare}
        spec: {systemAssigned: false}
        """

    /// A node that has everything that a manifest can give it, with text that wants escaping.
    static let rich = #"""
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: rich}
        spec:
          shape: vmss-uniform
          tokenBinding: true
          systemAssigned: true
          userAssigned: [reader, writer]
          compute: {location: westeurope, vmSize: Standard_D2ds_v5, zone: "2"}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ManagedIdentity
        metadata: {name: reader}
        spec: {clientID: 11111111-aaaa-4000-8000-000000000001, principalID: 11111111-aaaa-4000-8000-000000000002}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ManagedIdentity
        metadata: {name: writer}
        spec: {audiences: ["https://vault.azure.net"]}
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: ResourcePrincipal
        metadata: {name: orders}
        spec: {appID: 11111111-aaaa-4000-8000-000000000003, identifierURIs: [api://orders], tokenVersion: 2}
        """#
}

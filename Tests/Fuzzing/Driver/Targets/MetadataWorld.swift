import Cryptography
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import Surroundings
import Synchronization
import TokenIssuance
import WireFormats

/// What does not change from run to run, so that an input does the same thing each time.
enum FuzzWorld {
    /// 2026-02-10T09:21:33Z.
    static let clock = WallClock.frozen(at: UnixSeconds(1_770_715_293))
    static let peer = PeerAddress(host: .ipv4(0x0a00_0004), port: 40_000)

    /// Numbers that look random and are the same in each run.
    static func entropy() -> Entropy {
        let counter = Counter()
        return Entropy { counter.next() &* 0x9E37_79B9_7F4A_7C15 }
    }

    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(0)
        func next() -> UInt64 { value.add(1, ordering: .relaxed).newValue }
    }
}

/// A node whose metadata service is fuzzed.
struct MetadataWorld {
    let store: IdentityStore
    private let keys: Keys

    /// What signs; making it takes long.
    struct Keys {
        let issuer: TokenIssuer
        let platform: PlatformKeys

        init() throws {
            let clock = FuzzWorld.clock
            let entropy = FuzzWorld.entropy()
            let key = try TokenSigningKey.generate(commonName: "fuzz", now: clock.now, entropy: entropy)
            issuer = TokenIssuer(keys: SigningKeys(signing: key), clock: clock, entropy: entropy)
            platform = PlatformKeys(
                root: try CertificateAuthority.create(commonName: "fuzz", now: clock.now, entropy: entropy), directory: nil, clock: clock,
                entropy: entropy)
        }
    }

    init(_ manifest: String, capture: String? = nil) throws {
        let document = try capture.map { try InstanceDocument(capture: try JSONValue(parsing: Array($0.utf8))) }
        store = IdentityStore(capture: document)
        keys = try Keys()
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
        try keys.platform.make(for: store.current)
    }

    init(store: IdentityStore, keys: Keys) {
        self.store = store
        self.keys = keys
    }

    /// A service in its first state: what an input does must not depend on those before it.
    func service() -> MetadataService {
        let entropy = FuzzWorld.entropy()
        let events = ScheduledEvents(timing: .instant, clock: FuzzWorld.clock, entropy: entropy)
        events.follow(store.current)
        return MetadataService(
            store: store, issuer: keys.issuer, journal: DecisionJournal(capacity: 32, clock: FuzzWorld.clock), events: events,
            platform: keys.platform, authorityURL: { "https://authority.test" }, clock: FuzzWorld.clock, entropy: entropy)
    }

    /// A node without an identity.
    static let bare = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: bare}
        spec: {systemAssigned: false}
        """

    /// A document that was taken from a machine, with a member that nobody knows; the manifest beside it says more than it has.
    static let capture =
        #"{"compute":{"name":"c","vmId":"x","tagsList":[{"name":"a","value":"b"}],"odd":{"er":["1",[]]}},"network":{"interface":[{}]}}"#
    static let captured = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: captured}
        spec:
          network:
            publicIpSku: Standard
            interface: [{ipv4: {ipAddress: [{publicIpAddress: 20.1.2.3}]}}, {ipv4: {ipAddress: [{publicIpAddress: 20.1.2.4}]}}]
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
          scaleSet: {name: web, instance: 3}
          tags: {env: prod, "started:at": "2026-02-10T09:21:33Z;x", "\"quoted\\": "größe\u0001"}
          userData: "#cloud-config\n# größe\n"
          tenant: contoso
          compute:
            location: SwedenCentral
            vmId: 11111111-aaaa-4000-8000-000000000004
            zone: "2"
            publicKeys: [{path: /home/a/.ssh/authorized_keys, keyData: "ssh-rsa AAAA\r\nBBBB\n"}]
            osProfile: {adminUsername: "o'brien", computerName: web000003}
            plan: {name: p, product: "<b>", publisher: "p\u2028"}
            storageProfile: {dataDisks: [{lun: 0}, {lun: 1, diskSizeGB: 4096}]}
          network:
            interface:
              - macAddress: 6045BDFE2D67
                ipv4:
                  ipAddress: [{privateIpAddress: 10.1.2.4, publicIpAddress: 20.1.2.3}, {privateIpAddress: 10.1.2.5}]
                  subnet: [{address: 10.1.2.0, prefix: "25"}]
                ipv6: {ipAddress: [{privateIpAddress: "ace:cab:deca::deed"}]}
              - macAddress: 000D3AF806EC
          scheduledEvents:
            - {id: 11111111-aaaa-4000-8000-000000000009, type: Freeze, description: "größe \"x\""}
            - {type: Reboot, resources: [web_3, web_4], state: started}
            - {type: Terminate, after: 60}
          loadBalancer:
            publicIpAddresses: [{frontendIpAddress: 20.1.2.3, privateIpAddress: 10.1.2.4}]
            inboundRules:
              - {frontendIpAddress: "2603::1", privateIpAddress: "ace:cab:deca::deed", protocol: tcp, frontendPort: 443, backendPort: 8443}
            outboundRules: [{frontendIpAddress: 20.1.2.3, privateIpAddress: 10.1.2.4}]
        ---
        apiVersion: understudy.internal/v1alpha1
        kind: Tenant
        metadata: {name: contoso}
        spec: {tenantID: 11111111-aaaa-4000-8000-000000000005, domains: [contoso.onmicrosoft.com]}
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

import Decisions
import HTTPServing
import IdentityStore
import MetadataService
import PodIdentity
import Surroundings
import WireFormats

/// NMI in front of the metadata service, read as Go reads.
///
/// What must hold: a well-formed head, JSON that parses, a token only in a 200. NMI itself answers 500 to some callers, so a 5xx is no
/// finding here.
struct NMITarget: FuzzTarget {
    static let name = "nmi"
    static let longestInput = 4_096

    let vocabulary: [String]
    let seeds: [Seed]
    private let mutation: RequestMutation
    private let exchange = HTTPExchange(style: .go, clock: FuzzWorld.clock)
    private let world: MetadataWorld

    private struct Upstream: LocalMetadataUpstream {
        let metadata: MetadataService
        func answer(_ request: HTTPRequest, in snapshot: IdentitySnapshot?) -> HTTPAnswer {
            metadata.respondUnrecorded(to: request, in: snapshot)
        }
    }

    init() throws {
        world = try MetadataWorld(Self.manifest)
        let metadata = world.service()
        let words = MetadataVocabulary(askedOf: metadata)
        vocabulary =
            words.all + ["/host/token/", "podname: app\r\n", "podns: default\r\n", "/MetaData", "/metadata/identity/x/oauth2/token"]
        mutation = RequestMutation(words: words.words)
        seeds =
            words.seeds + [
                Seed("host-token", "GET /host/token/?resource=a HTTP/1.1\r\nHost: a\r\npodname: app\r\npodns: default\r\n\r\n"),
                Seed(
                    "not-canonical",
                    "GET //metadata/../metadata/identity/oauth2/token/?resource=a HTTP/1.1\r\nHost: a\r\nMetadata: true\r\n\r\n"),
                Seed("bypass", #"GET /metadata/identity\oauth2\token/ HTTP/1.1"# + "\r\nHost: a\r\nMetadata: true\r\n\r\n"),
            ]
    }

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        // Three callers: a pod with a binding, one without, and no pod at all.
        let host: UInt32 = 0x0af4_0000 + UInt32(input.count % 3)
        let service = PodIdentityService(
            store: world.store, upstream: Upstream(metadata: world.service()), authority: NoEntra(),
            journal: DecisionJournal(capacity: 32, clock: FuzzWorld.clock), entropy: FuzzWorld.entropy(), timing: .instant)
        try exchange.run(input, peer: PeerAddress(host: .ipv4(host), port: 40_000)) { _ in
            service
        } check: { _, written throws(Finding) in
            try WireCheck.judge(written, input: input, mayHoldTokens: written.response.status == .ok, allowsServerErrors: true)
        }
    }

    private static let manifest = """
        apiVersion: understudy.internal/v1alpha1
        kind: Node
        metadata: {name: node1}
        spec: {plane: pod-identity, podIdentityMode: managed, systemAssigned: true}
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentity
        metadata: {name: reader, namespace: default}
        spec:
          type: 0
          resourceID: /subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader
          clientID: 11111111-aaaa-4000-8000-000000000001
        ---
        apiVersion: aadpodidentity.k8s.io/v1
        kind: AzureIdentityBinding
        metadata: {name: reader, namespace: default}
        spec: {azureIdentity: reader, selector: app}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: app, namespace: default, labels: {aadpodidbinding: app}}
        spec: {nodeName: node1, containers: [{name: c, image: none}]}
        status: {phase: Running, podIP: 10.244.0.0}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: lone, namespace: default, labels: {aadpodidbinding: none}}
        spec: {nodeName: node1, containers: [{name: c, image: none}]}
        status: {phase: Running, podIP: 10.244.0.1}
        """
}

/// The world's identities are managed ones: nobody asks Entra.
private struct NoEntra: ServicePrincipalAuthority {
    func problem(ofCertificate file: SecretBytes, password: SecretBytes) -> CertificateProblem? { nil }

    func answer(_ request: ServicePrincipalRequest) async -> ServicePrincipalAnswer { ServicePrincipalAnswer(status: 404, body: []) }
}

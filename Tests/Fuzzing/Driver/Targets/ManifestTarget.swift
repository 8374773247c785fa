import HTTPServing
@testable import IdentityModel
import IdentityStore
import ManifestReading

/// Manifests, YAML and JSON: read, taken by a store, and served.
///
/// What must hold: a refusal names what is wrong, in bounds; a text that was taken is taken again without a change, and the node that it
/// describes has an instance document.
struct ManifestTarget: FuzzTarget {
    static let name = "manifest"
    static let longestInput = 8_192

    /// The names of the instance document's schema, and others that a manifest has.
    private static let names =
        Set(InstanceSchema.properties.flatMap { $0.path.split(separator: ".").map { $0.filter { $0 != "[" && $0 != "]" } } }).sorted() + [
            "apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "spec", "items", "shape", "plane",
            "systemAssigned",
            "userAssigned", "clientID", "principalID", "resourceID", "scheduledEvents", "loadBalancer", "scaleSet", "instance", "tags",
            "userData", "publicIpSku", "type", "after", "notice", "impact", "durationInSeconds", "resources", "tokenBinding",
            "frontendPort",
        ]

    private static let values = [
        "0", "-1", "1", "255", "4294967296", "9223372036854775807", "0x1F", "0o17", "1e999", ".nan", "true", "false", "null", "~", "''",
        "\"\\u0000\"", "\"\\ud800\"", "größe", "\u{1F600}", "2001-01-01", "10.0.0.255", "255.255.255.255", "0.0.0.0", "'::'", "'::1'",
        "ab:cd",
        "11111111-aaaa-4000-8000-000000000009", "aks", "vm", "vmss-uniform", "vmss-flexible", "pod-identity", "Standard", "Basic", "Freeze",
        "Preempt", "started", "web_3", "a_b_c", "aks-nodepool1-22790412-vmss_0", "aks-nodepool1-22790412-vmss00000z", "[]", "{}", "[{}]",
        "[{}, {}]", "{a: b}", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/x", "/subscriptions/", "*a",
        "&a x",
        "!!binary eA==", "|\n  text\n",
    ]

    private let mutation = ValueMutation(names: names, values: values)

    let vocabulary =
        (names.map { "\($0): " } + values + ObjectKind.allCases.map { "kind: \($0.rawValue)" } + [
            "apiVersion: understudy.internal/v1alpha1", "apiVersion: aadpodidentity.k8s.io/v1", "apiVersion: v1", "\n---\n", "\n...\n",
            "- ",
            "<<: ", "!!str ", "!!int ", "? ", ": ", ">-\n  ", "{", "}", "[", "]", "yes", "%YAML 1.1\n", "%TAG ! a\n", "\u{feff}", "\u{85}",
            "\u{2028}", "\t", "# ", "'", "\"", "kind: List",
        ]).filter { (1...64).contains($0.utf8.count) }

    private let keys: MetadataWorld.Keys
    private let exchange = HTTPExchange(style: .plain, clock: FuzzWorld.clock)
    private let questions = [
        "/metadata/instance?api-version=2025-04-07&extended=true", "/metadata/instance/network?format=text&api-version=2017-04-02",
        "/metadata/loadbalancer?api-version=2020-10-01", "/metadata/scheduledevents?api-version=2020-07-01",
        "/metadata/identity/info?api-version=2018-02-01",
    ].flatMap { Array("GET \($0) HTTP/1.1\r\nHost: a\r\nMetadata: true\r\n\r\n".utf8) }

    init() throws { keys = try MetadataWorld.Keys() }

    var seeds: [Seed] {
        [
            Seed("rich", MetadataWorld.rich), Seed("bare", MetadataWorld.bare), Seed("captured", MetadataWorld.captured),
            Seed(
                "json", #"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]}"#),
            Seed("aliases", "a: &a [x, y]\nb: *a\nc:\n  <<: {d: 1}\n"), Seed("block", "a: |\n  text\n  more\nb: >-\n  folded\n"),
        ]
    }

    func mutated(_ input: [UInt8], _ random: inout SeededRandom) -> [UInt8]? { mutation.mutated(input, &random) }

    func take(_ input: [UInt8]) throws(Finding) {
        let store = IdentityStore()
        let file = ManifestFile(path: "input", bytes: input)
        do throws(ManifestRefusal) {
            try store.load([file])
        } catch {
            return try judge(error)
        }
        let generation = store.current.generation
        do throws(ManifestRefusal) {
            try store.load([file])
        } catch {
            throw Finding("taken once, refused the second time: \(error.problems.map(\.description))")
        }
        guard store.current.generation == generation else { throw Finding("the same text again is a change") }
        let service = MetadataWorld(store: store, keys: keys).service()
        try exchange.run(questions, peer: FuzzWorld.peer) { _ in
            service
        } check: { _, written throws(Finding) in
            try WireCheck.judge(written, input: input, mayHoldTokens: true)
        }
    }

    private func judge(_ refusal: ManifestRefusal) throws(Finding) {
        guard !refusal.problems.isEmpty else { throw Finding("a refusal that names nothing") }
        for problem in refusal.problems where problem.description.isEmpty || problem.description.utf8.count > 4_096 {
            throw Finding("a problem told in \(problem.description.utf8.count) bytes: \(problem.description.prefix(200))")
        }
    }
}

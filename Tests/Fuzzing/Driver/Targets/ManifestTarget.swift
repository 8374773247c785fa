import IdentityModel
import IdentityStore
import ManifestReading

/// Manifests, YAML and JSON: read, then taken by a store.
///
/// What must hold: a refusal names a place and a reason, on lines of its own; a store that took a text serves it, and takes it again without a change.
struct ManifestTarget: FuzzTarget {
    static let name = "manifest"
    static let longestInput = 8_192

    let vocabulary =
        ObjectKind.allCases.map { "kind: \($0.rawValue)" } + [
            "apiVersion: understudy.internal/v1alpha1", "apiVersion: aadpodidentity.k8s.io/v1", "apiVersion: v1", "metadata:", "name: ",
            "spec:",
            "\n---\n", "\n...\n", "- ", "&a ", "*a", "<<: ", "!!str ", "!!binary ", "!!int ", "? ", ": ", "|\n  ", ">-\n  ", "{", "}", "[",
            "]",
            "\"\\u0000\"", "\\ud800", "0x1F", "0o17", "1e999", ".nan", ".inf", "yes", "null", "~", "2001-01-01", "%YAML 1.1\n",
            "%TAG ! a\n",
            "\u{feff}", "\u{85}", "\u{2028}", "\t", "# ", "'", "\"", "kind: List", "items: ", "systemAssigned: ", "userAssigned: ",
            "compute: ",
            "labels: ", "annotations: ", "clientID: ", "resourceID: ", "/subscriptions/s/resourceGroups/g/providers/", "valueFrom: ",
            "env: ",
        ]

    var seeds: [Seed] {
        [
            Seed("rich", MetadataWorld.rich), Seed("bare", MetadataWorld.bare),
            Seed(
                "json", #"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]}"#),
            Seed("aliases", "a: &a [x, y]\nb: *a\nc:\n  <<: {d: 1}\n"), Seed("block", "a: |\n  text\n  more\nb: >-\n  folded\n"),
        ]
    }

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
    }

    private func judge(_ refusal: ManifestRefusal) throws(Finding) {
        guard !refusal.problems.isEmpty else { throw Finding("a refusal that names nothing") }
        for problem in refusal.problems where problem.description.isEmpty || problem.description.utf8.count > 4_096 {
            throw Finding("a problem told in \(problem.description.utf8.count) bytes: \(problem.description.prefix(200))")
        }
    }
}

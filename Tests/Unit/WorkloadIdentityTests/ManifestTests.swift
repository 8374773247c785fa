import ManifestReading
import Testing
import WireFormats

@testable import WorkloadIdentity

@Suite("Manifests injected")
struct ManifestTests {
    private func document(_ kind: String, _ apiVersion: String, _ path: [String], label: JSONValue = "true", account: String = "web")
        -> JSONValue
    {
        let pod: JSONValue = [
            "metadata": ["labels": ["azure.workload.identity/use": label]],
            "spec": ["serviceAccountName": .string(account), "containers": [["name": "app"]]],
        ]
        let top: JSONValue = ["apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": "x"]]
        guard path.isEmpty else { return top.setting(path: path, pod) }
        return top.setting("metadata", ["name": "x", "labels": ["azure.workload.identity/use": label]]).setting(
            "spec", pod["spec"] ?? .null)
    }

    private func inject(_ document: JSONValue) throws -> ManifestInjection.Outcome {
        ManifestInjection(settings: try Small.settings(), serviceAccounts: Small.accounts).injecting(into: document)
    }

    static let templates: [(String, String, [String])] = [
        ("Pod", "v1", []), ("ReplicationController", "v1", ["spec", "template"]), ("Deployment", "apps/v1", ["spec", "template"]),
        ("ReplicaSet", "apps/v1", ["spec", "template"]), ("StatefulSet", "apps/v1", ["spec", "template"]),
        ("DaemonSet", "apps/v1", ["spec", "template"]), ("Job", "batch/v1", ["spec", "template"]),
        ("CronJob", "batch/v1", ["spec", "jobTemplate", "spec", "template"]),
    ]

    @Test("are those of every kind that makes pods", arguments: templates)
    func kinds(_ kind: String, _ apiVersion: String, _ path: [String]) throws {
        let outcome = try inject(document(kind, apiVersion, path))
        #expect(outcome.denials.isEmpty)
        #expect(outcome.changes.map(\.object) == ["\(kind) default/x"])
        let place = (path + ["spec"]).joined(separator: "/")
        #expect(outcome.document[at: "\(place)/containers/0/env/0/value"] == "client")
        #expect(outcome.document[at: "\(place)/volumes/0/projected/sources/0/serviceAccountToken/path"] != nil)
        #expect(outcome.document["status"] == nil)
        #expect(outcome.document[at: "\(place)/containers/0/resources"] == nil)
    }

    @Test(
        "leave alone what the webhook would not be asked about",
        arguments: [
            ("Deployment", "apps/v1", JSONValue.string("True")), ("Deployment", "apps/v1", .string("false")),
            ("Deployment", "example.com/v1", .string("true")),
            ("Rollout", "apps/v1", .string("true")),
        ])
    func others(_ kind: String, _ apiVersion: String, _ label: JSONValue) throws {
        let document = document(kind, apiVersion, ["spec", "template"], label: label)
        let outcome = try inject(document)
        #expect(outcome.document == document)
        #expect(outcome.changes.isEmpty && outcome.denials.isEmpty)
    }

    @Test("tell a label that is no text, as the API server would")
    func booleanLabel() throws {
        let outcome = try inject(document("Job", "batch/v1", ["spec", "template"], label: true))
        #expect(
            outcome.denials.map(\.denial.message) == [
                "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"
            ])
    }

    @Test("of lists are injected one by one, and every denial is told")
    func lists() throws {
        let items: [JSONValue] = [
            document("Pod", "v1", []), document("Pod", "v1", [], account: "nope"), document("Job", "batch/v1", ["spec", "template"]),
            document("Pod", "v1", [], account: "gone"),
        ]
        let outcome = try inject(["apiVersion": "v1", "kind": "List", "items": .array(items)])
        #expect(outcome.changes.map(\.object) == ["Pod default/x", "Job default/x"])
        #expect(outcome.denials.map(\.denial.message) == [#"serviceaccounts "nope" not found"#, #"serviceaccounts "gone" not found"#])
        #expect(outcome.document[at: "items/2/spec/template/spec/volumes/0"] != nil)
    }

    @Test("a second time change no more")
    func twice() throws {
        for (kind, apiVersion, path) in Self.templates {
            let once = try inject(document(kind, apiVersion, path)).document
            #expect(try inject(once).changes.isEmpty)
        }
    }

    @Test("keep the text of every document that is not replaced")
    func rewriting() throws {
        let text = """
            # head
            a: 1   # kept
            ---
            b: [2]
            --- # why
            # only a comment
            ---
            text: |
              one
               ---
            c: 3
            """
        let rewriting = try ManifestRewriting(Array(text.utf8), file: "f")
        #expect(rewriting.documents.count == 3)
        #expect(rewriting.yaml { $0 } == text + "\n")
        #expect(
            rewriting.yaml { $0["b"] != nil ? ["b": ["x"]] : $0 } == """
                # head
                a: 1   # kept
                ---
                b:
                - x
                --- # why
                # only a comment
                ---
                text: |
                  one
                   ---
                c: 3

                """)
    }

    @Test("written as JSON values in a row come out as YAML documents")
    func json() throws {
        let rewriting = try ManifestRewriting(Array(#"{"a":1}{"b":2}"#.utf8), file: "f")
        #expect(rewriting.yaml { $0 } == #"{"a":1}{"b":2}"# + "\n")
        #expect(rewriting.yaml { $0["b"] != nil ? ["b": 3] : $0 } == "a: 1\n---\nb: 3\n")
    }

    @Test("differ line by line as diff -u shows it")
    func differences() {
        let old = (1...20).map { "line \($0)\n" }.joined()
        let new =
            old.split(separator: "\n").map { $0 == "line 5" ? "five" : String($0) }.filter { $0 != "line 15" }.joined(separator: "\n")
            + "\nlast\n"
        #expect(
            LineDifference.unified(from: old, to: new, oldName: "a", newName: "b") == """
                --- a
                +++ b
                @@ -2,7 +2,7 @@
                 line 2
                 line 3
                 line 4
                -line 5
                +five
                 line 6
                 line 7
                 line 8
                @@ -12,9 +12,9 @@
                 line 12
                 line 13
                 line 14
                -line 15
                 line 16
                 line 17
                 line 18
                 line 19
                 line 20
                +last

                """)
        #expect(LineDifference.unified(from: old, to: old, oldName: "a", newName: "b").isEmpty)
    }
}

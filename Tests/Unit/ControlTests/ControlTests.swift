import Control
import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Testing
import WireFormats

let start = UnixSeconds(1_770_715_293)

let node = "{apiVersion: understudy.internal/v1alpha1, kind: Node, metadata: {name: 'n'}, spec: {systemAssigned: true}}"

func pod(_ name: String) -> String {
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"\(name)\",\"namespace\":\"app\"}}"
}

struct Answer: Equatable {
    let status: Int
    let body: String

    init(_ status: Int, _ body: String) {
        self.status = status
        self.body = body
    }
}

/// A control interface over a small world.
struct Fixture {
    let store = IdentityStore()
    let journal = DecisionJournal(capacity: 10, clock: .frozen(at: start))
    let access: ControlAccess
    var isReady = true
    var operations: [ControlOperation] = []
    var issuerFailure: Unexpected?

    init(_ access: ControlAccess = .open) throws {
        self.access = access
        try store.load([
            ManifestFile(path: "world.yaml", bytes: Array("\(node)\n---\n\(pod("a"))\n---\n{apiVersion: apps/v1, kind: Deployment}".utf8))
        ])
    }

    func ask(
        _ method: String, _ target: String, _ body: String = "", headers: [(String, String)] = []
    ) async throws -> Answer {
        let isReady = isReady
        let service = ControlService(
            ControlService.Parts(
                store: store, journal: journal,
                facts: {
                    var facts = ServerFacts(caFile: "/ca.crt", stateDirectory: nil)
                    facts.metadata = "http://127.0.0.1:1"
                    return isReady ? facts : nil
                },
                caCertificatePEM: "PEM\n",
                issuer: IssuerPages(
                    path: "/pkiops/certs/ca.crt", pem: { [issuerFailure] in try issuerFailure.map { throw $0 } ?? "ISSUER\n" },
                    der: { [issuerFailure] in try issuerFailure.map { throw $0 } ?? Array("DER".utf8) }),
                metrics: { [Metric("more", .gauge, help: "More.", [Metric.Sample(7, labels: [("a", "q\"b\\c\nd")])])] },
                explain: { query, _ in ["caller": .string("\(query.caller.map { "\($0)" } ?? "-")")] }, access: access,
                operations: operations))
        let request = HTTPRequest(
            method: method, target: target, headers: headers, body: Array(body.utf8), peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
        let response =
            switch service.respond(to: request) {
            case .now(let response): response
            case .later(let work): await work()
            }
        return Answer(response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    func document(_ target: String) async throws -> JSONValue { try JSONValue(parsing: Array(try await ask("GET", target).body.utf8)) }
}

struct Unexpected: Error {}

@Suite struct ObjectTests {
    @Test("an object is put, shown, listed and deleted, and each change is a new generation")
    func lifeCycle() async throws {
        let fixture = try Fixture()
        #expect(
            try await fixture.ask("PUT", "/objects/pods/app/b", pod("b")) == Answer(200, "{\"changed\":[\"Pod app/b\"],\"generation\":2}\n")
        )
        #expect(try await fixture.ask("GET", "/objects/Pod/app/b") == Answer(200, pod("b") + "\n"))
        #expect(try await fixture.document("/objects/pods")["items"]?.elements?.compactMap { $0["metadata"]?["name"]?.text } == ["a", "b"])
        #expect(try await fixture.ask("DELETE", "/objects/pod/app/b") == Answer(200, "{\"changed\":[\"Pod app/b\"],\"generation\":3}\n"))
        #expect(try await fixture.ask("GET", "/objects/pod/app/b") == Answer(404, "{\"error\":\"There is no Pod app/b.\"}\n"))
        #expect(try await fixture.ask("DELETE", "/objects/pod/app/b").status == 404)
        #expect(try await fixture.ask("GET", "/objects/nodes/n").status == 200)
    }

    @Test("an identity is shown with its ids, and what is shown can be put again")
    func identifiers() async throws {
        let fixture = try Fixture()
        let (client, service) = ("5e6f0000-0001-4000-8000-00000000a001", "5e6f0000-0002-4000-8000-00000000a001")
        let ours = "apiVersion: understudy.internal/v1alpha1"
        let written = """
            {\(ours), kind: ManagedIdentity, metadata: {name: m}}
            ---
            {\(ours), kind: Application, metadata: {name: a}, spec: {clientID: \(client), objectID: \(service)}}
            ---
            {\(ours), kind: Application, metadata: {name: unregistered}, spec: {clientID: \(client.dropLast())2, servicePrincipal: false}}
            """
        #expect(try await fixture.ask("PUT", "/objects", written).status == 200)
        let principal = try #require(fixture.store.current.objects(of: .managedIdentity).first)
        let derived = try #require(fixture.store.current.identifiers(of: principal))
        let shown = try await fixture.document("/objects/managedidentities")["items"]?.elements?.first
        #expect(shown?["status"]?["clientID"]?.text == derived.clientID)
        #expect(shown?["status"]?["principalID"]?.text == derived.principalID)
        let alone = try await fixture.document("/objects/managedidentities/m")
        #expect(alone == shown)
        let application = try await fixture.document("/objects/applications/a")["status"]
        #expect(application == ["clientID": .string(client), "principalID": .string(service)])
        #expect(try await fixture.document("/objects/applications/unregistered")["status"]?["principalID"] == nil)
        #expect(try await fixture.ask("PUT", "/objects/managedidentities/m", alone.rendered()).status == 200)
        #expect(try await fixture.document("/objects/managedidentities/m") == alone)
    }

    @Test("a manifest with several objects is applied whole")
    func apply() async throws {
        let fixture = try Fixture()
        let answer = try await fixture.ask("PUT", "/objects", "\(pod("x"))\n---\n\(pod("y"))")
        #expect(answer == Answer(200, "{\"changed\":[\"Pod app/x\",\"Pod app/y\"],\"generation\":2}\n"))
    }

    @Test(
        "a body that is another object than the path says is refused",
        arguments: [
            ("/objects/pods/app/b", pod("c"), "The body holds Pod app/c, but the path says Pod app/b."),
            ("/objects/pods/b", pod("b"), "The body holds Pod app/b, but the path says Pod default/b."),
            ("/objects/nodes/b", pod("b"), "The body holds Pod app/b, but the path says Node b."),
            ("/objects/pods/app/b", "\(pod("b"))\n---\n\(pod("c"))", "The body holds Pod app/b, Pod app/c, but the path says Pod app/b."),
        ])
    func mismatch(path: String, body: String, error: String) async throws {
        let fixture = try Fixture()
        let before = fixture.store.current
        #expect(try await fixture.ask("PUT", path, body) == Answer(400, "{\"error\":\"\(error)\"}\n"))
        #expect(fixture.store.current === before)
    }

    @Test(
        "a change with problems is 422, tells all of them, and changes nothing",
        arguments: [
            ("PUT", "/objects/nodes/n", node.replacing("true", by: "5"), 1), ("PUT", "/objects", "{", 1), ("PUT", "/objects", "", 1),
            ("PUT", "/objects", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}", 1),
            (
                "PUT", "/objects",
                "\(pod("x"))\n---\n\(node.replacing("true", by: "5"))\n---\n\(node.replacing("systemAssigned", by: "other"))", 3
            ),
            ("PUT", "/objects/nodes/n", node.replacing("systemAssigned: true", by: "tenant: none"), 1),
        ])
    func problems(method: String, target: String, body: String, count: Int) async throws {
        let fixture = try Fixture()
        let before = fixture.store.current
        let answer = try await fixture.ask(method, target, body)
        #expect(answer.status == 422)
        let document = try JSONValue(parsing: Array(answer.body.utf8))
        #expect(document["error"] == .string("Nothing was changed: \(count) problem(s)."))
        #expect(document["problems"]?.elements?.count == count)
        #expect(document["problems"]?.elements?.allSatisfy { $0.text?.hasPrefix("PUT \(target) document ") == true } == true)
        #expect(fixture.store.current === before)
    }

    @Test("an object that others refer to is not deleted")
    func referenced() async throws {
        let fixture = try Fixture()
        let tenant = "{apiVersion: understudy.internal/v1alpha1, kind: Tenant, metadata: {name: t}}"
        _ = try await fixture.ask("PUT", "/objects", "\(tenant)\n---\n\(node.replacing("systemAssigned: true", by: "tenant: t"))")
        #expect(try await fixture.ask("DELETE", "/objects/tenants/t").status == 422)
        #expect(try await fixture.ask("GET", "/objects/tenants/t").status == 200)
    }

    @Test("kinds that are none are refused with those that are", arguments: ["GET", "PUT", "DELETE"])
    func unknownKind(method: String) async throws {
        let answer = try await Fixture().ask(method, "/objects/deployments/x", pod("x"))
        #expect(answer.status == 404)
        #expect(answer.body.hasPrefix("{\"error\":\"There is no kind \\\"deployments\\\"; allowed: azureidentities, "))
    }

    @Test("secret values are shown as <redacted>, alone and in lists", arguments: ["/objects/secrets/app/s", "/objects/secrets"])
    func secrets(target: String) async throws {
        let fixture = try Fixture()
        let secret =
            "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: app}, data: {a: aHVudGVyMg==}, stringData: {b: hunter2}}"
        #expect(try await fixture.ask("PUT", "/objects/secrets/app/s", secret).status == 200)
        let shown = try await fixture.ask("GET", target).body
        #expect(shown.contains("\"data\":{\"a\":\"<redacted>\"},\"stringData\":{\"b\":\"<redacted>\"}"))
        #expect(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"))
    }
}

@Suite struct AccessTests {
    @Test(
        "beyond loopback a change needs exactly the bearer token, and reading needs none",
        arguments: [
            ([(String, String)](), 403), ([("Authorization", "Bearer hunter2")], 200), ([("authorization", "Bearer hunter2")], 200),
            ([("Authorization", "Bearer hunter3")], 403), ([("Authorization", "Bearer hunter")], 403),
            ([("Authorization", "Bearer hunter22")], 403),
            ([("Authorization", "bearer hunter2")], 403), ([("Authorization", "hunter2")], 403), ([("Authorization", "")], 403),
            ([("Authorization", "Basic hunter2")], 403), ([("Authorization", "Bearer")], 403),
        ])
    func bearer(headers: [(String, String)], status: Int) async throws {
        for (method, target) in [("PUT", "/objects/pods/app/b"), ("PUT", "/objects"), ("DELETE", "/objects/pods/app/a")] {
            let fixture = try Fixture(.bearer(SecretBytes(Array("hunter2".utf8))))
            let before = fixture.store.current
            let answer = try await fixture.ask(method, target, pod("b"), headers: headers)
            #expect(answer.status == status)
            #expect((fixture.store.current === before) == (status == 403))
            #expect(!answer.body.contains("hunter"))
            #expect(try await fixture.ask("GET", "/objects/pods").status == 200)
        }
    }

    @Test("without a token to keep, nothing can be changed")
    func readOnly() async throws {
        let fixture = try Fixture(.readOnly)
        #expect(try await fixture.ask("PUT", "/objects", pod("b"), headers: [("Authorization", "Bearer ")]).status == 403)
        #expect(try await fixture.ask("DELETE", "/objects/pods/app/a").status == 403)
        #expect(try await fixture.ask("GET", "/objects/pods/app/a").status == 200)
    }

    @Test("a page in a browser changes nothing, whatever its origin", arguments: ["http://evil.example", "null", "http://127.0.0.1", ""])
    func origin(origin: String) async throws {
        let fixture = try Fixture()
        let before = fixture.store.current
        for (method, target) in [("PUT", "/objects/pods/app/b"), ("PUT", "/objects"), ("DELETE", "/objects/pods/app/a")] {
            #expect(try await fixture.ask(method, target, pod("b"), headers: [("Origin", origin)]).status == 403)
        }
        #expect(fixture.store.current === before)
    }
}

@Suite struct PageTests {
    @Test("health is always ok; readiness waits for the listeners")
    func readiness() async throws {
        var fixture = try Fixture()
        #expect(try await fixture.ask("GET", "/healthz") == Answer(200, "{\"status\":\"ok\"}\n"))
        #expect(try await fixture.ask("GET", "/readyz") == Answer(200, "{\"ready\":true,\"generation\":1,\"warnings\":0}\n"))
        fixture.isReady = false
        #expect(try await fixture.ask("GET", "/readyz").status == 503)
        #expect(try await fixture.ask("GET", "/healthz").status == 200)
    }

    @Test("in the pod-identity plane health is told as NMI's probe tells it, always with 200")
    func probe() async throws {
        var fixture = try Fixture()
        try fixture.store.apply(Array(node.replacing("{systemAssigned", with: "{plane: pod-identity, systemAssigned").utf8), from: "test")
        for method in ["GET", "POST"] { #expect(try await fixture.ask(method, "/healthz") == Answer(200, "Active")) }
        fixture.isReady = false
        #expect(try await fixture.ask("GET", "/healthz") == Answer(200, "Not Active"))
    }

    @Test("a refused reload is told while the last good state serves on")
    func refusedReload() async throws {
        let fixture = try Fixture()
        #expect(throws: ManifestRefusal.self) { try fixture.store.load([ManifestFile(path: "world.yaml", bytes: Array("{".utf8))]) }
        let page = try await fixture.document("/readyz")
        #expect(page["ready"] == true && page["generation"] == 1 && page["reload"]?["refused"] == true)
        #expect(page["reload"]?["problems"]?.elements?.count == 1)
    }

    @Test("the status page tells node, tenants, objects and what was passed over")
    func status() async throws {
        let page = try await Fixture().document("/status")
        #expect(page["metadata"] == "http://127.0.0.1:1" && page["caFile"] == "/ca.crt" && page["authority"] == nil)
        #expect(page["node"]?["name"] == "n" && page["node"]?["systemAssigned"] == .string(DerivedIDs.clientID(ofNode: "n")))
        #expect(page["tenants"]?.elements?.count == 1)
        #expect(page["objects"] == ["Node": 1, "Pod": 1])
        #expect(page["ignored"] == ["apps/v1 Deployment": 1])
    }

    @Test("the metrics page is Prometheus' text format, line by line")
    func metrics() async throws {
        let fixture = try Fixture()
        let asked = HTTPRequest(method: "GET", target: "/", headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
        fixture.journal.record(Decision(face: .metadata, plane: .vm, outcome: .issued, reason: ""), request: asked, status: 200)
        let text = try await fixture.ask("GET", "/metrics").body
        #expect(text.hasSuffix("\n") && !text.contains("\n\n"))
        var typed: Set<String> = []
        var samples: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(words.count == 4 && ["counter", "gauge"].contains(words[3]))
                #expect(typed.insert(String(words[2])).inserted, "\(words[2]) is typed twice")
            } else if !line.hasPrefix("# HELP ") {
                let sample = try #require(
                    line.wholeMatch(of: /([a-z_]+)(\{[a-z]+="(?:[^"\\]|\\.)*"(?:,[a-z]+="(?:[^"\\]|\\.)*")*\})? (\d+)/))
                #expect(typed.contains(String(sample.1)), "\(line) comes before its type")
                samples[String(sample.1) + String(sample.2 ?? "")] = Int(sample.3)
            }
        }
        #expect(samples["understudy_decisions_total{face=\"metadata\",outcome=\"issued\",status=\"200\"}"] == 1)
        #expect(samples["understudy_objects{kind=\"Pod\"}"] == 1 && samples["understudy_snapshot_generation"] == 1)
        #expect(samples[#"understudy_more{a="q\"b\\c\nd"}"#] == 7)
    }

    @Test("decisions are listed, and a question that cannot be read is refused")
    func decisions() async throws {
        let fixture = try Fixture()
        let asked = HTTPRequest(method: "GET", target: "/x", headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
        for _ in 0..<3 {
            fixture.journal.record(Decision(face: .metadata, plane: .vm, outcome: .issued, reason: ""), request: asked, status: 200)
        }
        #expect(try await fixture.document("/decisions?limit=2")["decisions"]?.elements?.map { $0["id"] } == [2, 3])
        #expect(
            try await fixture.ask("GET", "/decisions?limit=x")
                == Answer(400, "{\"error\":\"limit: found \\\"x\\\"; allowed: a number from 1 to 100000\"}\n"))
    }

    @Test(
        "explanations take a caller and a token request's parameters, nothing else",
        arguments: [
            ("address=10.0.0.1&resource=r", 200), ("pod=app/a&client_id=c", 200), ("", 200), ("pod=a/b/c", 400), ("adress=10.0.0.1", 400),
        ])
    func explanations(query: String, status: Int) async throws {
        #expect(try await Fixture().ask("GET", "/explain?\(query)").status == status)
    }

    @Test("the CA is given as it is, unknown paths and methods are told what there is")
    func others() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.ask("GET", "/ca.crt") == Answer(200, "PEM\n"))
        #expect(try await fixture.ask("GET", "/nope").status == 404)
        #expect(try await fixture.ask("POST", "/metrics") == Answer(405, "{\"error\":\"/metrics takes GET, not POST.\"}\n"))
        #expect(try await fixture.ask("POST", "/objects/pods/app/a").status == 405)
    }
}

extension String {
    fileprivate func replacing(_ old: String, by new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}

@Suite struct IssuerPageTests {
    @Test("the bundle is the root, then the authority below it; its certificate is at the path that names it")
    func pages() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.ask("GET", "/ca-bundle.pem") == Answer(200, "PEM\nISSUER\n"))
        #expect(try await fixture.ask("GET", "/pkiops/certs/ca.crt") == Answer(200, "DER"))
        #expect(try await fixture.ask("PUT", "/ca-bundle.pem").status == 405)
    }

    @Test("an authority that could not be made is said so", arguments: ["/ca-bundle.pem", "/pkiops/certs/ca.crt"])
    func failure(path: String) async throws {
        var fixture = try Fixture()
        fixture.issuerFailure = Unexpected()
        let answer = try await fixture.ask("GET", path)
        #expect(answer.status == 500)
        #expect(answer.body.contains("could not be made"))
    }
}

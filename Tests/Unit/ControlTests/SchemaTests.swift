import Control
import Decisions
import HTTPServing
import IdentityModel
import Surroundings
import Synchronization
import Testing
import WireFormats

@Suite struct SchemaTests {
    private static let row = ControlOperation(
        "POST", "/rows/{size}", "A row.", changes: false,
        parameters: [
            .path("size", .choice(["s", "l"]), "Its size."), .query("count", .integer(1...9), "How many.", isRequired: true),
            .query("tag", .array(of: .string(lengths: 1...3)), "Tags."),
        ],
        body: .json(
            .object([
                .required("name", .string(lengths: 1...5)), .optional("on", .boolean), .optional("of", .reference),
                .optional("list", .array(of: .integer(0...3))), .optional("map", .map(of: .text)),
            ])),
        answers: [.document(.object([.required("ok", .boolean)])), .problem(.conflict, "Taken.")]
    ) { _, _ in ControlWire.document(["ok": true]) }

    @Test(
        "a request is held to its row before the operation runs",
        arguments: [
            ("/rows/s?count=1", #"{"name":"a"}"#, "ok"), ("/rows/s?count=9&tag=a&tag=b", #"{"name":"a","on":true,"of":"x/y"}"#, "ok"),
            ("/rows/s?count=2", #"{"name":"a","list":[0,3.0,2e0],"map":{"k":"v"}}"#, "ok"),
            ("/rows/x?count=1", #"{"name":"a"}"#, "size: found \"x\"; allowed: s, l"),
            ("/rows/s", #"{"name":"a"}"#, "count: found nothing; allowed: a number from 1 to 9"),
            ("/rows/s?count=0", #"{"name":"a"}"#, "count: found 0; allowed: a number from 1 to 9"),
            ("/rows/s?count=1&count=2", #"{"name":"a"}"#, "count: found it a second time; allowed: once"),
            ("/rows/s?count=1&tag=long", #"{"name":"a"}"#, "tag: found \"long\"; allowed: text of 1 to 3 characters"),
            ("/rows/s?count=1&more=1", #"{"name":"a"}"#, "unknown parameter \"more\"; allowed: count, tag"),
            ("/rows/s?count=1", "", "the body: found nothing; allowed: an object of name, on, of, list, map"),
            ("/rows/s?count=1", "[]", "the body: found []; allowed: an object of name, on, of, list, map"),
            ("/rows/s?count=1", "{}", "name: found nothing; allowed: text of 1 to 5 characters"),
            ("/rows/s?count=1", #"{"name":""}"#, "name: found \"\"; allowed: text of 1 to 5 characters"),
            ("/rows/s?count=1", #"{"name":"a","on":"yes"}"#, "on: found \"yes\"; allowed: true or false"),
            ("/rows/s?count=1", #"{"name":"a","of":"a/b/c"}"#, "of: found \"a/b/c\"; allowed: NAMESPACE/NAME"),
            ("/rows/s?count=1", #"{"name":"a","list":[0,4]}"#, "list[1]: found 4; allowed: a number from 0 to 3"),
            ("/rows/s?count=1", #"{"name":"a","list":[0.5]}"#, "list[0]: found 0.5; allowed: a number from 0 to 3"),
            ("/rows/s?count=1", #"{"name":"a","map":{"k":1}}"#, "map.k: found 1; allowed: text"),
            ("/rows/s?count=1", #"{"name":"a","nick":1}"#, "unknown member \"nick\"; allowed: name, on, of, list, map"),
        ])
    func checks(target: String, body: String, told: String) async throws {
        var fixture = try Fixture()
        fixture.operations = [Self.row]
        let answer = try await fixture.ask("POST", target, body)
        #expect(answer.status == (told == "ok" ? 200 : 400))
        #expect(try JSONValue(parsing: Array(answer.body.utf8))["error"]?.text ?? "ok" == told)
    }

    @Test("a body that is no JSON is refused as such")
    func syntax() async throws {
        var fixture = try Fixture()
        fixture.operations = [Self.row]
        let answer = try await fixture.ask("POST", "/rows/s?count=1", "{")
        #expect(answer.status == 400 && answer.body.contains("the body is not JSON"))
    }

    @Test("the description tells each row: parameters, body, answers, and the refusals that come before it runs")
    func description() async throws {
        var fixture = try Fixture()
        fixture.operations = [Self.row]
        let row = try #require(try await fixture.document("/openapi.json")["paths"]?["/rows/{size}"]?["post"])
        #expect(row["parameters"]?.elements?.map { $0["name"] } == ["size", "count", "tag"])
        #expect(row["parameters"]?.elements?.map { $0["in"] } == ["path", "query", "query"])
        #expect(row["parameters"]?.elements?[1]["schema"] == ["type": "integer", "minimum": 1, "maximum": 9])
        #expect(row["requestBody"]?["content"]?["application/json"]?["schema"]?["required"] == ["name"])
        #expect(row["responses"]?["200"] != nil && row["responses"]?["409"] != nil && row["responses"]?["400"] != nil)
        #expect(row["responses"]?["403"] == nil)
    }

    @Test("every row is described, and every described path and method is answered by its own row")
    func completeness() async throws {
        let fixture = try Fixture()
        let document = try await fixture.document("/openapi.json")
        guard case .object(let paths)? = document["paths"] else { throw Unexpected() }
        #expect(paths.count > 10)
        var identifiers: Set<String> = []
        for path in paths {
            guard case .object(let methods) = path.value else { throw Unexpected() }
            for method in methods {
                let isNew = identifiers.insert(method.value["operationId"]?.text ?? "").inserted
                #expect(isNew, "\(path.name) \(method.name)")
                let target = path.name.split(separator: "/").map { $0.hasPrefix("{") ? "x" : String($0) }.joined(separator: "/")
                let answer = try await fixture.ask(method.name.uppercased(), "/\(target)")
                #expect(method.value["responses"]?[String(answer.status)] != nil, "\(method.name) \(path.name): \(answer)")
            }
        }
    }
}

@Suite struct VerificationOperationTests {
    private func fixture() throws -> (Fixture, DecisionJournal) {
        var fixture = try Fixture()
        let journal = fixture.journal
        let marks = DecisionMarks(in: journal, clock: .frozen(at: start))
        fixture.operations =
            VerificationOperations(journal: journal, marks: marks) { _ in throw CancellationError() }.all
            + ResetOperations(journal: journal, and: [Resettable("marks", "Marks.") { marks.reset() }]).all
        return (fixture, journal)
    }

    private func record(_ journal: DecisionJournal, correlation: String = "a") {
        let asked = HTTPRequest(
            method: "GET", target: "/x", headers: [("x-understudy-correlation", correlation)], body: [],
            peer: PeerAddress(host: .unknown, port: 0))
        journal.record(Decision(face: .metadata, plane: .vm, outcome: .issued, reason: ""), request: asked, status: 200)
    }

    @Test("issued and at least once are what is meant when nothing is said")
    func defaults() async throws {
        let (fixture, journal) = try fixture()
        #expect(try await fixture.ask("POST", "/verify").body.contains(#""passed":false"#))
        record(journal)
        let answer = try await fixture.ask("POST", "/verify")
        #expect(answer.body.contains(#""passed":true"#) && answer.body.contains("outcome issued"))
    }

    @Test(
        "an order that contradicts itself, or names what is not there, is refused",
        arguments: [
            (#"{"exactly":1,"atMost":2}"#, "exactly and atMost"), (#"{"since":"nowhere"}"#, "since: found \\\"nowhere\\\""),
            (#"{"source":"elsewhere"}"#, "allowed: metadata,"), (#"{"status":99}"#, "status: found 99"),
        ])
    func refusals(order: String, told: String) async throws {
        let answer = try await fixture().0.ask("POST", "/verify", order)
        #expect(answer.status == 400 && answer.body.contains(told), "\(answer)")
    }

    @Test("a mark is a place to count from, and a reset of all forgets it")
    func marks() async throws {
        let (fixture, journal) = try fixture()
        record(journal)
        #expect(try await fixture.ask("POST", "/marks", #"{"name":"here"}"#).status == 201)
        #expect(try await fixture.ask("POST", "/verify", #"{"since":"here","atMost":0}"#).body.contains(#""passed":true"#))
        #expect(try await fixture.ask("POST", "/marks", #"{"name":"7"}"#).status == 400)
        #expect(try await fixture.ask("POST", "/reset") == Answer(200, "{\"reset\":[\"decisions\",\"marks\"]}\n"))
        #expect(try await fixture.ask("POST", "/verify", #"{"since":"here"}"#).status == 400)
    }

    @Test("a scoped reset forgets one caller's decisions and nothing else")
    func scope() async throws {
        let (fixture, journal) = try fixture()
        record(journal, correlation: "a")
        record(journal, correlation: "b")
        #expect(try await fixture.ask("POST", "/marks", #"{"name":"here"}"#).status == 201)
        #expect(
            try await fixture.ask("POST", "/reset", #"{"correlation":"a"}"#) == Answer(200, "{\"reset\":[\"decisions\"],\"forgotten\":1}\n")
        )
        #expect(journal.decisions(DecisionQuery()).map(\.id) == [2])
        #expect(try await fixture.ask("POST", "/reset", #"{"correlation":"a","what":["marks"]}"#).status == 400)
        #expect(try await fixture.ask("POST", "/verify", #"{"since":"here","atMost":0}"#).status == 200)
    }
}

@Suite struct WaitingVerificationTests {
    @Test("an assertion waits until it is so, and one about a greatest count until the deadline")
    func waiting() async throws {
        var fixture = try Fixture()
        let journal = fixture.journal
        let asked = HTTPRequest(method: "GET", target: "/x", headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
        let issued = Decision(face: .metadata, plane: .vm, outcome: .issued, reason: "")
        // The deadline passes only after something was recorded, so that a verdict before it would miss it.
        fixture.operations =
            VerificationOperations(journal: journal, marks: DecisionMarks(in: journal, clock: .frozen(at: start))) { _ in
                journal.record(issued, request: asked, status: 200)
            }.all
        #expect(try await fixture.ask("POST", "/verify", #"{"atLeast":1,"withinSeconds":5}"#).body.contains(#""passed":true"#))
        #expect(try await fixture.ask("POST", "/verify", #"{"atMost":1,"withinSeconds":5}"#).body.contains(#""found":2"#))
        #expect(try await fixture.ask("POST", "/verify", #"{"exactly":3,"withinSeconds":5}"#).body.contains(#""found":3"#))
    }
}

import Control
import HTTPServing
import Surroundings
import Synchronization
import Testing
import WireFormats

/// Two operations of a face this room does not know: one that looks, one that changes.
private final class Counter: Sendable {
    let changes = Atomic(0)

    var operations: [ControlOperation] {
        [
            ControlOperation("GET", "/things", "Lists things.", changes: false) { _, _ in ControlWire.document(["things": []]) },
            ControlOperation("POST", "/things/{name}", "Changes a thing.", changes: true) { [self] request, parameters in
                changes.add(1, ordering: .relaxed)
                let body = String(decoding: request.body, as: UTF8.self)
                return ControlWire.document([parameters["name"] ?? "": .string(body)], status: .created)
            },
        ]
    }
}

@Suite struct OperationTests {
    @Test("an operation that is handed in runs at its path, with its method alone")
    func runs() async throws {
        var fixture = try Fixture()
        fixture.operations = Counter().operations
        #expect(try await fixture.ask("GET", "/things") == Answer(200, "{\"things\":[]}\n"))
        #expect(try await fixture.ask("POST", "/things/a%20b", "c") == Answer(201, "{\"a b\":\"c\"}\n"))
        #expect(try await fixture.ask("DELETE", "/things/a") == Answer(405, "{\"error\":\"/things/a takes POST, not DELETE.\"}\n"))
        #expect(try await fixture.ask("GET", "/nope").body.contains("/things, /openapi.json"))
    }

    @Test(
        "one that changes the server is for those who may change it, one that does not is for everybody",
        arguments: [
            ("open", [(String, String)](), 201), ("open", [("Origin", "http://127.0.0.1")], 403), ("bearer", [], 403),
            ("bearer", [("Authorization", "Bearer hunter2")], 201), ("bearer", [("Authorization", "Bearer hunter")], 403),
            ("bearer", [("Authorization", "Bearer hunter2"), ("Origin", "null")], 403), ("readOnly", [("Authorization", "Bearer ")], 403),
        ])
    func access(access: String, headers: [(String, String)], status: Int) async throws {
        let kinds: [String: ControlAccess] = [
            "open": .open, "bearer": .bearer(SecretBytes(Array("hunter2".utf8))), "readOnly": .readOnly,
        ]
        let counter = Counter()
        var fixture = try Fixture(try #require(kinds[access]))
        fixture.operations = counter.operations
        #expect(try await fixture.ask("POST", "/things/a", headers: headers).status == status)
        #expect(counter.changes.load(ordering: .relaxed) == (status == 201 ? 1 : 0))
        #expect(try await fixture.ask("GET", "/things", headers: headers).status == 200)
    }
}

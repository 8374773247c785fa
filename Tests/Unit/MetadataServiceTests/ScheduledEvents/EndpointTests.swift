import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Testing
import WireFormats

@testable import MetadataService

private let path = "/metadata/scheduledevents"
private let newest = "\(path)?api-version=2020-07-01"
private let id = "1F943876-80C5-4FC2-9A77-9011B0096C78"

/// A node with one event of an id that is known.
private func world(_ fields: String) -> String { ours("Node", "vm-1", "{scheduledEvents: [{id: \(id), \(fields)}]}") }

@Suite struct EventsDocumentTests {
    @Test("an idle machine has incarnation 1 and no events")
    func idle() async throws {
        let answer = await (try Service()).answer(newest)
        #expect(answer.status == .ok && answer.text == #"{"DocumentIncarnation":1,"Events":[]}"#)
        #expect(answer.field("Content-Type") == "application/json; charset=utf-8")
    }

    @Test("an event has the members its version knows, in the order of the wire, and none newer", arguments: EventsVersion.allCases)
    func members(version: EventsVersion) async throws {
        let service = try Service(world("type: Freeze, description: why, durationInSeconds: 5"))
        var wanted =
            #"{"DocumentIncarnation":2,"Events":[{"EventId":"\#(id)","EventStatus":"Scheduled","EventType":"Freeze","#
            + #""ResourceType":"VirtualMachine","Resources":["\#(version == .preview ? "_" : "")vm-1"],"#
            + #""NotBefore":"Tue, 10 Feb 2026 09:36:33 GMT""#
        if version.rawValue >= "2019-04-01" { wanted += #","Description":"why""# }
        if version.rawValue >= "2019-08-01" { wanted += #","EventSource":"Platform""# }
        if version.rawValue >= "2020-07-01" { wanted += #","DurationInSeconds":5"# }
        #expect(await service.answer("\(path)?api-version=\(version.rawValue)").text == wanted + "}]}")
    }

    @Test(
        "a version is told only of the types it knows",
        arguments: [("Freeze", "2017-03-01"), ("Preempt", "2017-11-01"), ("Terminate", "2019-01-01")])
    func types(type: String, since: String) async throws {
        let service = try Service(world("type: \(type)"), timing: .real)
        for version in EventsVersion.allCases.map(\.rawValue) {
            let isTold = await service.answer("\(path)?api-version=\(version)").text.contains(id)
            #expect(isTold == (version >= since), "\(version)")
        }
    }

    @Test("a started event has no NotBefore, and events of other machines are listed too")
    func started() async throws {
        let service = try Service(world("type: Reboot, state: started, resources: [other, vm-1], source: User"))
        #expect(
            await service.answer(newest).text
                == #"{"DocumentIncarnation":2,"Events":[{"EventId":"\#(id)","EventStatus":"Started","EventType":"Reboot","#
                + #""ResourceType":"VirtualMachine","Resources":["other","vm-1"],"NotBefore":"","Description":"","#
                + #""EventSource":"User","DurationInSeconds":-1}]}"#)
    }

    @Test("a machine is named as its compute.name says")
    func machineName() async throws {
        let service = try Service(ours("Node", "n", "{compute: {name: set_0}, scheduledEvents: [{type: Freeze}]}"))
        #expect(await service.answer(newest).text.contains(#""Resources":["set_0"]"#))
    }
}

@Suite struct EventsGuardTests {
    private static let notFound = #"{ "error": "Not found" }"#
    private static let noHeader = #"{ "error": "Bad request: . Required metadata header not specified" }"#

    @Test(
        "versions outside the list are 404, none is 400, and only the preview does without the header",
        arguments: [
            ("GET", "?api-version=2021-12-13", true, 404, notFound), ("GET", "?api-version=2017-04-02", true, 404, notFound),
            ("POST", "?api-version=latest", true, 404, notFound), ("GET", "?api-version=2020-07-01", false, 400, noHeader),
            ("GET", "?api-version=2017-08-01", false, 400, noHeader), ("POST", "?api-version=2020-07-01", false, 400, noHeader),
            ("GET", "?api-version=2017-03-01", false, 200, #"{"DocumentIncarnation":1,"Events":[]}"#),
            ("DELETE", "?api-version=2020-07-01", true, 405, #"{ "error": "Method 'DELETE' is not allowed" }"#),
        ])
    func guards(method: String, query: String, hasHeader: Bool, status: Int, body: String) async throws {
        let answer = await (try Service()).answer(path + query, method: method, headers: hasHeader ? [("Metadata", "true")] : [])
        #expect(answer.status.code == status)
        #expect(answer.text == body)
    }

    @Test("no version is the 400 that names the newest", arguments: ["", "?api-version="])
    func noVersion(query: String) async throws {
        let answer = await (try Service()).answer(path + query)
        #expect(answer.status == .badRequest && answer.text.contains("newest-versions"))
    }
}

@Suite struct StartRequestsTests {
    @Test(
        "an approval is taken with any type, spacing, further members, letter case and number of times",
        arguments: [
            #"{"StartRequests":[{"EventId":"\#(id)"}]}"#, "{ \"StartRequests\" : [ { \"EventId\": \"\(id)\" } ] }\n",
            #"{"DocumentIncarnation":"5","StartRequests":[{"EventId":"\#(id.lowercased())","Why":1}]}"#,
            #"{"StartRequests":[{"EventId":"\#(id)"},{"EventId":"\#(id)"}]}"#,
        ])
    func taken(body: String) async throws {
        let service = try Service(world("type: Freeze"))
        for type in ["application/x-www-form-urlencoded", "application/json", nil] {
            let headers = [("Metadata", "true")] + (type.map { [("Content-Type", $0)] } ?? [])
            let answer = await service.answer(newest, method: "POST", headers: headers, body: body)
            #expect(answer.status == .ok && answer.body.isEmpty)
        }
        #expect(
            await service.answer(newest).text.contains(#""DocumentIncarnation":3,"Events":[{"EventId":"\#(id)","EventStatus":"Started""#))
        #expect(await service.answer(newest).text == #"{"DocumentIncarnation":4,"Events":[]}"#)
        #expect(await service.answer(newest, method: "POST", body: body).status == .ok)
        #expect(await service.answer(newest).text == #"{"DocumentIncarnation":4,"Events":[]}"#)
    }

    @Test(
        "rejects a body that approves nothing",
        arguments: [
            ("", "the body is not JSON"), ("StartRequests", "the body is not JSON"), ("[]", "the body is not an object"),
            ("null", "the body is not an object"), ("{}", "StartRequests is not a list"),
            (#"{"StartRequests":{}}"#, "StartRequests is not a list"),
            (#"{"startRequests":[]}"#, "StartRequests is not a list"),
            (#"{"StartRequests":["\#(id)"]}"#, "StartRequests[0].EventId is not a string"),
            (#"{"StartRequests":[{"EventId":"\#(id)"},{}]}"#, "StartRequests[1].EventId is not a string"),
            (#"{"StartRequests":[{"EventId":5}]}"#, "StartRequests[0].EventId is not a string"),
        ])
    func malformed(body: String, reason: String) async throws {
        let service = try Service(world("type: Freeze"))
        let answer = await service.answer(newest, method: "POST", body: body)
        #expect(answer.status == .badRequest && answer.text == #"{ "error": "Bad request. The request body is not valid" }"#)
        let decision = try #require(service.journal.decisions(DecisionQuery()).last)
        #expect(decision.decision.outcome == .rejected && decision.decision.reason().contains(reason))
        #expect(await service.answer(newest).text.contains("Scheduled"))
    }

    @Test("refuses an approval of an event that nobody was told of")
    func unknown() async throws {
        let service = try Service(world("type: Freeze, after: 60"))
        let answer = await service.answer(newest, method: "POST", body: #"{"StartRequests":[{"EventId":"\#(id)"}]}"#)
        #expect(answer.status == .badRequest && answer.text == #"{ "error": "Bad request. The EventId is not known" }"#)
        let decision = try #require(service.journal.decisions(DecisionQuery()).last)
        #expect(decision.decision.outcome == .refused && decision.decision.reason().contains(id))
    }
}

@Suite struct EventTimingTests {
    @Test("each answer is a decision, and the wait that was skipped is in the one that no longer lists the event")
    func decisions() async throws {
        let service = try Service(world("type: Freeze, impact: 600"))
        _ = await service.answer(newest)
        _ = await service.answer(newest, method: "POST", body: #"{"StartRequests":[{"EventId":"\#(id)"}]}"#)
        _ = await service.answer(newest)
        service.time.advance(100)
        _ = await service.answer(newest)
        let recorded = service.journal.decisions(DecisionQuery())
        #expect(recorded.map(\.decision.outcome) == [.answered, .answered, .answered, .answered])
        #expect(recorded.map(\.decision.waitMilliseconds) == [0, 0, 0, 500_000])
        #expect(recorded[0].decision.reason() == "Incarnation 2: Freeze \(id) is Scheduled.")
        #expect(recorded[1].decision.reason() == "Approved for all their machines: \(id).")
        #expect(
            recorded[3].decision.reason()
                == "Incarnation 4: no event is listed; what was seen Started is gone, and the rest of its impact was not waited for.")
    }

    @Test("in real timing a started event stays for its impact, however often it is read")
    func real() async throws {
        let service = try Service(world("type: Freeze, notice: 30, impact: 7"), timing: .real)
        service.time.advance(30)
        for _ in 0..<3 { #expect(await service.answer(newest).text.contains("Started")) }
        service.time.advance(7)
        #expect(await service.answer(newest).text == #"{"DocumentIncarnation":4,"Events":[]}"#)
        #expect(service.journal.decisions(DecisionQuery()).allSatisfy { $0.decision.waitMilliseconds == 0 })
    }
}

@Suite struct EventOwnerTests {
    private func plan(_ service: Service, _ body: String) throws -> JSONValue {
        try service.events.plan(Array(body.utf8), from: "POST /events")
    }

    @Test("an event that is planned, listed and cancelled")
    func lifeCycle() async throws {
        let service = try Service()
        let planned = try plan(service, #"{"type":"Freeze","id":"\#(id)","after":10}"#)
        #expect(planned["state"]?.text == "awaited" && planned["appears"]?.text == "2026-02-10T09:21:43Z" && planned["origin"] == "command")
        service.time.advance(10)
        let listed = try #require(service.events.document["events"]?.elements?.first)
        #expect(listed["state"] == "scheduled" && listed["notBefore"]?.text == "2026-02-10T09:36:43Z" && listed["resources"] == ["vm-0"])
        #expect(service.events.approve(id.lowercased()))
        #expect(service.events.document["events"]?.elements?.first?["seen"] == false)
        _ = await service.answer(newest)
        #expect(service.events.document["events"]?.elements?.first?["seen"] == true)
        #expect(service.events.cancel(id) && !service.events.cancel(id) && !service.events.approve("x"))
        let over = try #require(service.events.document["events"]?.elements?.first)
        #expect(over["state"] == "cancelled" && over["ended"]?.text == "2026-02-10T09:21:43Z")
        #expect(service.events.document["incarnation"] == 4)
    }

    @Test("listing does not count as a reading")
    func listing() async throws {
        let service = try Service(world("type: Reboot, state: started"))
        for _ in 0..<3 { #expect(service.events.document["events"]?.elements?.first?["state"] == "started") }
        #expect(await service.answer(newest).text.contains("Started"))
    }

    @Test("rejects a second event of an id while the first is not over")
    func sameID() throws {
        let service = try Service(world("type: Freeze"))
        let body = #"{"type":"Reboot","id":"\#(id.lowercased())"}"#
        #expect(throws: ManifestRefusal.self) { try plan(service, body) }
        #expect(service.events.cancel(id))
        #expect(try plan(service, body)["state"] == "scheduled")
    }

    @Test("ids of commands differ where none is given")
    func freshIDs() throws {
        let service = try Service()
        let ids = try (0..<3).map { _ in try plan(service, #"{"type":"Freeze"}"#)["id"]?.text }
        #expect(Set(ids).count == 3)
    }

    @Test("a reload of the manifest calls off what vanished and plans what is new; events of commands stay")
    func reload() async throws {
        let service = try Service(world("type: Freeze"))
        let command = try #require(try plan(service, #"{"type":"Reboot"}"#)["id"]?.text)
        service.time.advance(5)
        try service.load(ours("Node", "vm-1", "{scheduledEvents: [{type: Redeploy, after: 10}]}"))
        var text = await service.answer(newest).text
        #expect(!text.contains(id) && text.contains(command) && !text.contains("Redeploy"))
        service.time.advance(10)
        text = await service.answer(newest).text
        #expect(text.contains(command) && text.contains("Redeploy"))
        #expect(text.contains(#""DocumentIncarnation":5,"#))
    }
}

import IdentityModel
import Testing

@Suite struct ScheduledEventTests {
    private func events(_ list: String) throws -> [ScheduledEvent] {
        guard case .node(let node) = try readOne(ours("Node", "spec: {scheduledEvents: \(list)}")) else { return [] }
        return node.scheduledEvents
    }

    @Test(
        "an event that says only its type is what such an event usually is",
        arguments: [
            (ScheduledEvent.Kind.freeze, 900, 5), (.reboot, 900, -1), (.redeploy, 600, -1), (.preempt, 30, -1), (.terminate, 300, -1),
        ])
    func usual(kind: ScheduledEvent.Kind, notice: Int, duration: Int) throws {
        let event = try #require(try events("[{type: \(kind.rawValue)}]").first)
        #expect(event.kind == kind && event.notice == notice && event.durationInSeconds == duration && event.impact == 600)
        #expect(event.resources == nil && event.source == .platform && event.description == "" && event.after == 0)
        #expect(event.state == .scheduled && event.cancelledAfter == nil)
    }

    @Test("an event is read with everything it may say, its id in the letter case given")
    func full() throws {
        let event = try #require(
            try events(
                """
                [{type: Reboot, id: 1F943876-80C5-4fc2-9a77-9011b0096c78, resources: [vm_0, vm_1], source: User, description: why,
                  after: 1, notice: 20, durationInSeconds: 0, impact: 3, state: scheduled, cancelledAfter: 19}]
                """
            ).first)
        #expect(event.id == "1F943876-80C5-4fc2-9a77-9011b0096c78" && event.resources == ["vm_0", "vm_1"] && event.source == .user)
        #expect(event.description == "why" && event.after == 1 && event.notice == 20 && event.durationInSeconds == 0)
        #expect(event.impact == 3 && event.cancelledAfter == 19)
    }

    @Test(
        "rejects what no event can be, with the field, what was found and what is allowed",
        arguments: [
            ("{}", "type: found nothing; allowed: Freeze, Reboot, Redeploy, Preempt, Terminate"),
            ("{type: freeze}", "type: found \"freeze\"; allowed: Freeze, Reboot, Redeploy, Preempt, Terminate"),
            ("{type: Freeze, id: x}", "id: found \"x\"; allowed: a GUID such as 1f943876-80c5-4fc2-9a77-9011b0096c78"),
            ("{type: Freeze, notice: -1}", "notice: found -1; allowed: a whole number from 0 to 31536000"),
            ("{type: Freeze, notice: '9'}", "notice: found \"9\"; allowed: a whole number from 0 to 31536000"),
            ("{type: Freeze, durationInSeconds: -2}", "durationInSeconds: found -2; allowed: a whole number from -1 to 31536000"),
            ("{type: Freeze, source: Me}", "source: found \"Me\"; allowed: Platform, User"),
            ("{type: Freeze, resources: vm}", "resources: found \"vm\"; allowed: a list"),
            (
                "{type: Freeze, resources: []}",
                "resources: found an empty list; allowed: names of machines, or no field for the served machine"
            ),
            (
                "{type: Reboot, state: started, notice: 5}",
                "notice: found 5; allowed: no field, for an event whose state is started has no notice"
            ),
            (
                "{type: Reboot, state: started, cancelledAfter: 5}",
                "cancelledAfter: found 5; allowed: no field, for a started event is not called off"
            ),
            (
                "{type: Preempt, cancelledAfter: 30}",
                "cancelledAfter: found 30; allowed: less than the notice of 30 s, for a started event is not called off"
            ),
            ("{type: Freeze, cancelledAfter: 0}", "cancelledAfter: found 0; allowed: a whole number from 1 to 31536000"),
            (
                "{type: Freeze, colour: red}",
                "colour: found an unknown field; allowed: after, cancelledAfter, description, durationInSeconds, id, impact, notice, "
                    + "resources, source, state, type"
            ),
        ])
    func rejects(event: String, problem: String) throws {
        #expect(
            try problems("Node", "spec: {scheduledEvents: [\(event)]}")
                == [
                    "world.yaml document 1 line 4: Node x: spec.scheduledEvents[0].\(problem)"
                ].map { problem.hasPrefix("type: found nothing") ? $0.replacing(" line 4", with: "") : $0 })
    }

    @Test("rejects two events of one id, letter case aside")
    func oneID() throws {
        let id = "1f943876-80c5-4fc2-9a77-9011b0096c78"
        #expect(
            try problems("Node", "spec: {scheduledEvents: [{type: Freeze, id: \(id)}, {type: Reboot, id: \(id.uppercased())}]}") == [
                "world.yaml document 1: Node x: spec.scheduledEvents[1].id: found \"\(id.uppercased())\", which another event has; "
                    + "allowed: an id of its own"
            ])
    }

    @Test("an id that is left out follows from what the event says, not from where it stands")
    func derivedIDs() throws {
        let alone = try events("[{type: Freeze, after: 5}]").map(\.id)
        let moved = try events("[{type: Reboot}, {type: Freeze, after: 5}, {type: Freeze, after: 5}]").map(\.id)
        #expect(alone[0] == moved[1])
        #expect(Set(moved).count == 3)
        #expect(try events("[{type: Freeze, after: 6}]").map(\.id) != alone)
    }

    @Test("one event is read from a request, and everything wrong with it is told at once")
    func request() throws {
        let event = try ScheduledEvent.read(Array(#"{"type":"Terminate","notice":60}"#.utf8), from: "POST /events") { "fresh" }
        #expect(event.kind == .terminate && event.notice == 60 && event.id == "fresh")
    }

    @Test(
        "rejects a request that does not describe one event",
        arguments: [
            ("", "POST /events: found nothing; allowed: an object that describes one event"),
            ("[]", "POST /events: found a list; allowed: an object that describes one event"),
            (#"{"type":"Freeze"}{"type":"Freeze"}"#, "POST /events: found 2 documents; allowed: an object that describes one event"),
            (
                #"{"type":"Frozen","notice":-1}"#,
                """
                POST /events line 1: ScheduledEvent: type: found "Frozen"; allowed: Freeze, Reboot, Redeploy, Preempt, Terminate
                POST /events line 1: ScheduledEvent: notice: found -1; allowed: a whole number from 0 to 31536000
                """
            ),
        ])
    func rejectsRequest(body: String, problem: String) throws {
        #expect(try refusal(of: body) == problem)
    }

    @Test("rejects a request that is neither JSON nor YAML, with its line")
    func rejectsText() throws {
        #expect(try refusal(of: "{\"type\":\n").hasPrefix("POST /events document 1 line "))
    }

    private func refusal(of body: String) throws -> String {
        let refusal = #expect(throws: ManifestRefusal.self) {
            try ScheduledEvent.read(Array(body.utf8), from: "POST /events") { "" }
        }
        return try #require(refusal).description
    }
}

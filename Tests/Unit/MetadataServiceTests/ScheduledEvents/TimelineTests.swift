import IdentityModel
import Surroundings
import Testing

@testable import MetadataService

/// An event as a manifest describes it, for the machine `vm`.
func planned(_ fields: String) throws -> PlannedEvent {
    PlannedEvent(try ScheduledEvent.read(Array("{\(fields)}".utf8), from: "test") { "id" }, machine: "vm")
}

extension Moment {
    /// So many seconds into the test.
    static func second(_ seconds: Int) -> Moment { Moment(nanoseconds: start.rawValue * 1_000_000_000) + seconds }
}

extension EventTimeline.Reading {
    /// `2 id Scheduled`.
    var summary: String {
        (["\(incarnation)"] + events.map { "\($0.plan.event.id) \($0.notBefore == nil ? "Started" : "Scheduled")" })
            .joined(separator: " ")
    }
}

@Suite struct TimelineTests {
    private let newest = EventsVersion.withDuration

    @Test("in real timing notice, impact and removal go by the clock: the documented sequence")
    func realSequence() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Freeze, after: 5, notice: 10, impact: 3")], at: .second(0))
        let seen = [0, 4, 5, 14, 15, 17, 18, 100].map { timeline.read(newest, at: .second($0)).summary }
        #expect(seen == ["1", "1", "2 id Scheduled", "2 id Scheduled", "3 id Started", "3 id Started", "4", "4"])
    }

    @Test("changes between two readings are counted")
    func unread() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Freeze, after: 5, notice: 10, impact: 3")], at: .second(0))
        #expect(timeline.read(newest, at: .second(1000)).summary == "4")
    }

    @Test("in instant timing a started event is gone once a reading has told of it, and the wait is told")
    func instantSequence() throws {
        var timeline = EventTimeline(timing: .instant)
        timeline.follow([try planned("type: Freeze, notice: 10, impact: 600")], at: .second(0))
        #expect(timeline.read(newest, at: .second(9)).summary == "2 id Scheduled")
        #expect(timeline.read(newest, at: .second(9)).summary == "2 id Scheduled")
        let started = timeline.read(newest, at: .second(12))
        #expect(started.summary == "3 id Started" && started.skippedMilliseconds == 0)
        let gone = timeline.read(newest, at: .second(13))
        #expect(gone.summary == "4" && gone.skippedMilliseconds == 597_000)
        #expect(timeline.read(newest, at: .second(14)).skippedMilliseconds == 0)
    }

    @Test("a reading that may not know of an event does not count as having seen it")
    func unseenByOldVersions() throws {
        var timeline = EventTimeline(timing: .instant)
        timeline.follow([try planned("type: Terminate, state: started")], at: .second(0))
        for _ in 0..<3 { #expect(timeline.read(.withPreempt, at: .second(1)).summary == "2") }
        #expect(timeline.read(.withTerminate, at: .second(2)).summary == "2 id Started")
        #expect(timeline.read(.withPreempt, at: .second(3)).summary == "3")
    }

    @Test("one approval starts the event for all its machines, in any letter case; a second one changes nothing")
    func approval() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Reboot, resources: [a, b], notice: 900, impact: 10")], at: .second(0))
        try timeline.acknowledge(["ID"], at: .second(1))
        #expect(timeline.read(newest, at: .second(1)).summary == "3 id Started")
        try timeline.acknowledge(["id", "id"], at: .second(2))
        #expect(timeline.read(newest, at: .second(10)).summary == "3 id Started")
        #expect(timeline.read(newest, at: .second(11)).summary == "4")
        try timeline.acknowledge(["id"], at: .second(12))
        #expect(timeline.read(newest, at: .second(12)).summary == "4")
    }

    @Test("rejects an approval of an event nobody was told of, and then approves none")
    func unknown() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow(
            [
                try planned("type: Reboot, id: 1f943876-80c5-4fc2-9a77-9011b0096c78"), try planned("type: Freeze, after: 5"),
            ], at: .second(0))
        for stranger in ["other", "id", ""] {
            #expect(throws: EventTimeline.UnknownEvent.self) {
                try timeline.acknowledge(["1f943876-80c5-4fc2-9a77-9011b0096c78", stranger], at: .second(1))
            }
        }
        #expect(timeline.read(newest, at: .second(2)).summary == "2 1f943876-80c5-4fc2-9a77-9011b0096c78 Scheduled")
    }

    @Test("a cancelled event goes from Scheduled to gone")
    func cancelled() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Reboot, cancelledAfter: 7")], at: .second(0))
        #expect(timeline.read(newest, at: .second(6)).summary == "2 id Scheduled")
        #expect(timeline.read(newest, at: .second(7)).summary == "3")
    }

    @Test("an event that was approved before it would have been called off is not called off")
    func approvedFirst() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Reboot, cancelledAfter: 7, impact: 60")], at: .second(0))
        try timeline.acknowledge(["id"], at: .second(6))
        #expect(timeline.read(newest, at: .second(8)).summary == "3 id Started")
    }

    @Test("a command calls an event off whatever its state", arguments: [(0, "1"), (5, "3"), (15, "4"), (60, "4")])
    func cancel(second: Int, after: String) throws {
        var timeline = EventTimeline(timing: .real)
        timeline.plan(try planned("type: Freeze, after: 2, notice: 10, impact: 20"), at: .second(0))
        let isFound = timeline.cancel("ID", at: .second(second))
        #expect(isFound == (second < 60))
        #expect(timeline.read(newest, at: .second(100)).summary == after)
        let isFoundAgain = timeline.cancel("id", at: .second(101))
        #expect(!isFoundAgain)
    }

    @Test("a failure of the host skips the notice")
    func hostFailure() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.plan(try planned("type: Reboot, state: started"), at: .second(0))
        #expect(timeline.read(newest, at: .second(0)).summary == "2 id Started")
    }

    @Test("what happens to several events at one moment is one change")
    func together() throws {
        var timeline = EventTimeline(timing: .real)
        let other = "1f943876-80c5-4fc2-9a77-9011b0096c78"
        timeline.follow(
            [try planned("type: Freeze, notice: 5, impact: 5"), try planned("type: Reboot, id: \(other), notice: 5, impact: 5")],
            at: .second(0))
        #expect(timeline.read(newest, at: .second(0)).incarnation == 2)
        #expect(timeline.read(newest, at: .second(5)).incarnation == 3)
        #expect(timeline.read(newest, at: .second(10)).summary == "4")
    }

    @Test("an event without notice is never Scheduled, one without impact never Started, and one without either never listed")
    func zeroes() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.plan(try planned("type: Freeze, notice: 0, impact: 5"), at: .second(0))
        #expect(timeline.read(newest, at: .second(0)).summary == "2 id Started")
        #expect(timeline.read(newest, at: .second(5)).summary == "3")
        timeline.plan(try planned("type: Freeze, notice: 5, impact: 0"), at: .second(6))
        #expect(timeline.read(newest, at: .second(10)).summary == "4 id Scheduled")
        #expect(timeline.read(newest, at: .second(11)).summary == "5")
        timeline.plan(try planned("type: Freeze, notice: 0, impact: 0"), at: .second(12))
        #expect(timeline.read(newest, at: .second(12)).summary == "5")
    }

    @Test("a clock that is turned back undoes nothing")
    func clockTurnedBack() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.plan(try planned("type: Freeze, notice: 5, impact: 50"), at: .second(0))
        #expect(timeline.read(newest, at: .second(6)).summary == "3 id Started")
        #expect(timeline.read(newest, at: .second(1)).summary == "3 id Started")
    }
}

@Suite struct ReloadTests {
    private let newest = EventsVersion.withDuration
    private let first = "1f943876-80c5-4fc2-9a77-9011b0096c78"

    @Test("events the manifest no longer has are called off, new ones count from the reload, the rest keep their state")
    func reload() throws {
        var timeline = EventTimeline(timing: .real)
        let kept = try planned("type: Freeze, id: \(first), after: 2, notice: 10, impact: 100")
        timeline.follow([kept, try planned("type: Reboot")], at: .second(0))
        #expect(timeline.read(newest, at: .second(5)).summary == "3 \(first) Scheduled id Scheduled")
        timeline.follow([try planned("type: Redeploy, after: 3"), kept], at: .second(20))
        #expect(timeline.read(newest, at: .second(20)).events.map(\.plan) == [kept])
        #expect(timeline.read(newest, at: .second(20)).events.map(\.notBefore) == [nil])
        #expect(timeline.read(newest, at: .second(22)).events.count == 1)
        #expect(timeline.read(newest, at: .second(23)).events.count == 2)
    }

    @Test("a reload that says the same starts nothing again, not even what is over")
    func same() throws {
        var timeline = EventTimeline(timing: .real)
        let script = [try planned("type: Freeze, notice: 1, impact: 1")]
        timeline.follow(script, at: .second(0))
        #expect(timeline.read(newest, at: .second(5)).summary == "4")
        timeline.follow(script, at: .second(6))
        timeline.follow(script + [try planned("type: Reboot, id: \(first)")], at: .second(7))
        #expect(timeline.read(newest, at: .second(8)).summary == "5 \(first) Scheduled")
    }

    @Test("an event that a command called off stays so when the manifest says it again")
    func calledOff() throws {
        var timeline = EventTimeline(timing: .real)
        let script = [try planned("type: Freeze")]
        timeline.follow(script, at: .second(0))
        let isFound = timeline.cancel("id", at: .second(1))
        #expect(isFound)
        timeline.follow(script, at: .second(2))
        timeline.follow(script + [try planned("type: Reboot, id: \(first), after: 900")], at: .second(3))
        #expect(timeline.read(newest, at: .second(4)).summary == "3")
    }

    @Test("an event that says something else is another event, in one change")
    func edited() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Freeze, notice: 5")], at: .second(0))
        #expect(timeline.read(newest, at: .second(6)).summary == "3 id Started")
        timeline.follow([try planned("type: Freeze, notice: 50")], at: .second(7))
        #expect(timeline.read(newest, at: .second(7)).summary == "4 id Scheduled")
    }

    @Test("events of commands survive a reload")
    func commands() throws {
        var timeline = EventTimeline(timing: .real)
        timeline.follow([try planned("type: Freeze")], at: .second(0))
        timeline.plan(try planned("type: Reboot, id: \(first)"), at: .second(1))
        timeline.follow([], at: .second(2))
        #expect(timeline.read(newest, at: .second(3)).summary == "4 \(first) Scheduled")
    }
}

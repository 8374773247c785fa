import IdentityModel
import Testing

@testable import MetadataService

/// A small generator whose every run is the same for a seed (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// What the timeline should do, worked out from the whole history each time: the timeline itself forgets what it does not need.
private struct Model {
    struct Event {
        let plan: PlannedEvent
        let planned: Moment
        var approvals: [Moment] = []
        var removed: Moment?

        var appears: Moment { planned + plan.event.after }
        var notBefore: Moment { appears + plan.event.notice }

        /// The scripted cancellation counts only before anything has started the event.
        var start: Moment? {
            let start = min(notBefore, approvals.min() ?? notBefore)
            if let span = plan.event.cancelledAfter, appears + span < start { return nil }
            return start
        }

        func end(_ timing: EventTiming, readings: [Moment]) -> Moment? {
            guard let start else { return [removed, plan.event.cancelledAfter.map { appears + $0 }].compactMap { $0 }.min() }
            let passed =
                switch timing {
                case .real: Moment?.some(start + plan.event.impact)
                case .instant: readings.filter { $0 >= start }.dropFirst().first
                }
            return [removed, passed].compactMap { $0 }.min()
        }
    }

    let timing: EventTiming
    var events: [Event] = []
    var readings: [Moment] = []

    /// `id Scheduled`, of all events listed at a moment.
    func listing(at now: Moment) -> [String] {
        events.compactMap { event in
            guard event.appears <= now, event.end(timing, readings: readings).map({ now < $0 }) ?? true else { return nil }
            return "\(event.plan.event.id) \(event.start.map { $0 <= now } ?? false ? "Started" : "Scheduled")"
        }
    }

    /// One more than the moments at which the listing changed.
    func incarnation(at now: Moment) -> Int {
        let moments = events.flatMap { event in
            [event.appears, event.start, event.end(timing, readings: readings)].compactMap { $0 }
        }
        var last: [String] = []
        var count = 1
        for moment in Set(moments).sorted() where moment <= now {
            let listing = listing(at: moment)
            if listing != last { count += 1 }
            last = listing
        }
        return count
    }

    func isListed(_ event: Event, at now: Moment) -> Bool {
        event.appears <= now && event.end(timing, readings: readings).map { now < $0 } ?? true
    }
}

@Suite struct TimelineModelTests {
    @Test(
        "any sequence of plans, approvals, cancellations and readings gives the listing and incarnation that the whole history gives",
        arguments: [EventTiming.real, .instant], 0..<15 as Range<UInt64>)
    func agrees(timing: EventTiming, seed: UInt64) throws {
        var dice = Dice(state: seed)
        var timeline = EventTimeline(timing: timing)
        var model = Model(timing: timing)
        var second = 0
        var last = (incarnation: 1, listing: [String]())
        for step in 1...80 {
            second += Int.random(in: 0...4, using: &dice)
            // Each step has a nanosecond of its own, so that what it does never falls together with what another one planned.
            let now = Moment(nanoseconds: Moment.second(second).nanoseconds + Int64(step))
            switch Int.random(in: 0..<6, using: &dice) {
            case 0:
                let notice = Int.random(in: 0...9, using: &dice)
                let plan = PlannedEvent(
                    try ScheduledEvent.read(
                        Array(
                            """
                            {type: Freeze, after: \(Int.random(in: 0...4, using: &dice)), notice: \(notice),
                             impact: \(Int.random(in: 0...6, using: &dice)),
                             cancelledAfter: \(notice > 1 && Bool.random(using: &dice) ? "\(notice / 2)" : "null")}
                            """.utf8), from: "test"
                    ) { "event-\(step)" }, machine: "vm")
                timeline.plan(plan, at: now)
                model.events.append(Model.Event(plan: plan, planned: now))
            case 1:
                let known = model.events.indices.filter { model.isListed(model.events[$0], at: now) }
                let chosen = known.filter { _ in Bool.random(using: &dice) }
                try timeline.acknowledge(chosen.map { model.events[$0].plan.event.id.uppercased() }, at: now)
                for index in chosen { model.events[index].approvals.append(now) }
            case 2:
                guard let index = model.events.indices.randomElement(using: &dice), model.events[index].removed == nil else { break }
                let isOver = model.events[index].end(timing, readings: model.readings).map { $0 <= now } ?? false
                let isFound = timeline.cancel(model.events[index].plan.event.id, at: now)
                #expect(isFound == !isOver)
                if !isOver { model.events[index].removed = now }
            default:
                let reading = timeline.read(.withDuration, at: now)
                model.readings.append(now)
                let listing = reading.events.map { "\($0.plan.event.id) \($0.notBefore == nil ? "Started" : "Scheduled")" }
                #expect(listing == model.listing(at: now), "step \(step)")
                #expect(reading.incarnation == model.incarnation(at: now), "step \(step)")
                #expect(reading.incarnation >= last.incarnation)
                if listing != last.listing { #expect(reading.incarnation > last.incarnation) }
                last = (reading.incarnation, listing)
            }
        }
        #expect(last.incarnation > 5)
    }

    @Test("in real timing readings change nothing: a twin that nobody reads comes to the same", arguments: 0..<40 as Range<UInt64>)
    func readingsDoNotMatter(seed: UInt64) throws {
        var dice = Dice(state: seed)
        var read = EventTimeline(timing: .real)
        var unread = EventTimeline(timing: .real)
        for second in 1...60 {
            if Int.random(in: 0..<4, using: &dice) == 0 {
                let plan = PlannedEvent(
                    try ScheduledEvent.read(
                        Array("{type: Reboot, after: \(second % 3), notice: \(second % 7), impact: \(second % 5)}".utf8), from: "test"
                    ) { "event-\(second)" }, machine: "vm")
                read.plan(plan, at: .second(second))
                unread.plan(plan, at: .second(second))
            }
            let before = read.read(.withDuration, at: .second(second))
            #expect(read.read(.withDuration, at: .second(second)).summary == before.summary)
        }
        #expect(read.read(.withDuration, at: .second(61)).summary == unread.read(.withDuration, at: .second(61)).summary)
    }
}

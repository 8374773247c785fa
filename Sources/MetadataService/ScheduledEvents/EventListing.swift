import IdentityModel
import WireFormats

/// Events as our own interfaces show them: those to come and those that are over included, times in RFC 3339.
enum EventListing {
    /// Everything that is known, in the order in which it shows itself.
    static func document(_ timeline: EventTimeline) -> JSONValue {
        let shown =
            timeline.past.suffix(100).map { ($0.event.appears, document($0)) }
            + timeline.events.map { ($0.appears, document($0, timing: timeline.timing)) }
        let ordered = shown.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
        return ["incarnation": .integer(timeline.incarnation), "events": .array(ordered)]
    }

    /// The latest event of an id; null when there never was one.
    static func document(_ timeline: EventTimeline, id: String) -> JSONValue {
        if let event = timeline.events.last(where: { $0.plan.has(id: id) }) { return document(event, timing: timeline.timing) }
        return timeline.past.last { $0.event.plan.has(id: id) }.map(document) ?? .null
    }

    private static func document(_ event: TimelineEvent, timing: EventTiming) -> JSONValue {
        switch event.phase {
        case .awaited: members(event, "awaited", [])
        case .scheduled: members(event, "scheduled", [("notBefore", event.notBefore)])
        case .started(let start, let isSeen):
            members(
                event, "started", [("started", start)] + (timing == .real ? [("ends", start + event.plan.event.impact)] : []),
                isSeen: timing == .instant ? isSeen : nil)
        }
    }

    private static func document(_ past: EventTimeline.Past) -> JSONValue {
        var times: [(String, Moment)] = []
        if case .started(let start, _) = past.event.phase { times.append(("started", start)) }
        return members(past.event, past.isCancelled ? "cancelled" : "finished", times + [("ended", past.ended)])
    }

    private static func members(
        _ event: TimelineEvent, _ state: String, _ times: [(String, Moment)], isSeen: Bool? = nil
    ) -> JSONValue {
        let described = event.plan.event
        var members: [JSONMember] = [
            JSONMember("id", .string(described.id)), JSONMember("type", .string(described.kind.rawValue)),
            JSONMember("state", .string(state)), JSONMember("resources", .strings(event.plan.resources)),
            JSONMember("source", .string(described.source.rawValue)), JSONMember("description", .string(described.description)),
            JSONMember("durationInSeconds", .integer(described.durationInSeconds)), JSONMember("origin", .string(event.origin.rawValue)),
        ]
        members += ([("appears", event.appears)] + times).map { JSONMember($0.0, .string(CivilTime($0.1.second).rfc3339)) }
        if let isSeen { members.append(JSONMember("seen", .bool(isSeen))) }
        return .object(members)
    }
}

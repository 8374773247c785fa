import IdentityModel
import WireFormats

/// The document that lists events, with the members that a version knows, in the order of the wire (source: imds.md §8).
enum EventsDocument {
    /// A member of an event.
    private struct Member {
        let name: String
        let since: EventsVersion
        let value: @Sendable (ListedEvent, EventsVersion) -> JSONValue

        init(_ name: String, since: EventsVersion = .preview, _ value: @escaping @Sendable (ListedEvent, EventsVersion) -> JSONValue) {
            self.name = name
            self.since = since
            self.value = value
        }
    }

    private static let members = [
        Member("EventId") { event, _ in .string(event.plan.event.id) },
        Member("EventStatus") { event, _ in event.notBefore == nil ? "Started" : "Scheduled" },
        Member("EventType") { event, _ in .string(event.plan.event.kind.rawValue) },
        Member("ResourceType") { _, _ in "VirtualMachine" },
        Member("Resources") { event, version in .strings(event.plan.resources.map { version == .preview ? "_\($0)" : $0 }) },
        Member("NotBefore") { event, _ in .string(event.notBefore.map { CivilTime($0.second).httpDate } ?? "") },
        Member("Description", since: .withDescription) { event, _ in .string(event.plan.event.description) },
        Member("EventSource", since: .withSource) { event, _ in .string(event.plan.event.source.rawValue) },
        Member("DurationInSeconds", since: .withDuration) { event, _ in .integer(event.plan.event.durationInSeconds) },
    ]

    /// The bytes of a reading.
    static func bytes(_ reading: EventTimeline.Reading, version: EventsVersion) -> [UInt8] {
        let members = members.filter { $0.since <= version }
        let events = reading.events.map { event in
            JSONValue.object(members.map { JSONMember($0.name, $0.value(event, version)) })
        }
        return (["DocumentIncarnation": .integer(reading.incarnation), "Events": .array(events)] as JSONValue).bytes()
    }
}

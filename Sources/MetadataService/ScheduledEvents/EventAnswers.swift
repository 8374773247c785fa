import Decisions
import HTTPServing
import IdentityModel
import IdentityStore

/// `/metadata/scheduledevents` (source: imds.md §8).
extension MetadataService {
    /// GET lists events, POST approves some; the route takes no other method and no version but the events' own.
    func scheduledEvents(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        guard let version = call.parameter("api-version").flatMap(EventsVersion.init(rawValue:)) else { throw .pathUnknown(.instance) }
        return call.request.methodIs("POST") ? try approveEvents(call, snapshot) : listEvents(version, snapshot)
    }

    private func listEvents(_ version: EventsVersion, _ snapshot: IdentitySnapshot) -> Answer {
        let reading = events.read(version)
        // Made now: the journal must not hold all that was read or sent.
        let reason = Self.told(reading)
        var decision = Decision(face: .metadata, plane: snapshot.plane, outcome: .answered, reason: reason)
        decision.waitMilliseconds = reading.skippedMilliseconds
        return .done(wire.document(EventsDocument.bytes(reading, version: version)), decision)
    }

    /// The body of a 200 is not known; ours is empty.
    private func approveEvents(_ call: MetadataCall, _ snapshot: IdentitySnapshot) throws(MetadataFailure) -> Answer {
        let requests: StartRequests
        do {
            requests = try StartRequests(parsing: call.request.body)
        } catch {
            throw .startRequestsMalformed(error.reason)
        }
        do {
            try events.acknowledge(requests.ids)
        } catch {
            throw .eventUnknown(error.id)
        }
        let reason =
            requests.ids.isEmpty ? "The request approves no event." : "Approved for all their machines: \(Self.named(requests.ids))."
        return answered(wire.document([]), snapshot, reason)
    }

    private static func told(_ reading: EventTimeline.Reading) -> String {
        let events = reading.events.map { event in
            "\(event.plan.event.kind.rawValue) \(event.plan.event.id) is \(event.notBefore == nil ? "Started" : "Scheduled")"
        }
        let listed = events.isEmpty ? "no event is listed" : named(events)
        let gone = reading.skippedMilliseconds > 0 ? "; what was seen Started is gone, and the rest of its impact was not waited for" : ""
        return "Incarnation \(reading.incarnation): \(listed)\(gone)."
    }

    /// At most eight of them: a reason is a sentence.
    private static func named(_ items: [String]) -> String {
        let shown = 8
        return items.prefix(shown).joined(separator: ", ") + (items.count > shown ? ", and \(items.count - shown) more" : "")
    }
}

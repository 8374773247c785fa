import Control
import HTTPServing
import IdentityModel
import MetadataService
import WireFormats

/// The scheduled events of the metadata service as operations of the control listener.
enum EventOperations {
    static func all(_ events: ScheduledEvents) -> [ControlOperation] {
        [
            ControlOperation("GET", "/events", "Lists all events with their states and times.", changes: false) { _, _ in
                ControlWire.document(events.document)
            },
            ControlOperation("POST", "/events", "Plans the event that the body describes as a manifest does.", changes: true) {
                request, _ in
                do throws(ManifestRefusal) {
                    return ControlWire.document(try events.plan(request.body, from: "POST /events"), status: .created)
                } catch {
                    return ControlWire.problem(
                        HTTPStatus(code: 422), "Nothing was planned: \(error.problems.count) problem(s).",
                        problems: error.problems.map(\.description))
                }
            },
            ControlOperation("DELETE", "/events/{id}", "Calls an event off, whatever its state.", changes: true) { _, parameters in
                let id = parameters["id"] ?? ""
                return events.cancel(id) ? ControlWire.document(["cancelled": .string(id)]) : missing(id)
            },
            ControlOperation(
                "POST", "/events/{id}/acknowledge", "Approves an event as any of its machines would.", changes: true
            ) { _, parameters in
                let id = parameters["id"] ?? ""
                return events.approve(id) ? ControlWire.document(["acknowledged": .string(id)]) : missing(id)
            },
        ]
    }

    private static func missing(_ id: String) -> HTTPResponse {
        ControlWire.problem(.notFound, "There is no event \(id) to do this with; GET /events lists them.")
    }
}

import Control
import HTTPServing
import IdentityModel
import MetadataService
import WireFormats

/// The scheduled events of the metadata service as operations of the control listener.
enum EventOperations {
    static func all(_ events: ScheduledEvents) -> [ControlOperation] {
        [
            ControlOperation(
                "GET", "/events", "Lists all events with their states and times.", changes: false,
                answers: [.document(.object([.required("events", .array(of: .object([], isOpen: true)))], isOpen: true), "The events.")]
            ) { _, _ in
                ControlWire.document(events.document)
            },
            ControlOperation(
                "POST", "/events", "Plans the event that the body describes as a manifest does.", changes: true,
                body: .judged(planned),
                answers: [
                    .document(.object([.required("id", .text)], isOpen: true), status: .created, "The event, as it is listed."),
                    .problem(HTTPStatus(code: 422), "The description is wrong; nothing was planned."),
                ]
            ) { request, _ in
                do throws(ManifestRefusal) {
                    return ControlWire.document(try events.plan(request.body, from: "POST /events"), status: .created)
                } catch {
                    return ControlWire.problem(
                        HTTPStatus(code: 422), "Nothing was planned: \(error.problems.count) problem(s).",
                        problems: error.problems.map(\.description))
                }
            },
            ControlOperation(
                "DELETE", "/events/{id}", "Calls an event off, whatever its state.", changes: true,
                answers: [.document(.object([.required("cancelled", .text)]), "It is off."), unknown]
            ) { _, parameters in
                let id = parameters["id"] ?? ""
                return events.cancel(id) ? ControlWire.document(["cancelled": .string(id)]) : missing(id)
            },
            ControlOperation(
                "POST", "/events/{id}/acknowledge", "Approves an event as any of its machines would.", changes: true,
                answers: [.document(.object([.required("acknowledged", .text)]), "It is approved."), unknown]
            ) { _, parameters in
                let id = parameters["id"] ?? ""
                return events.approve(id) ? ControlWire.document(["acknowledged": .string(id)]) : missing(id)
            },
        ]
    }

    private static let unknown = ControlAnswer.problem(.notFound, "There is no such event.")
    /// Told in short: what is wrong with a description is told field by field.
    private static let planned = JSONSchema.object(
        [
            .required("type", .choice(ScheduledEvent.Kind.allCases.map(\.rawValue))), .optional("id", .text),
            .optional("resources", .array(of: .text)), .optional("notice", .integer(0...31_536_000)),
            .optional("durationInSeconds", .integer(-1...31_536_000)), .optional("description", .text),
        ], isOpen: true)

    private static func missing(_ id: String) -> HTTPResponse {
        ControlWire.problem(.notFound, "There is no event \(id) to do this with; GET /events lists them.")
    }
}

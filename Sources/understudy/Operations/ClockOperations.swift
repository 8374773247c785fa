import Control
import HTTPServing
import Surroundings
import WireFormats

/// The emulated time as operations of the control listener.
struct ClockOperations: Sendable {
    let clock: AdjustableClock

    /// A century either way: what is beyond the certificates is refused by the clock itself.
    private static let span = JSONSchema.integer(-3_153_600_000...3_153_600_000)
    private static let shape = JSONSchema.object([
        .required("now", .instant, "The emulated time."), .required("frozen", .boolean, "Whether it stands still."),
        .required("offsetSeconds", span, "How far it is ahead of the system's clock."),
        .optional("earliest", .instant, "What it may show: beyond, our certificates are not valid."), .optional("latest", .instant),
    ])
    private static let told = ControlAnswer.document(shape, "How the clock stands.")
    private static let beyond = ControlAnswer.problem(
        HTTPStatus(code: 422), "The certificates of our listeners are not valid at that instant; nothing was changed.")

    var all: [ControlOperation] {
        [
            ControlOperation("GET", "/clock", "Tells the emulated time.", changes: false, answers: [Self.told]) { _, _ in
                ControlWire.document(document)
            },
            ControlOperation(
                "POST", "/clock/advance", "Moves the emulated time ahead, whether it runs or stands.", changes: true,
                body: .json(.object([.required("seconds", .integer(0...3_153_600_000))])), answers: [Self.told, Self.beyond]
            ) { request, _ in
                change { () throws(AdjustableClock.OutOfRange) in
                    try clock.advance(seconds: Int64(request.document["seconds"]?.wholeNumber ?? 0))
                }
            },
            ControlOperation(
                "POST", "/clock/freeze", "Stops the emulated time, here or at an instant.", changes: true,
                body: .json(.object([.optional("at", Self.instant)]), isRequired: false), answers: [Self.told, Self.beyond]
            ) { request, _ in
                change { () throws(AdjustableClock.OutOfRange) in
                    try clock.freeze(at: request.document["at"]?.text.flatMap { UnixSeconds(rfc3339: $0) })
                }
            },
            ControlOperation(
                "POST", "/clock/offset", "Lets the emulated time run so far ahead of the system's (behind it, when negative).",
                changes: true, body: .json(.object([.required("seconds", Self.span)])), answers: [Self.told, Self.beyond]
            ) { request, _ in
                change { () throws(AdjustableClock.OutOfRange) in
                    try clock.run(offsetSeconds: Int64(request.document["seconds"]?.wholeNumber ?? 0))
                }
            },
            ControlOperation(
                "POST", "/clock/resume", "Lets the emulated time go on from where it stands.", changes: true, answers: [Self.told]
            ) { _, _ in
                clock.resume()
                return ControlWire.document(document)
            },
        ]
    }

    private static let instant = JSONSchema.pattern(
        "^(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?Z$",
        told: "an instant such as 2026-02-10T09:21:33Z"
    ) { UnixSeconds(rfc3339: $0).map(UnixSeconds.countable.contains) ?? false }

    private func change(_ body: () throws(AdjustableClock.OutOfRange) -> Void) -> HTTPResponse {
        do throws(AdjustableClock.OutOfRange) {
            try body()
            return ControlWire.document(document)
        } catch {
            return ControlWire.problem(HTTPStatus(code: 422), "Nothing was changed: \(Self.sentence(error)).")
        }
    }

    private var document: JSONValue {
        let now = UnixSeconds(clock.nanoseconds / 1_000_000_000)
        let isFrozen = if case .frozen = clock.setting { true } else { false }
        var members = [
            JSONMember("now", .string(CivilTime(now).rfc3339)), JSONMember("frozen", .bool(isFrozen)),
            JSONMember("offsetSeconds", .integer(clock.offsetSeconds)),
        ]
        if let range = clock.range {
            members.append(JSONMember("earliest", .string(CivilTime(range.lowerBound).rfc3339)))
            members.append(JSONMember("latest", .string(CivilTime(range.upperBound).rfc3339)))
        }
        return .object(members)
    }

    /// An instant that is refused, with what is allowed and why.
    static func sentence(_ refusal: AdjustableClock.OutOfRange) -> String {
        let (from, to) = (CivilTime(refusal.allowed.lowerBound).rfc3339, CivilTime(refusal.allowed.upperBound).rfc3339)
        return "found \(CivilTime(refusal.instant).rfc3339); allowed: from \(from) to \(to), while the listeners' certificates are valid"
    }
}

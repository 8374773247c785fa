import ArgumentParser
import IdentityModel
import WireFormats

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Scheduled events of a running server: start, list, cancel, acknowledge.",
        discussion: """
            What a workload reads at /metadata/scheduledevents. Events may also stand in a manifest, in spec.scheduledEvents of a Node;
            those of commands survive a reload.
            """,
        subcommands: [StartEvent.self, ListEvents.self, CancelEvent.self, AcknowledgeEvent.self])
}

struct StartEvent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Schedule an event, and print its id.",
        discussion: "What is left out is what such an event usually is; spans are whole seconds.")

    @OptionGroup var server: ControlOptions

    @Argument(help: "Freeze, Reboot, Redeploy, Preempt or Terminate, in any letter case.")
    var type: String

    @Option(help: ArgumentHelp("A machine it happens to (default: the served one). Repeatable.", valueName: "name"))
    var resource: [String] = []

    @Option(help: ArgumentHelp("From now to NotBefore (default by type: 900, 900, 600, 30, 300).", valueName: "seconds"))
    var notice: Int?

    // Unconditional, for -1 is a value here.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("DurationInSeconds; -1 unknown (the default; a Freeze: 5), 0 none.", valueName: "seconds"))
    var duration: Int?

    @Option(help: ArgumentHelp("How long it is listed once Started, with --timing real (default: 600).", valueName: "seconds"))
    var impact: Int?

    @Option(help: ArgumentHelp("Let it show itself only after so long.", valueName: "seconds"))
    var after: Int?

    @Option(help: ArgumentHelp("Call it off so long after it showed itself, unless it has started.", valueName: "seconds"))
    var cancelledAfter: Int?

    @Option(help: "Platform (the default) or User.")
    var source: String?

    @Option(help: "Text for people.")
    var description: String?

    @Option(help: ArgumentHelp("Its EventId (default: a new one).", valueName: "guid"))
    var id: String?

    @Flag(help: "Skip the notice: it is Started at once, as after a failure of the host.")
    var started = false

    func validate() throws {
        do throws(ManifestRefusal) {
            _ = try ScheduledEvent.read(body.bytes(), from: "events start") { "" }
        } catch {
            throw ValidationError(error.problems.map { "\($0.path): found \($0.found); allowed: \($0.allowed)" }.joined(separator: "\n"))
        }
    }

    func run() async throws {
        let event = try await server.client().send("POST", "/events", body: body.bytes())
        Console.print(event["id"]?.text ?? "")
    }

    /// The event with the fields of a manifest.
    private var body: JSONValue {
        let type = ScheduledEvent.Kind.allCases.first { $0.rawValue.lowercased() == self.type.lowercased() }?.rawValue ?? self.type
        let members: [(String, JSONValue?)] = [
            ("type", .string(type)), ("id", id.map(JSONValue.string)), ("resources", resource.isEmpty ? nil : .strings(resource)),
            ("source", source.map(JSONValue.string)), ("description", description.map(JSONValue.string)),
            ("after", after.map { .integer($0) }), ("notice", notice.map { .integer($0) }),
            ("durationInSeconds", duration.map { .integer($0) }), ("impact", impact.map { .integer($0) }),
            ("state", started ? "started" : nil), ("cancelledAfter", cancelledAfter.map { .integer($0) }),
        ]
        return .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }
}

struct ListEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show all events, those to come and those that are over included.")

    @OptionGroup var server: ControlOptions

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let document = try await server.client().get("/events")
        guard format == .text else { return Console.print(document.rendered(.pretty)) }
        let events = document["events"]?.elements ?? []
        guard !events.isEmpty else { return Console.print("no events") }
        Console.print(TextTable.text([["ID", "TYPE", "STATE", "WHEN", "SOURCE", "FROM", "RESOURCES"]] + events.map(Self.row)))
    }

    private static func row(_ event: JSONValue) -> [String] {
        func text(_ name: String) -> String { event[name]?.text ?? "" }
        return [
            text("id"), text("type"), text("state"), when(event), text("source"), text("origin"),
            (event["resources"]?.elements ?? []).compactMap(\.text).joined(separator: ", "),
        ]
    }

    /// The next thing the clock does with it, or the last that was done.
    private static func when(_ event: JSONValue) -> String {
        func text(_ name: String) -> String { event[name]?.text ?? "" }
        switch text("state") {
        case "awaited": return "appears \(text("appears"))"
        case "scheduled": return "not before \(text("notBefore"))"
        case "started" where event["seen"] == true: return "gone with the next reading"
        case "started": return event["ends"] == nil ? "until it is read" : "until \(text("ends"))"
        default: return "since \(text("ended"))"
        }
    }
}

struct CancelEvent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Call an event off, whatever its state.")

    @OptionGroup var server: ControlOptions

    @Argument(help: "Its EventId, in any letter case.")
    var id: String

    func run() async throws {
        _ = try await server.client().send("DELETE", "/events/\(Percent.encodeQuery(id))", body: nil)
        Console.print("\(id) cancelled")
    }
}

struct AcknowledgeEvent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Approve an event, as another of its machines might.")

    @OptionGroup var server: ControlOptions

    @Argument(help: "Its EventId, in any letter case.")
    var id: String

    func run() async throws {
        _ = try await server.client().send("POST", "/events/\(Percent.encodeQuery(id))/acknowledge", body: [])
        Console.print("\(id) acknowledged")
    }
}

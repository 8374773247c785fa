import ArgumentParser
import WireFormats

struct DecisionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions", abstract: "What happened: who asked, what matched, what was refused and why.",
        discussion: """
            With --retries: what each client did about faults, by its name and version: how often it asked again, how long it waited and how \
            long it was told to, and how it ended. Exit status 1 when one came back too soon, asked again in vain, or gave up too early.
            """)

    @OptionGroup var server: ControlOptions

    @Option(help: ArgumentHelp("Only this caller.", valueName: "namespace/name"))
    var pod: String?

    @Option(help: "Only this outcome: issued, refused, rejected, forwarded, answered, changed, failed or faulted.")
    var outcome: String?

    @Option(help: ArgumentHelp("Only decisions after this one.", valueName: "id"))
    var since: String?

    @Option(help: ArgumentHelp("At most so many, the newest (default: 100).", valueName: "count"))
    var limit: String?

    @Flag(help: "What clients did about faults instead.")
    var retries = false

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func validate() throws {
        if retries, outcome != nil { throw ValidationError("--outcome says nothing of --retries") }
    }

    func run() async throws {
        let query = Percent.form(
            [("pod", pod), ("outcome", outcome), ("since", since), ("limit", limit)].compactMap { name, value in value.map { (name, $0) } })
        let page = retries ? "/retries" : "/decisions"
        let document = try await server.client().get(page + (query.isEmpty ? "" : "?\(query)"))
        if retries { return try RetryTable.print(document, format) }
        guard format == .text else { return Console.print(document.rendered(.pretty)) }
        for decision in document["decisions"]?.elements ?? [] { Console.print(Self.line(decision)) }
    }

    static func line(_ decision: JSONValue) -> String {
        func number(_ name: String) -> String { if case .number(let text)? = decision[name] { text } else { "" } }
        let caller = decision["caller"]?["pod"]?.text ?? decision["caller"]?["address"]?.text ?? "?"
        return
            "\(number("id"))  \(decision["time"]?.text ?? "")  \(caller)  \(decision["method"]?.text ?? "") \(decision["path"]?.text ?? "")  "
            + "\(number("status")) \(decision["outcome"]?.text ?? "")  \(decision["reason"]?.text ?? "")"
    }
}

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Exit 0 when the server is ready; an image's health check.")

    @OptionGroup var server: ControlOptions

    func run() async throws {
        let document = try await server.client().get("/readyz")
        Console.print(document.rendered())
    }
}

import ArgumentParser
import Decisions
import WireFormats

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Assert what happened: exit 0 when it is so, 1 when it is not, with what came nearest.",
        discussion: """
            A decision counts when it meets every criterion that is given. It is about tokens that were given unless --outcome says
            otherwise. Once or more is expected unless a count is given; an exact or greatest count with --within is watched to the end.

              understudy mark before
              understudy verify --since before --pod shop/web --audience https://vault.azure.net --identity reader --exactly 1
              understudy verify --since before --pod shop/web --outcome refused --never

            Decisions that the server no longer keeps are never taken as if they had not been: then it says so, and exits 1.
            """)

    @OptionGroup var server: ControlOptions

    @Option(help: ArgumentHelp("The caller's pod.", valueName: "namespace/name"))
    var pod: String?

    @Option(help: ArgumentHelp("The caller's address.", valueName: "ip"))
    var address: String?

    @Option(help: "What answered: \(DecisionCriterion.sources.joined(separator: ", ")).")
    var source: String?

    @Option(help: ArgumentHelp("The resource asked for; a last slash and /.default do not count.", valueName: "uri"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "Whom the token is about: name, client id, object id or ARM id. What was refused, named it so.", valueName: "identity"))
    var identity: String?

    @Option(help: "How it ended: issued (the default), refused, rejected, forwarded, answered, changed, failed, faulted or any.")
    var outcome: String?

    @Option(help: ArgumentHelp("The status of the answer.", valueName: "code"))
    var status: Int?

    @Option(
        help: ArgumentHelp(
            "What the request carried in one of \(RecordedDecision.correlationHeaders.joined(separator: ", ")).", valueName: "id"))
    var correlation: String?

    @Option(help: ArgumentHelp("Part of the client's User-Agent or x-client-sku.", valueName: "text"))
    var client: String?

    @Option(help: ArgumentHelp("Only what happened after this mark, a name or a decision's number.", valueName: "mark"))
    var since: String?

    @Option(help: ArgumentHelp("So often.", valueName: "count"))
    var exactly: Int?

    @Option(help: ArgumentHelp("So often or more (default: 1).", valueName: "count"))
    var atLeast: Int?

    @Option(help: ArgumentHelp("So often or less.", valueName: "count"))
    var atMost: Int?

    @Flag(help: "Not at all.")
    var never = false

    @Option(help: ArgumentHelp("Wait so long for it, such as 5s (default: do not wait).", valueName: "span"))
    var within: DurationOption?

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func validate() throws {
        let counts = [exactly, atLeast, atMost].compactMap { $0 }.count + (never ? 1 : 0)
        if counts > 1 { throw ValidationError("give one of --exactly, --at-least, --at-most and --never") }
    }

    func run() async throws {
        let verdict = try await server.client().send("POST", "/verify", body: order.bytes(), timeoutSeconds: 10 + (within?.seconds ?? 0))
        Console.print(format == .json ? verdict.rendered(.pretty) : Self.told(verdict))
        if verdict["passed"] != true { throw ExitCode(1) }
    }

    private var order: JSONValue {
        let texts = [
            ("pod", pod), ("address", address), ("source", source), ("audience", audience), ("identity", identity), ("outcome", outcome),
            ("correlation", correlation), ("client", client), ("since", since),
        ]
        let numbers = [
            ("status", status), ("exactly", exactly), ("atLeast", atLeast), ("atMost", never ? 0 : atMost),
            ("withinSeconds", within?.seconds),
        ]
        return .object(
            texts.compactMap { name, text in text.map { JSONMember(name, .string($0)) } }
                + numbers.compactMap { name, number in number.map { JSONMember(name, .integer($0)) } })
    }

    private static func told(_ verdict: JSONValue) -> String {
        var lines = ["\(verdict["verdict"]?.text ?? ""): \(verdict["sentence"]?.text ?? "")"]
        if verdict["passed"] != true {
            for match in verdict["matches"]?.elements ?? [] { lines.append("  counts:  \(DecisionsCommand.line(match))") }
        }
        for miss in verdict["nearest"]?.elements ?? [] {
            lines.append("  nearest: \(miss["decision"].map(DecisionsCommand.line) ?? "")")
            for lack in miss["missed"]?.elements ?? [] {
                lines.append(
                    "           \(lack["criterion"]?.text ?? ""): wanted \(lack["wanted"]?.text ?? ""), found \(lack["found"]?.text ?? "")")
            }
        }
        return lines.joined(separator: "\n")
    }
}

struct MarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark", abstract: "Mark where the journal is now, for verify --since.",
        discussion: "Prints the name or, without one, the number of the latest decision, which is a mark as well.")

    @Argument(help: "A name: a letter, then letters, digits and ._/:-. One that is there is moved.")
    var name: String?

    @OptionGroup var server: ControlOptions

    func run() async throws {
        let order = JSONValue.object(name.map { [JSONMember("name", .string($0))] } ?? [])
        Console.print(try await server.client().send("POST", "/marks", body: order.bytes())["name"]?.text ?? "")
    }
}

struct ResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Go back to how the server was at its start, between one test and the next.",
        discussion: """
            Everything, or only what is named: decisions, marks, counters, overlays (applied objects), events, clock, faults, tokens. Where tests
            run side by side, forget one caller's decisions alone: --pod, --address or --correlation.
            """)

    @Argument(help: "What to reset (default: everything).")
    var what: [String] = []

    @Option(help: ArgumentHelp("Only this pod's decisions.", valueName: "namespace/name"))
    var pod: String?

    @Option(help: ArgumentHelp("Only decisions about this address.", valueName: "ip"))
    var address: String?

    @Option(help: ArgumentHelp("Only decisions about requests that carry this id.", valueName: "id"))
    var correlation: String?

    @OptionGroup var server: ControlOptions

    func run() async throws {
        let scope = [("pod", pod), ("address", address), ("correlation", correlation)]
        let members =
            (what.isEmpty ? [] : [JSONMember("what", .strings(what))])
            + scope.compactMap { name, text in text.map { JSONMember(name, .string($0)) } }
        let answer = try await server.client().send("POST", "/reset", body: JSONValue.object(members).bytes())
        let names = (answer["reset"]?.elements ?? []).compactMap(\.text).joined(separator: ", ")
        let count = answer["forgotten"]?.wholeNumber.map { ": \($0) forgotten" } ?? ""
        Console.print("\(names)\(count)")
    }
}

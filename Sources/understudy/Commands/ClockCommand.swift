import ArgumentParser
import WireFormats

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "The emulated time of a running server: show, advance, freeze, offset, resume.",
        discussion: """
            By it go tokens and their ages, keys and their rotation, projected tokens, events, the waits of NMI and MIC, the Date of
            answers. By the real time go connections, the certificates of listeners, rate limits and the log.

              understudy clock freeze 2026-02-10T09:21:33Z
              understudy clock advance 25h
            """,
        subcommands: [Show.self, Advance.self, Freeze.self, Offset.self, Resume.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "How the clock stands (the default).")

        @OptionGroup var answer: Answer

        func run() async throws { try await answer.show("GET", "/clock") }
    }

    struct Advance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "advance", abstract: "Move it ahead, whether it runs or stands; what waits by it looks again at once.")

        @Argument(help: ArgumentHelp("By how much: 90s, 15m, 25h, 7d.", valueName: "span"))
        var span: DurationOption

        @OptionGroup var answer: Answer

        func run() async throws { try await answer.show("POST", "/clock/advance", ["seconds": .integer(span.seconds)]) }
    }

    struct Freeze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "freeze", abstract: "Stop it, here or at an instant.")

        @Argument(help: ArgumentHelp("Such as 2026-02-10T09:21:33Z, or seconds since the epoch (default: now).", valueName: "instant"))
        var instant: InstantOption = .now

        @OptionGroup var answer: Answer

        func run() async throws {
            let order: JSONValue =
                switch instant {
                case .now: .object([])
                case .at(let instant): ["at": .string(CivilTime(instant).rfc3339)]
                }
            try await answer.show("POST", "/clock/freeze", order)
        }
    }

    struct Offset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "offset", abstract: "Let it run so far ahead of the real time, or behind it (-90m).")

        @Argument(parsing: .allUnrecognized, help: ArgumentHelp("How far: 25h, -90m, 0s.", valueName: "span"))
        var span: [String]

        @OptionGroup var answer: Answer

        func validate() throws { _ = try offset() }

        func run() async throws { try await answer.show("POST", "/clock/offset", ["seconds": .integer(try offset().seconds)]) }

        private func offset() throws -> SpanOption {
            guard span.count == 1, let offset = SpanOption(argument: span[0]) else {
                throw ValidationError("span: found \"\(span.joined(separator: " "))\"; allowed: a number and s, m, h or d, such as -90m")
            }
            return offset
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let it go on from where it stands.")

        @OptionGroup var answer: Answer

        func run() async throws { try await answer.show("POST", "/clock/resume") }
    }

    /// What every one of them prints: how the clock stands then.
    struct Answer: ParsableArguments {
        @OptionGroup var server: ControlOptions

        @Option(help: "text (the default) or json.")
        var format: OutputFormat = .text

        func show(_ method: String, _ path: String, _ order: JSONValue? = nil) async throws {
            let document = try await server.client().send(method, path, body: order?.bytes())
            guard format == .text else { return Console.print(document.rendered(.pretty)) }
            let offset = document["offsetSeconds"]?.wholeNumber ?? 0
            let ahead = offset == 0 ? "the real time" : "\(abs(offset)) s \(offset > 0 ? "ahead of" : "behind") the real time"
            let stands = document["frozen"] == true
            Console.print("\(document["now"]?.text ?? "")  \(stands ? "stands still, " : "")\(ahead)")
        }
    }
}

import ArgumentParser
import WireFormats

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys that sign tokens: which there are, and the next one's turn.",
        discussion: """
            A verifier that caches keys meets three cases here as with Entra: the key that signs, the next one, published before it
            signs, and old ones, published while tokens they signed live. Rotate twice to make a verifier meet a key it has not cached.
            """,
        subcommands: [List.self, Rotate.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The published keys and what each is for.")

        @OptionGroup var server: ControlOptions
        @Option(help: "text (the default) or json.")
        var format: OutputFormat = .text

        func run() async throws { KeysCommand.show(try await server.client().get("/keys"), format) }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Let the next key sign; the old one stays published while its tokens live.")

        @OptionGroup var server: ControlOptions
        @Option(help: "text (the default) or json.")
        var format: OutputFormat = .text

        func run() async throws { KeysCommand.show(try await server.client().send("POST", "/keys/rotate", body: nil), format) }
    }

    private static func show(_ document: JSONValue, _ format: OutputFormat) {
        guard format == .text else { return Console.print(document.rendered(.pretty)) }
        for key in document["keys"]?.elements ?? [] {
            let until = key["publishedUntil"]?.text.map { "  until \($0)" } ?? ""
            Console.print("\(key["kid"]?.text ?? "")  \(key["role"]?.text ?? "")\(until)")
        }
    }
}

/// A time on the command line: a whole number with its unit, such as `90s`, `15m`, `24h` or `7d`.
struct DurationOption: ExpressibleByArgument, Sendable {
    /// A century: beyond any certificate, and far from what nanoseconds can count.
    private static let longest = 100 * 366 * 86_400

    let seconds: Int

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], let count = Int(argument.dropLast()), count > 0 else { return nil }
        let (seconds, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows, seconds <= Self.longest else { return nil }
        self.seconds = seconds
    }
}

import ArgumentParser

/// The command line.
///
/// Each command is a file in `Commands`. What `serve` puts together is a `World` behind `Servers`, with its `Keys` and the control listener's
/// `Operations`; `Trials` run programs and chains of credentials against one; `Process` is what concerns this process itself.
@main
struct Understudy: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A local stand-in for Azure's node identity plane.",
        discussion: """
            Start with `understudy serve`, point an Azure SDK at it with the lines that `understudy env` prints, and ask
            `understudy explain` why a caller got what it got. The flags of serve, and --control and --state, have twins in the
            environment: --log-level is UNDERSTUDY_LOG_LEVEL. A flag beats the environment, the environment beats the manifest.

            Exit codes: 0 well, 1 found something wrong, 64 usage.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, ExplainCommand.self, TokenCommand.self, EnvCommand.self, DoctorCommand.self, ApplyCommand.self,
            DeleteCommand.self, GetCommand.self, EventsCommand.self, FaultCommand.self, DecisionsCommand.self, VerifyCommand.self,
            MarkCommand.self, ResetCommand.self, ChainCommand.self, ClockCommand.self, KeysCommand.self, CACommand.self,
            HealthCommand.self, InterceptCommand.self, InjectCommand.self, ProjectTokenCommand.self, ProxyCommand.self,
            RehearseCommand.self,
        ])

    static func main() async { await main(emptyValues(CommandLine.arguments.dropFirst())) }

    /// Arguments with nothing after their `=` as flag and empty value: the webhook writes `--log-level=` into pods, which Go's programs
    /// read so.
    private static func emptyValues(_ arguments: ArraySlice<String>) -> [String] {
        arguments.flatMap { $0.hasPrefix("--") && $0.hasSuffix("=") ? [String($0.dropLast()), ""] : [$0] }
    }
}

import ArgumentParser

/// The command line.
///
/// Each command is a file in `Commands`; what `serve` puts together is in `Wiring`.
@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A local stand-in for Azure's node identity plane.",
        discussion: """
            Start with `understudy serve`, point an Azure SDK at it with the lines that `understudy env` prints, and ask
            `understudy explain` why a caller got what it got. The flags of serve, and --control and --state, have twins in the
            environment: --log-level is UNDERSTUDY_LOG_LEVEL. A flag beats the environment, the environment beats the manifest.

            Exit codes: 0 well, 1 found something wrong, 64 usage.
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, ExplainCommand.self, TokenCommand.self, EnvCommand.self, DoctorCommand.self, ApplyCommand.self,
            DeleteCommand.self, GetCommand.self, EventsCommand.self, DecisionsCommand.self, KeysCommand.self, CACommand.self,
            HealthCommand.self, InterceptCommand.self, InjectCommand.self, ProjectTokenCommand.self, ProxyCommand.self,
            RehearseCommand.self,
        ])
}

import ArgumentParser
import IdentityModel
import Rehearsal

/// A command that is run in both worlds.
struct LiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Run this by the shell, once in each world, with the environment that the world gives a pod; compare what it asked, what it got \
            and how it ended. What it prints goes to standard error.
            """, valueName: "command"))
    var command: String?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The workload as whose pod the command runs (default: the only one with an identity).", valueName: "namespace/name"))
    var workload: String?

    @Option(help: ArgumentHelp("How long the command may take in each world, in seconds.", valueName: "seconds"))
    var commandTimeout = 120

    func validate() throws {
        if command == nil, workload != nil { throw ValidationError("--as: allowed only with --command") }
        guard (1...86_400).contains(commandTimeout) else {
            throw ValidationError("--command-timeout: found \(commandTimeout); allowed: seconds from 1 to 86400")
        }
        if command?.allSatisfy(\.isWhitespace) == true { throw ValidationError("--command: found nothing; allowed: what sh -c takes") }
        _ = try name()
    }

    /// The rehearsal; nil where no command was given.
    func rehearsal() async throws -> LiveRehearsal? {
        guard let command else { return nil }
        let rehearsing = LiveRehearsing(command: command, timeLimitSeconds: commandTimeout, interruption: await Interruption())
        return LiveRehearsal(as: try name()) { try await rehearsing.run(in: $0) }
    }

    private func name() throws -> NamespacedName? {
        guard let workload else { return nil }
        guard workload.contains("/"), let name = NamespacedName(reference: workload) else {
            throw ValidationError("--as: found \"\(workload)\"; allowed: NAMESPACE/NAME")
        }
        return name
    }
}

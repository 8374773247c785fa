#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ArgumentParser
import FoundationEssentials
import IdentityStore
import Rehearsal
import Surroundings
import Synchronization
import UnixSignals

/// Runs a user's command in one world of a rehearsal: a server for it alone, and the environment that the world gives a pod.
struct LiveRehearsing {
    let command: String
    let timeLimitSeconds: Int
    let interruption: Interruption

    /// Variables by which an SDK would look for a token elsewhere; what begins with `AZURE_` goes too, but for the choice of the chain.
    private static let elsewhere: Set<String> = [
        "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET",
    ]
    private static let kept: Set<String> = ["AZURE_TOKEN_CREDENTIALS"]
    private static let systemRoots = "/etc/ssl/certs/ca-certificates.crt"

    /// Runs it.
    func run(in scene: LiveStage.Scene) async throws -> LiveRun {
        let directory = try Self.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let tokens = "\(directory)/tokens"
        let manifest = ManifestFile(path: "the \(scene.name) world", bytes: scene.manifest(tokenDirectory: tokens))
        return try await LiveServer.serving(manifest) { server, place in
            let roots = "\(directory)/ca-bundle.crt"
            try Data((Self.publicRoots + place.caPEM).utf8).write(to: URL(filePath: roots))
            let command = ShellCommand(
                text: command, environment: Self.environment(scene, place, tokens: tokens, roots: roots),
                timeLimitSeconds: timeLimitSeconds
            ) { Console.complain("\(scene.name) | \($0)") }
            let clock = WallClock.live
            let milliseconds = { Int(clock.nanoseconds() / 1_000_000) }
            let begun = milliseconds()
            let end = try await command.run(
                milliseconds: milliseconds, pause: LiveSleep.orGoOn, isInterrupted: { interruption.isWanted })
            let took = milliseconds() - begun
            let ended: LiveRun.End
            switch end {
            case .interrupted: throw ExitCode(130)
            case .exited(let status): ended = .exited(status)
            case .timedOut: ended = .timedOut(timeLimitSeconds)
            }
            var run = LiveRun(end: ended, milliseconds: took, decisions: server.decisions)
            run.readsTokenAnew = server.readsTokenAnew
            return run
        }
    }

    // MARK: The environment

    private static func environment(
        _ scene: LiveStage.Scene, _ place: LiveServer.Place, tokens: String, roots: String
    ) -> [String: String] {
        var variables = ProcessEnvironment.variables.filter { name, _ in
            kept.contains(name) || !(name.hasPrefix("AZURE_") || elsewhere.contains(name))
        }
        variables.merge(scene.variables) { $1 }
        variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = place.metadata
        variables["AZURE_AUTHORITY_HOST"] = place.authority + "/"
        if let path = scene.tokenPath { variables["AZURE_FEDERATED_TOKEN_FILE"] = "\(tokens)/\(path)" }
        for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] { variables[name] = roots }
        variables["NO_PROXY"] = OwnExemptions.added(to: variables)
        variables["UNDERSTUDY_REHEARSAL"] = scene.name
        return variables
    }

    /// What the user's programs trust already, so that they still reach the internet.
    private static var publicRoots: String {
        let path = ProcessEnvironment.variables["SSL_CERT_FILE"] ?? systemRoots
        return (try? String(contentsOfFile: path, encoding: .utf8)).map { $0 + "\n" } ?? ""
    }

    private static func makeDirectory() throws -> String {
        let parent = ProcessEnvironment.variables["TMPDIR"] ?? "/tmp"
        let path = "\(parent)/understudy-rehearsal-\(String(Entropy.live.next(), radix: 36))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return path
    }
}

/// Whether somebody wants us to stop: SIGINT and SIGTERM, caught so that a command's processes do not outlive us.
final class Interruption: Sendable {
    private let wanted = Mutex(false)

    /// Catches the signals from now on, until the process ends.
    init() async {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        Task {
            for await _ in signals {
                // Whoever asks again does not want to wait for anything.
                if wanted.withLock({ wanted in exchange(&wanted, with: true) }) { exit(130) }
            }
        }
    }

    /// Whether one came.
    var isWanted: Bool { wanted.withLock { $0 } }

    private func exchange(_ value: inout Bool, with new: Bool) -> Bool {
        defer { value = new }
        return value
    }
}

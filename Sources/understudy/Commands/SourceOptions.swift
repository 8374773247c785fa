import ArgumentParser
import HTTPServing
import ManagedIdentitySources
import Surroundings

/// A managed identity source on the command line: `NAME` or `NAME=HOST:PORT`.
struct SourceOption: ExpressibleByArgument {
    let source: ManagedIdentitySource
    let address: ListenAddress

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let source = ManagedIdentitySource(rawValue: parts[0]) else { return nil }
        self.source = source
        guard parts.count == 2 else {
            address = ListenAddress(host: "127.0.0.1", port: source.usualPort)
            return
        }
        guard let address = ListenAddress(parts[1]) else { return nil }
        self.address = address
    }

    static var allValueStrings: [String] { ManagedIdentitySource.allCases.map { "\($0.rawValue)[=HOST:PORT]" } }
}

/// The flags of `serve` about managed identity sources beside the metadata service.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Serve a managed identity source too: app-service, arc, service-fabric, cloud-shell or azure-ml, on loopback at the original's \
            port unless told otherwise. Repeatable; `understudy env --source NAME` points a workload at it.
            """, valueName: "name[=host:port]"))
    var source: [SourceOption] = []

    @Option(
        help: ArgumentHelp(
            "What callers of App Service, Service Fabric and Azure ML have to send (default: random, kept in --state).",
            valueName: "text"))
    var sourceSecret: String?

    @Option(
        help: ArgumentHelp(
            "Where Azure Arc's challenges keep their keys (default: \(ArcChallenges.usualDirectory), the only place SDKs read).",
            valueName: "dir"))
    var arcDirectory: String?

    @Option(
        help: ArgumentHelp(
            "That directory as workloads see it, such as where a container mounts it (default: \(ArcChallenges.usualDirectory)).",
            valueName: "dir"))
    var arcRealm: String?

    /// Flags and their twins in the environment, checked.
    func settings() throws -> SourceSettings {
        let secret = try FlagTwin("source-secret").value(sourceSecret)
        if let secret, secret.isEmpty || secret.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) {
            throw ValidationError("--source-secret: found a value that no header can carry; allowed: printable ASCII without blanks")
        }
        return SourceSettings(
            listeners: try FlagTwin("source").values(source), secret: secret.map { SecretBytes(Array($0.utf8)) },
            arcDirectory: try FlagTwin("arc-directory").value(arcDirectory) ?? ArcChallenges.usualDirectory,
            arcRealm: try FlagTwin("arc-realm").value(arcRealm) ?? ArcChallenges.usualDirectory)
    }
}

/// Which managed identity sources `serve` was asked for.
struct SourceSettings: Sendable {
    let listeners: [SourceOption]
    /// The secret for all of them; nil for one each.
    let secret: SecretBytes?
    let arcDirectory: String
    let arcRealm: String
}

import ArgumentParser
import Cryptography
import HTTPServing
import IdentityModel
import IdentityStore
import Logging
import ServiceLifecycle
import Surroundings
import WorkloadIdentity

struct ProjectTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project-token",
        abstract: "Write and rotate projected service-account tokens as a kubelet does.",
        discussion: """
            Every pod of the manifests whose annotation understudy.internal/token-directory names a directory gets a token there, as its
            projected volume says or, where the webhook has not been, as the webhook would say: token/azure-identity-token for
            api://AzureADTokenExchange. Mount that directory at /var/run/secrets/azure/wi. serve does the same for the pods it serves.

              understudy project-token --state DIR pods.yaml
              understudy project-token --state DIR --service-account prod/web --directory ./tokens pods.yaml
              understudy project-token --state DIR --service-account prod/web --print pods.yaml

            Keys are those of the server that has the same --state. Exit code 1 when a token cannot be given or written.
            """)

    @Argument(help: ArgumentHelp("Manifest files or directories; - reads standard input.", valueName: "manifest"))
    var manifests: [String] = []

    @Option(help: ArgumentHelp("Only pods of this service account; needed with --print and --directory.", valueName: "namespace/name"))
    var serviceAccount: String?

    @Option(help: ArgumentHelp("Whom tokens are for, instead of what the manifests say. Repeatable.", valueName: "audience"))
    var audience: [String] = []

    @Option(help: ArgumentHelp("The life to ask for, instead of what the manifests say: 600 or more.", valueName: "seconds"))
    var expiration: Int64?

    @Flag(help: "Print one token, bound to no pod, and nothing else.")
    var print = false

    @Option(help: ArgumentHelp("Keep one token here, whatever annotations say.", valueName: "dir"))
    var directory: String?

    @Option(help: ArgumentHelp("The token's file in the directory (before webhook 1.6: azure-identity-token).", valueName: "file"))
    var path: String?

    @Option(help: ArgumentHelp("State directory of the server, whose keys sign.", valueName: "dir"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "The server's authority listener, which the issuer is named after (default: the latest of that --state, else 127.0.0.1:8443).",
            valueName: "host:port"))
    var authority: [ListenOption] = []

    @Option(help: ArgumentHelp("Which Cluster signs (default: the first that is emulated).", valueName: "name"))
    var cluster: String?

    @Option(help: ArgumentHelp("Which Node's pods count (default: the only one).", valueName: "name"))
    var nodeName: String?

    @Option(
        help: ArgumentHelp(
            "Renew every so many seconds, besides when a kubelet would; to try whether a workload reads the file again.",
            valueName: "seconds"))
    var refreshEvery: Double?

    @Option(help: "trace, debug, info, notice (the default), warning, error or critical.")
    var logLevel: Logger.Level?

    @Option(help: "How log lines are written: text (the default) or json.")
    var logFormat: LogFormat?

    func validate() throws {
        if serviceAccount == nil, print || directory != nil {
            throw ValidationError("--service-account: found nothing; allowed: NAMESPACE/NAME, which --print and --directory need")
        }
        if let serviceAccount, NamespacedName(reference: serviceAccount) == nil {
            throw ValidationError("--service-account: found \"\(serviceAccount)\"; allowed: NAME or NAMESPACE/NAME")
        }
        if print, directory != nil { throw ValidationError("--print and --directory: one of the two is allowed, not both") }
        if let refreshEvery, !(0.001...86_400).contains(refreshEvery) {
            throw ValidationError("--refresh-every: found \(refreshEvery); allowed: seconds from 0.001 to 86400")
        }
    }

    func run() async throws {
        guard let statePath = try FlagTwin("state").value(state) else {
            throw ValidationError("--state: found nothing; allowed: the server's state directory, for nobody would know other keys")
        }
        do {
            let directory = try KeyDirectory(path: statePath)
            let snapshot = try world()
            let issuer = try issuer(in: snapshot, state: directory)
            let keys = ClusterKeys(directory: directory, clock: .live)
            guard !print else { return try printToken(snapshot, issuer, keys) }
            try await project(try plan(snapshot, issuer), keys)
        } catch let told as ExitCode {
            throw told
        } catch let usage as ValidationError {
            throw usage
        } catch {
            throw Console.failure("\(error)")
        }
    }

    // MARK: What the flags and manifests mean

    private var account: NamespacedName? { serviceAccount.flatMap { NamespacedName(reference: $0) } }

    private var overrides: TokenOverrides {
        TokenOverrides(audiences: audience.isEmpty ? nil : audience, expirationSeconds: expiration, path: path)
    }

    private func world() throws -> IdentitySnapshot {
        let store = IdentityStore(nodeName: try FlagTwin("node-name").value(nodeName))
        do {
            try store.load(try ManifestFiles.read(manifests))
        } catch let error as ManifestRefusal {
            throw Console.failure("the manifests are refused:\n" + error.problems.map { "  \($0)" }.joined(separator: "\n"))
        }
        return store.current
    }

    private func issuer(in snapshot: IdentitySnapshot, state: KeyDirectory) throws -> ClusterIssuer {
        let issuers = ClusterIssuer.all(in: snapshot, authority: try authorityURL(state))
        guard let issuer = issuers.first(where: { cluster == nil || $0.cluster == cluster }) else {
            let names = issuers.map(\.cluster).joined(separator: ", ")
            throw Console.failure(
                issuers.isEmpty ? ProjectionPlan.noIssuer : "--cluster: found \"\(cluster ?? "")\"; allowed: \(names)")
        }
        return issuer
    }

    private func authorityURL(_ state: KeyDirectory) throws -> String {
        for case .address(let address) in try FlagTwin("authority").values(authority) where address.port != 0 {
            return AuthorityAddress.url(address)
        }
        return try AuthorityAddress.kept(in: state) ?? AuthorityAddress.url(AuthorityAddress.usual)
    }

    private func plan(_ snapshot: IdentitySnapshot, _ issuer: ClusterIssuer) throws -> ProjectionPlan {
        guard let account, let directory else {
            let plan = ProjectionPlan(for: snapshot, issuer: issuer, overrides: overrides) { pod in
                account.map { $0.namespace == pod.id.namespace && $0.name == pod.serviceAccountName } ?? true
            }
            guard plan.refusals.isEmpty else { throw Console.failure(plan.refusals.map(\.description).joined(separator: "\n")) }
            guard !plan.assignments.isEmpty else {
                let whose = account.map { " of ServiceAccount \($0)" } ?? ""
                throw Console.failure(
                    "no pod\(whose) has the annotation \(Pod.tokenDirectoryAnnotation); add it, or name a --service-account and a --directory"
                )
            }
            return plan
        }
        let pod = snapshot.firstPod(of: account)
        let assignment =
            if let pod {
                try TokenAssignment(pod: pod, directory: directory, issuer: issuer, overrides: overrides, in: snapshot)
            } else {
                try TokenAssignment(account: account, directory: directory, issuer: issuer, overrides: overrides, in: snapshot)
            }
        return ProjectionPlan(generation: snapshot.generation, assignments: [assignment])
    }

    // MARK: Doing it

    private func printToken(_ snapshot: IdentitySnapshot, _ issuer: ClusterIssuer, _ keys: ClusterKeys) throws {
        guard let account else { return }
        let request = try TokenAssignment.request(account: account, overrides: overrides, in: snapshot)
        if let warning = request.warning { Console.complain("understudy: warning: \(warning)") }
        let token = try ServiceAccountToken(request, issuer: issuer, key: try keys.signing(), now: WallClock.live.now, entropy: .live)
        Console.print(String(decoding: token.compact.reveal { $0 }, as: UTF8.self))
    }

    private func project(_ plan: ProjectionPlan, _ keys: ClusterKeys) async throws {
        let logger = ServerLog.logger(
            level: try FlagTwin("log-level").value(logLevel) ?? .notice, asJSON: try FlagTwin("log-format").value(logFormat) == .json)
        let pause = min(1, refreshEvery ?? 1)
        let projector = TokenProjector(
            plan: { $0 == plan.generation ? nil : plan }, keys: keys, clock: .live, entropy: .live,
            refreshNanoseconds: refreshEvery.map { Int64($0 * 1_000_000_000) }, logger: logger
        ) { try await LiveSleep.orEnd(.seconds(pause)) }
        let stop = await StopSignals()
        // What is wrong from the start is told by the log and ends the command; what goes wrong later is tried again.
        guard await projector.look() else { throw ExitCode(1) }
        for assignment in plan.assignments { Console.print(assignment.description) }
        let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: projector), .init(service: stop, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        try await ServiceGroup(configuration: .init(services: services, logger: Server.quiet(logger))).run()
    }
}

import ArgumentParser
import Diagnosis
import FoundationEssentials
import HTTPServing
import Surroundings
import WireFormats

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "What stands in the way here, each with the fix.",
        discussion: """
            Looks at who answers 169.254.169.254, at proxies, clocks, trust, ports and privileges, at a running server, and at the
            environment a workload would have. Run it where the workload runs, with its variables. Given flags of serve, it says what
            would keep serve from them. Nothing is asked for longer than a second. Exit code 1 when something must be fixed.

              understudy doctor
              understudy doctor --intercept --metadata 127.0.0.1:2579     before `serve` with the same flags
              docker run --rm --env-file app.env IMAGE doctor --control http://understudy:8181
            """)

    @OptionGroup var server: ControlOptions

    @Option(help: ArgumentHelp("Where serve is to answer workloads. Repeatable.", valueName: "host:port"))
    var metadata: [ListenOption] = []

    @Option(help: ArgumentHelp("Where serve is to answer verifiers. Repeatable.", valueName: "host:port"))
    var authority: [ListenOption] = []

    @Flag(help: "serve is to redirect 169.254.169.254.")
    var intercept = false

    @Flag(help: "serve is to hold 169.254.169.254.")
    var address = false

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let environment = ProcessEnvironment.variables
        let client = try server.client()
        async let addressAnswer = DoctorProbes.askMetadataAddress()
        let seen = await DoctorProbes.look(at: client)
        let knock = await addressAnswer
        let owner = await DoctorProbes.owner(of: knock, seen, client)

        let privileges = HostObservations.privileges
        let wishes = try wishes(serverAt: client.base, isServing: seen.status != nil)
        var findings = seen.findings
        findings.append(MetadataAddressCheck.finding(knock.answer, owner: owner, environment: environment))
        findings += SourceCheck.findings(environment: environment, ours: seen.listeners)
        findings += ProxyCheck.findings(to: Self.destinations(environment) + seen.listeners, environment: environment)
        if let clock = seen.clock { findings.append(ClockCheck.finding(host: clock.host, server: clock.server)) }
        let tokenFile = environment["AZURE_FEDERATED_TOKEN_FILE"]
        findings += [
            TokenFileCheck.finding(
                path: tokenFile, contents: tokenFile.flatMap(HostObservations.text), now: seen.clock?.server.emulated ?? WallClock.live.now)
        ].compactMap(\.self)
        findings += TrustCheck.findings(authority: seen.caCertificate, environment: environment, read: HostObservations.text)
        findings += PortCheck.findings(
            wanted: wishes.listeners, sockets: HostObservations.listeningSockets, holder: HostObservations.holder)
        findings += PrivilegeCheck.findings(wishes, privileges: privileges, routeLocalnet: HostObservations.routeLocalnet)
        findings += await InterceptionFindings.all(mayLook: privileges.has(.administerNetwork))
        try tell(findings)
    }

    // MARK: What is asked of serve

    /// What flags and their twins say; without any, and without a server that has them, the ports that `serve` takes by itself.
    private func wishes(serverAt control: String, isServing: Bool) throws -> PrivilegeCheck.Wishes {
        let metadata = try listeners("metadata", metadata, "127.0.0.1:2579", isServing)
        let authority = try listeners("authority", authority, "127.0.0.1:8443", isServing)
        let place = control.firstRange(of: "://").flatMap { ListenAddress(String(control[$0.upperBound...].prefix { $0 != "/" })) }
        // Whoever asks a server elsewhere does not mean to listen there.
        let own = isServing ? nil : place.flatMap { HostObservations.isLocal($0) ? $0 : nil }
        return PrivilegeCheck.Wishes(
            listeners: metadata + authority
                + [own.map { WantedListener(flag: "--control", host: $0.host, port: $0.port) }].compactMap(\.self),
            intercepts: try FlagTwin("intercept").isOn(intercept), holdsAddress: try FlagTwin("address").isOn(address))
    }

    private func listeners(_ flag: String, _ given: [ListenOption], _ fallback: String, _ isServing: Bool) throws -> [WantedListener] {
        // The twins are the running server's own.
        let options = isServing ? given : try FlagTwin(flag).values(given)
        let addresses: [ListenAddress] =
            options.isEmpty
            ? [isServing ? nil : ListenAddress(fallback)].compactMap(\.self)
            : options.compactMap { if case .address(let address) = $0 { address } else { nil } }
        return addresses.map { WantedListener(flag: "--\(flag)", host: $0.host, port: $0.port) }
    }

    /// What a workload with that environment asks.
    private static func destinations(_ environment: [String: String]) -> [String] {
        ["http://169.254.169.254"]
            + ["AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_AUTHORITY_HOST"].compactMap {
                environment[$0]
            }
    }

    // MARK: Telling

    private func tell(_ findings: [Finding]) throws {
        let problems = findings.filter { $0.verdict == .problem }.count
        switch format {
        case .json:
            let document: JSONValue = ["problems": .integer(problems), "findings": .array(findings.map(\.document))]
            Console.print(document.rendered(.pretty))
        case .text:
            for finding in findings {
                let verdict = finding.verdict.rawValue
                Console.print("\(verdict)\(String(repeating: " ", count: 8 - verdict.count))\(finding.check.rawValue): \(finding.text)")
                if let fix = finding.fix { Console.print("        fix: \(fix)") }
            }
        }
        if problems > 0 { throw ExitCode(1) }
    }
}

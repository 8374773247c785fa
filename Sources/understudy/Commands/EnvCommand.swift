import ArgumentParser
import ManagedIdentitySources
import WireFormats

struct EnvCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Paste-ready environment that points Azure SDKs at a running server and lets them trust it.",
        discussion: """
            Python, .NET, JavaScript, Java and C++ read AZURE_POD_IDENTITY_AUTHORITY_HOST. Go and Rust do not: for them the address
            169.254.169.254 itself must lead here. The CA lines matter to what talks to the authority.

              eval "$(understudy env)"                    variables; as comments, who reads which and what else some need
              understudy env --plane workload-identity --format compose
                                                          what a container of a pod needs: variables, token, CA
              understudy env trust                        what makes each client trust the CA, as commands
              understudy env hosts >> /etc/hosts          the clouds' real names lead here
              understudy env hosts --format compose       the same as aliases of a container; also kubernetes
              eval "$(understudy env --source arc)"       at Azure Arc, if the server runs with --source arc; every SDK follows these
            """)

    /// What is printed.
    enum Subject: String, CaseIterable, ExpressibleByArgument {
        case variables
        case trust
        case hosts
    }

    /// Where the lines are to be pasted.
    enum Target: String, CaseIterable, ExpressibleByArgument {
        case shell
        case powershell
        case compose
        case kubernetes

        /// Whether what is pasted is for a container, whose loopback is its own.
        var isContainer: Bool { self == .compose || self == .kubernetes }
    }

    @Argument(help: "variables (the default), trust or hosts.")
    var subject: Subject = .variables

    @Option(help: "The managed identity source to be at, one of those that the server runs with.")
    var source: ManagedIdentitySource?

    @OptionGroup var server: ControlOptions

    @Option(help: "vm or pod-identity (the default): where the metadata service is; workload-identity: what the webhook gives a pod.")
    var plane: EnvPlane = .vm

    @Option(
        help: ArgumentHelp(
            "The name by which the workload reaches this host, in the place of loopback (with --plane workload-identity and a container's"
                + " format host.docker.internal, unless given; podman has host.containers.internal).", valueName: "name"))
    var host: String?

    @OptionGroup var workload: WorkloadOptions

    @Option(help: "shell (the default), powershell, compose or kubernetes; trust is for shells.")
    var format: Target = .shell

    func validate() throws {
        guard subject != .trust || format == .shell else {
            throw ValidationError("--format: found \(format.rawValue); allowed with trust: shell")
        }
        guard source == nil || subject == .variables else {
            throw ValidationError("--source: found with \(subject.rawValue); allowed with variables")
        }
        guard source == nil || plane != .workloadIdentity else {
            throw ValidationError("--source and --plane workload-identity: one of the two is allowed, not both")
        }
        if plane != .workloadIdentity, let flag = workload.given.first {
            throw ValidationError("\(flag): allowed only with --plane workload-identity")
        }
        guard host == nil || subject == .variables else {
            throw ValidationError("--host: found with \(subject.rawValue); allowed with variables")
        }
        guard plane != .workloadIdentity || subject == .variables else {
            throw ValidationError("--plane: found with \(subject.rawValue); allowed only with variables")
        }
    }

    func run() async throws {
        let client = try server.client()
        let status = try await client.get("/status")
        ForeignServer(status, base: client.base)?.warning.forEach(Console.complain)
        if let source {
            let block = try await SourceBlock(source, from: client).block(caFile: status["caFile"]?.text, common: [Self.exemption])
            return Console.print(block.reaching(host, from: format).lines(for: format).joined(separator: "\n"))
        }
        switch subject {
        case .variables where plane == .workloadIdentity:
            guard let authority = status["authority"]?.text else { throw Console.failure("the running server has no authority listener") }
            let variables = WorkloadVariables(
                workload: try await workload.document(from: client), host: host, service: workload.service, authority: authority,
                caFile: status["caFile"]?.text)
            Console.print(try variables.lines(for: format).joined(separator: "\n"))
        case .variables:
            let advice = status["caFile"] == nil ? [] : TrustAdvice.comments
            let block = EnvironmentBlock(
                notes: [
                    "SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace the public roots: append the CA to your bundle if you also call the internet."
                ], variables: variables(status))
            Console.print((block.reaching(host, from: format).lines(for: format) + advice).joined(separator: "\n"))
        case .trust:
            guard let ca = status["caFile"]?.text else { throw Console.failure("the running server tells of no CA file") }
            Console.print(TrustAdvice.commands(caFile: ca).joined(separator: "\n"))
        case .hosts:
            guard let authority = status["authority"]?.text else { throw Console.failure("the running server has no authority listener") }
            Console.print(RealNames.lines(authority: authority, for: format).joined(separator: "\n"))
        }
    }

    private func variables(_ status: JSONValue) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        if let metadata = status["metadata"]?.text { variables.append(("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata)) }
        if let authority = status["authority"]?.text { variables.append(("AZURE_AUTHORITY_HOST", authority)) }
        if let tenant = status["node"]?["tenantID"]?.text { variables.append(("AZURE_TENANT_ID", tenant)) }
        if let ca = status["caFile"]?.text { variables += EnvironmentBlock.trust(ca) }
        return variables + [Self.exemption]
    }

    /// What the user exempts from proxies already stays exempt.
    private static var exemption: (name: String, value: String) {
        ("NO_PROXY", OwnExemptions.added(to: ProcessEnvironment.variables))
    }
}

/// Text as other languages write it down.
enum ShellText {
    /// For `sh`.
    static func quoted(_ text: String) -> String { "'\(doubling("'", in: text, by: "'\\''"))'" }

    /// For PowerShell.
    static func quotedForPowerShell(_ text: String) -> String { "'\(doubling("'", in: text, by: "''"))'" }

    /// JSON strings are YAML strings.
    static func quotedForYAML(_ text: String) -> String { JSONValue.string(text).rendered() }

    private static func doubling(_ character: Character, in text: String, by replacement: String) -> String {
        text.split(separator: character, omittingEmptySubsequences: false).joined(separator: replacement)
    }
}

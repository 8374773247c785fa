import ArgumentParser
import WireFormats

/// In which plane the process will live that gets the variables.
enum EnvPlane: String, CaseIterable, ExpressibleByArgument {
    case vm
    case podIdentity = "pod-identity"
    case workloadIdentity = "workload-identity"
}

/// Which workload `env --plane workload-identity` is about.
struct WorkloadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "With --plane workload-identity: for this pod (default: the only one with a token).", valueName: "namespace/name"))
    var pod: String?

    @Option(help: ArgumentHelp("With --plane workload-identity: for a pod of this service account.", valueName: "namespace/name"))
    var serviceAccount: String?

    @Option(help: ArgumentHelp("With --plane and --format compose: print a whole file, for this service.", valueName: "name"))
    var service: String?

    /// The flags that were given; they mean nothing without `--plane`.
    var given: [String] {
        [("--pod", pod), ("--service-account", serviceAccount), ("--service", service)].filter { $0.1 != nil }.map(\.0)
    }

    /// What the server tells of the workload; several, none or a wrong name end the command.
    func document(from client: ControlClient) async throws -> JSONValue {
        let query =
            [("pod", pod), ("service-account", serviceAccount)]
            .compactMap { name, value in value.map { "?\(name)=\(Percent.encodeQuery($0))" } }.first ?? ""
        let found = try await client.get("/workloads\(query)")["workloads"]?.elements ?? []
        guard let workload = found.first, found.count == 1 else {
            let names = found.compactMap { $0["owner"]?.text }.joined(separator: ", ")
            throw Console.failure(
                found.isEmpty
                    ? "no pod has a token here; annotate one with understudy.internal/token-directory: DIR, or name a --service-account"
                    : "several pods have a token here (\(names)); name one with --pod NAMESPACE/NAME")
        }
        return workload
    }
}

/// What a shell, a Compose file or a Kubernetes pod needs to be a workload of workload identity: variables, and where files are mounted.
struct WorkloadVariables {
    /// Where containers see the token, as the newest webhook has it, and as releases before 1.6 had it.
    private static let mounts = (newest: "/var/run/secrets/azure/wi", old: "/var/run/secrets/azure/tokens")
    private static let caMount = "/var/run/secrets/understudy"
    /// The name by which Docker's containers reach this host, once a line of their own says so.
    private static let dockerHost = "host.docker.internal"

    let workload: JSONValue
    /// How containers reach this host; nil for Docker's name.
    let host: String?
    /// The service of a whole Compose file; nil for what belongs to one.
    let service: String?
    /// `https://host:port`.
    let authority: String
    let caFile: String?

    /// Lines for one of the targets.
    func lines(for target: EnvCommand.Target) throws -> [String] {
        switch target {
        case .shell, .powershell: EnvironmentBlock(variables: try here()).reaching(host, from: target).lines(for: target)
        case .compose: try compose()
        case .kubernetes: kubernetes()
        }
    }

    // MARK: Variables

    private var tokenPath: String { workload["tokenPath"]?.text ?? "" }

    private var mount: String { tokenPath.hasPrefix("token/") ? Self.mounts.newest : Self.mounts.old }

    private func variables(token: String, authority: String, ca: String?) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        if let clientID = workload["clientID"]?.text { variables.append(("AZURE_CLIENT_ID", clientID)) }
        variables += [
            ("AZURE_TENANT_ID", workload["tenantID"]?.text ?? ""), ("AZURE_FEDERATED_TOKEN_FILE", token),
            ("AZURE_AUTHORITY_HOST", authority + "/"),
        ]
        if let path = workload["tokenProxy"]?.text {
            variables.append(("AZURE_KUBERNETES_TOKEN_PROXY", authority + path))
            if let ca { variables.append(("AZURE_KUBERNETES_CA_FILE", ca)) }
        }
        if let ca { variables += EnvironmentBlock.trust(ca) }
        return variables
    }

    /// For a process on this host.
    private func here() throws -> [(name: String, value: String)] {
        variables(token: "\(try directory())/\(tokenPath)", authority: authority, ca: caFile)
    }

    private func directory() throws -> String {
        guard let directory = workload["tokenDirectory"]?.text else {
            throw Console.failure(
                "\(workload["owner"]?.text ?? "") has no token on this host; annotate a pod of it with understudy.internal/token-directory: DIR"
            )
        }
        return directory
    }

    // MARK: Containers

    /// The authority as a container reaches it: loopback there is another.
    private var outside: (url: String, needsHost: Bool) {
        guard let url = OutsideURL.url(authority, host: host ?? Self.dockerHost) else { return (authority, false) }
        return (url, host == nil)
    }

    private func inside(_ target: EnvCommand.Target) -> [String] {
        EnvironmentBlock(
            notes: [note],
            variables: variables(token: "\(mount)/\(tokenPath)", authority: outside.url, ca: caFile.map { _ in "\(Self.caMount)/ca.crt" })
        ).lines(for: target)
    }

    private let note = "The server must be reachable from containers: serve --authority 0.0.0.0:PORT."

    private func compose() throws -> [String] {
        var volumes = ["\(try directory()):\(mount):ro"]
        if let caFile { volumes.append("\(caFile):\(Self.caMount)/ca.crt:ro") }
        var lines = inside(.compose)
        lines += ["volumes:"] + volumes.map { "  - \(ShellText.quotedForYAML($0))" }
        if outside.needsHost { lines += ["extra_hosts:", "  - \(ShellText.quotedForYAML("\(Self.dockerHost):host-gateway"))"] }
        guard let service else { return lines }
        return ["services:", "  \(service):"] + lines.map { "    \($0)" }
    }

    private func kubernetes() -> [String] {
        let token: JSONValue = [
            "audience": workload["audience"] ?? .null, "expirationSeconds": workload["expirationSeconds"] ?? .null,
            "path": .string(tokenPath),
        ]
        var mounts = ["{name: azure-identity-token, mountPath: \(mount), readOnly: true}"]
        var volumes = ["{name: azure-identity-token, projected: {sources: [{serviceAccountToken: \(token.rendered())}]}}"]
        var lines = ["# The cluster's issuer must be known: a Cluster with its issuer, and trustedIssuerCA where it has a CA of its own."]
        if let caFile {
            lines.append("#   kubectl create configmap understudy-ca --from-file=ca.crt=\(ShellText.quoted(caFile))")
            mounts.append("{name: understudy-ca, mountPath: \(Self.caMount), readOnly: true}")
            volumes.append("{name: understudy-ca, configMap: {name: understudy-ca}}")
        }
        lines += ["# Of the container:"] + inside(.kubernetes)
        lines += ["volumeMounts:"] + mounts.map { "  - \($0)" }
        return lines + ["# Of the pod:", "volumes:"] + volumes.map { "  - \($0)" }
    }
}

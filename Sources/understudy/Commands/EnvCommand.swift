import ArgumentParser
import WireFormats

struct EnvCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Paste-ready environment that points Azure SDKs at a running server.",
        discussion: """
            Python, .NET, JavaScript, Java and C++ read AZURE_POD_IDENTITY_AUTHORITY_HOST. Go and Rust do not: for them the address
            169.254.169.254 itself must lead here. The CA lines matter to what talks to the authority.
            """)

    /// Where the lines are to be pasted.
    enum Target: String, CaseIterable, ExpressibleByArgument {
        case shell
        case powershell
        case compose
        case kubernetes
    }

    @OptionGroup var server: ControlOptions

    @Option(help: "shell (the default), powershell, compose or kubernetes.")
    var format: Target = .shell

    func run() async throws {
        let status = try await server.client().get("/status")
        var variables: [(String, String)] = []
        if let metadata = status["metadata"]?.text { variables.append(("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata)) }
        if let authority = status["authority"]?.text { variables.append(("AZURE_AUTHORITY_HOST", authority)) }
        if let tenant = status["node"]?["tenantID"]?.text { variables.append(("AZURE_TENANT_ID", tenant)) }
        if let ca = status["caFile"]?.text {
            // Each family of clients reads its own variable (source: sdk-clients.md §5.7).
            for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] { variables.append((name, ca)) }
        }
        // What the user exempts already stays exempt.
        let exempt = [ProcessEnvironment.variables["NO_PROXY"] ?? "", "169.254.169.254,127.0.0.1,::1,localhost"]
        variables.append(("NO_PROXY", exempt.filter { !$0.isEmpty }.joined(separator: ",")))
        Console.print(Self.rendered(variables, for: format))
    }

    private static func rendered(_ variables: [(String, String)], for target: Target) -> String {
        let note =
            "SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace the public roots: append the CA to your bundle if you also call the internet."
        switch target {
        case .shell:
            return
                (["# \(note)"]
                + variables.map {
                    "export \($0.0)='\($0.1.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
                })
                .joined(separator: "\n")
        case .powershell:
            return
                (["# \(note)"]
                + variables.map {
                    "$env:\($0.0) = '\($0.1.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
                })
                .joined(separator: "\n")
        case .compose: return (["# \(note)", "environment:"] + variables.map { "  \($0.0): \(quoted($0.1))" }).joined(separator: "\n")
        case .kubernetes:
            return (["# \(note)", "env:"] + variables.map { "  - {name: \($0.0), value: \(quoted($0.1))}" }).joined(separator: "\n")
        }
    }

    /// JSON strings are YAML strings.
    private static func quoted(_ text: String) -> String { JSONValue.string(text).rendered() }
}

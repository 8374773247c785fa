public import ArgumentParser
public import CredentialChains
import FoundationEssentials
import HTTPFetching
import Surroundings
import WireFormats

extension ChainLanguage: ExpressibleByArgument {}

struct ChainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain",
        abstract: "What an SDK's DefaultAzureCredential would try here, link by link, and what answers.",
        discussion: """
            The environment is the shell's, a file's (--env-file) or, with --clear, only what is given as NAME=VALUE. HTTP is really asked, \
            without running any SDK; a secret is sent only to the running server, which its journal shows it to be. Tokens are not shown. \
            Exit code 0 when a link gets a token, 1 when none does.

              understudy chain --language go
              understudy chain --language python --clear AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:2579
            """)

    @Option(help: "\(ChainLanguage.allCases.map(\.rawValue).joined(separator: ", ")).")
    var language: ChainLanguage

    @Option(help: ArgumentHelp("Take the environment from lines of NAME=VALUE instead.", valueName: "file"))
    var envFile: String?

    @Flag(help: "Begin with an empty environment.")
    var clear = false

    @Argument(help: ArgumentHelp("Set a variable over the rest.", valueName: "name=value"))
    var settings: [String] = []

    @Option(help: ArgumentHelp("The resource asked for.", valueName: "uri"))
    var resource = "https://management.azure.com"

    @OptionGroup var server: ControlOptions

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func validate() throws {
        if clear, envFile != nil { throw ValidationError("give --clear or --env-file, not both") }
        for text in settings { _ = try Self.setting(text, in: "argument") }
    }

    func run() async throws {
        let table = language.table
        let environment = ChainEnvironment(variables: try variables()) { FileManager.default.isReadableFile(atPath: $0) }
        let links = table.links(in: environment, resource: resource)
        let client = try server.client()
        let findings = try await withAuthority(of: client) { authority in
            try await ChainWalk(table: table, environment: environment, control: client, entropy: .live, authority: authority)
                .findings(for: links)
        }
        let hasToken = findings.contains { $0.result == .token }
        Console.print(format == .json ? document(table, findings).rendered(.pretty) : Self.told(table, findings))
        if !hasToken { throw ExitCode(1) }
    }

    // MARK: The environment

    private func variables() throws -> [String: String] {
        var variables: [String: String] = [:]
        if let envFile {
            guard let text = try? String(contentsOfFile: envFile, encoding: .utf8) else {
                throw Console.failure("--env-file \(envFile): it cannot be read")
            }
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let line = line.drop { $0 == " " }
                guard !line.isEmpty, !line.hasPrefix("#") else { continue }
                let (name, value) = try Self.setting(String(line), in: "\(envFile), line \(number + 1)")
                variables[name] = Self.unquoted(value)
            }
        } else if !clear {
            variables = ProcessEnvironment.variables
        }
        for text in settings {
            let (name, value) = try Self.setting(text, in: "argument")
            variables[name] = value
        }
        return variables
    }

    private static func setting(_ text: String, in place: String) throws -> (name: String, value: String) {
        let text = text.hasPrefix("export ") ? String(text.dropFirst("export ".count)) : text
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(" ") else {
            throw ValidationError("\(place): found \"\(parts[0])\"; allowed: NAME=VALUE")
        }
        return (parts[0], parts[1])
    }

    /// What `env` prints for a shell has quotes.
    private static func unquoted(_ value: String) -> String {
        for quote in ["'", "\""] where value.count > 1 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return value
    }

    // MARK: The server

    /// Lends the server's CA as text and as a file, for HTTPS that must end at this server.
    private func withAuthority<Value>(
        of client: ControlClient, _ body: ((pem: String, file: String)) async throws -> Value
    ) async throws -> Value {
        let pem = String(decoding: try await client.fetch("GET", "/ca.crt").body, as: UTF8.self)
        let folder = ProcessEnvironment.variables["TMPDIR"] ?? "/tmp"
        let file = "\(folder)/understudy-chain-\(String(Entropy.live.next(), radix: 36)).crt"
        do {
            try Data(pem.utf8).write(to: URL(filePath: file), options: .withoutOverwriting)
        } catch {
            throw Console.failure("the server's CA cannot be kept in \(folder): \(error)")
        }
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try await body((pem, file))
    }

    // MARK: Telling

    private func document(_ table: ChainTable, _ findings: [ChainFinding]) -> JSONValue {
        [
            "language": .string(language.rawValue), "client": .string(table.client), "version": .string(table.version),
            "remarks": .strings(table.remarks), "token": .bool(findings.contains { $0.result == .token }),
            "links": .array(findings.map(\.document)),
        ]
    }

    private static func told(_ table: ChainTable, _ findings: [ChainFinding]) -> String {
        let width = findings.map(\.link.name.count).max() ?? 0
        var lines = ["\(table.client), as of \(table.version)"]
        for (index, finding) in findings.enumerated() {
            let name = finding.link.name + String(repeating: " ", count: width - finding.link.name.count)
            let result = finding.result.rawValue + String(repeating: " ", count: max(0, 11 - finding.result.rawValue.count))
            lines.append("\(index + 1)  \(name)  \(result)  \(finding.reason)")
            for exchange in finding.exchanges {
                let status = exchange.status.map(String.init) ?? exchange.problem
                let decision = exchange.decision?["id"]?.wholeNumber.map { ", decision \($0)" } ?? ""
                let whose = exchange.isOwnQuestion ? " (asked by this command alone: is it this server?)" : ""
                lines.append("     \(exchange.method) \(exchange.url) -> \(status)\(decision)\(whose)")
            }
        }
        return (lines + table.remarks).joined(separator: "\n")
    }
}

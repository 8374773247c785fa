public import ArgumentParser
import IdentityStore
public import TestAids
import WireFormats

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Ask for a token as a workload would (the default), make a wrong one, or judge one.",
        discussion: """
            `understudy token --resource URI` asks; its other flags are listed by `understudy token ask --help`.
            """,
        subcommands: [AskToken.self, MintToken.self, VerifyToken.self], defaultSubcommand: AskToken.self)
}

struct MintToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Make a token that is wrong on purpose, to see an API refuse it.",
        discussion: """
            It is like the token that the identity would get, but for the defect, and never valid: the defect stays, or the key that signed
            it is never published. The token goes to standard output, what is wrong with it to standard error.

              curl -H "Authorization: Bearer $(understudy token mint --defect expired --resource api://orders)" http://localhost:8000/

            A wrong assertion is a token for api://AzureADTokenExchange; --claim makes it anybody's:

              understudy token mint --defect unknown-key --resource api://AzureADTokenExchange \\
                --claim iss=https://issuer.example/ --claim sub=system:serviceaccount:prod:web --claim aud=api://AzureADTokenExchange
            """)

    @Option(
        help: ArgumentHelp("What is to be wrong: \(TokenDefect.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "defect"))
    var defect: TokenDefect

    @Option(help: ArgumentHelp("The resource the token would be for.", valueName: "uri"))
    var resource = "https://management.azure.com/"

    @Option(
        help: ArgumentHelp(
            "Set a claim (JSON, else text; null leaves it out); then the unpublished key signs. Repeatable.", valueName: "name=value"))
    var claim: [String] = []

    @OptionGroup var server: ControlOptions
    @OptionGroup var selector: SelectorOptions

    func validate() throws {
        for text in claim where text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).count != 2 || text.hasPrefix("=")
        {
            throw ValidationError("--claim: found \"\(text)\"; allowed: name=value")
        }
    }

    func run() async throws {
        var order = [JSONMember("defect", .string(defect.rawValue)), JSONMember("resource", .string(resource))]
        order += selector.parameters.map { JSONMember($0.0, .string($0.1)) }
        if !claim.isEmpty { order.append(JSONMember("claims", .object(claim.map(Self.member)))) }
        let answer = try await server.client().send("POST", "/tokens/mint", body: JSONValue.object(order).bytes())
        guard let token = answer["token"]?.text else { throw Console.failure("the server's answer holds no token") }
        Console.complain(answer["sentence"]?.text ?? "")
        Console.print(token)
    }

    private static func member(_ text: String) -> JSONMember {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return JSONMember(parts[0], (try? JSONValue(parsing: Array(parts[1].utf8))) ?? .string(parts[1]))
    }
}

extension TokenDefect: ExpressibleByArgument {}

struct VerifyToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Judge a token: a sentence for each check, as a resource would make it.",
        discussion: """
            Checked are form, algorithm, key, signature, issuer, times and audience. The token is never shown. Exit code 1 when a check
            fails. On a shared machine give the token by `-`: arguments are seen by everybody.
            """)

    @Argument(help: "The token, or - to read it from standard input.")
    var token: String

    @Option(help: ArgumentHelp("What aud is to be (default: any resource the tenants know). Repeatable.", valueName: "uri"))
    var audience: [String] = []

    @OptionGroup var server: ControlOptions

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let bytes: [UInt8]
        do {
            bytes = token == "-" ? try ManifestFiles.read(["-"]).flatMap(\.bytes) : Array(token.utf8)
        } catch {
            throw Console.failure("cannot read standard input: \(error)")
        }
        let query = audience.map { "audience=\(Percent.encodeQuery($0))" }.joined(separator: "&")
        let verdict = try await server.client().send("POST", "/tokens/verify" + (query.isEmpty ? "" : "?\(query)"), body: bytes)
        Console.print(format == .json ? verdict.rendered(.pretty) : Self.told(verdict))
        if verdict["valid"] != .bool(true) { throw ExitCode(1) }
    }

    private static func told(_ verdict: JSONValue) -> String {
        let lines = (verdict["checks"]?.elements ?? []).map { check in
            "\(check["passed"] == .bool(true) ? "ok  " : "FAIL") \(check["check"]?.text ?? ""): \(check["sentence"]?.text ?? "")"
        }
        return (lines + [verdict["valid"] == .bool(true) ? "valid" : "not valid"]).joined(separator: "\n")
    }
}

import ArgumentParser
import FoundationEssentials
import HTTPFetching
import WireFormats

/// What `understudy token` does when it is not told to do something else.
struct AskToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask for a token as a workload would, and show what it says.",
        discussion: """
            The request is the one every Azure SDK sends to the metadata service. The token itself is not shown unless --raw asks for
            it. Exit code 1 when no token is given.
            """)

    @Option(help: ArgumentHelp("The resource the token is for.", valueName: "uri"))
    var resource = "https://management.azure.com/"

    @Option(
        help: ArgumentHelp(
            "The metadata listener (default: AZURE_POD_IDENTITY_AUTHORITY_HOST, else that of the running server).", valueName: "url"))
    var endpoint: String?

    @OptionGroup var server: ControlOptions
    @OptionGroup var selector: SelectorOptions

    @Flag(help: "Print the token itself and nothing else.")
    var raw = false

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func run() async throws {
        let query = [("api-version", "2018-02-01"), ("resource", resource)] + selector.parameters
        let base = try await metadataURL()
        let url = base + "/metadata/identity/oauth2/token?" + Percent.form(query)
        let response: FetchResponse
        do {
            response = try await HTTPFetcher().fetch(
                FetchRequest(
                    url: url, headers: [("Metadata", "true"), ("User-Agent", "understudy-token/\(Understudy.version)")], timeoutSeconds: 130
                ))
        } catch {
            throw Console.failure("no metadata service answers at \(base): \(error)")
        }
        guard response.status == 200, let document = try? JSONValue(parsing: response.body), let token = document["access_token"]?.text
        else {
            let said = String(decoding: response.body, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
            throw Console.failure((["no token: \(response.status) \(said)"] + (await waysOn(from: base))).joined(separator: "\n  "))
        }
        guard !raw else { return Console.print(token) }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.decoded(parts[0]), let claims = Self.decoded(parts[1]) else {
            throw Console.failure("the answer's access_token is no JWT")
        }
        guard case .object(let members) = document else { return }
        let rest = JSONValue.object(members.filter { $0.name != "access_token" })
        switch format {
        case .json:
            let all: JSONValue = ["header": header, "claims": claims, "response": rest]
            Console.print(all.rendered(.pretty))
        case .text:
            Console.print("header\n\(header.rendered(.pretty))\nclaims\n\(claims.rendered(.pretty))\nresponse\n\(rest.rendered(.pretty))")
        }
    }

    /// Where to read why no token is given.
    private func waysOn(from base: String) async -> [String] {
        let why = "Why: understudy decisions --limit 1"
        // Pod identity goes by the caller's address, and this caller's may be nobody's.
        guard OutsideURL.isOwn(base), let control = try? server.client().base,
            let answer = try? await HTTPFetcher().fetch(FetchRequest(url: control + "/explain?address=127.0.0.1", timeoutSeconds: 1)),
            let explained = try? JSONValue(parsing: answer.body), explained["plane"]?.text == "pod-identity", explained["pod"]?.text == nil
        else { return [why] }
        return [why, "127.0.0.1, which asked, is no pod. What one gets: understudy explain --pod NAMESPACE/NAME"]
    }

    private func metadataURL() async throws -> String {
        if let endpoint { return endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint }
        if let host = ProcessEnvironment.variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"], !host.isEmpty {
            return host.hasSuffix("/") ? String(host.dropLast()) : host
        }
        guard let url = try await server.client().get("/status")["metadata"]?.text else {
            throw Console.failure("the running server has no metadata listener; say where one is with --endpoint URL")
        }
        return url
    }

    private static func decoded(_ part: Substring) -> JSONValue? { Base64.decode(part).flatMap { try? JSONValue(parsing: $0) } }
}

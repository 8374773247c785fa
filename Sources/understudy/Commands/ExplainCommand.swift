import ArgumentParser
import WireFormats

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why a caller gets, or does not get, an identity.",
        discussion: """
            Asks a running server. Without a caller it explains what the node itself gets. Exit code 1 when no token is given.

            Of a service-account token it tells whether the authority would exchange it; when issuer, subject or audience nearly match a
            FederatedIdentityCredential, which character differs.

              understudy explain --pod default/web
              understudy explain --service-account prod/web
              understudy explain --assertion "$AZURE_FEDERATED_TOKEN_FILE" --client-id "$AZURE_CLIENT_ID"
              understudy explain --decision 17
            """)

    @OptionGroup var server: ControlOptions

    @Option(help: ArgumentHelp("The caller's source address.", valueName: "ip"))
    var address: String?

    @Option(help: ArgumentHelp("The caller's pod.", valueName: "namespace/name"))
    var pod: String?

    @Option(help: ArgumentHelp("The resource asked for (default: https://management.azure.com/).", valueName: "uri"))
    var resource: String?

    @OptionGroup var selector: SelectorOptions
    @OptionGroup var question: AssertionQuestion

    @Option(help: "text (the default) or json.")
    var format: OutputFormat = .text

    func validate() throws {
        let callers = [address.map { _ in "--address" }, pod.map { _ in "--pod" }].compactMap { $0 } + question.given
        guard callers.count <= 1 else { throw ValidationError("give one of \(callers.joined(separator: ", ")), not several") }
    }

    func run() async throws {
        let asserted = try await question.answer(from: try server.client(), clientID: selector.clientID, resource: resource)
        if let asserted {
            Console.print(format == .json ? asserted.rendered(.pretty) : AssertionQuestion.told(asserted))
            if ["refused", "rejected", "failed", "faulted"].contains(asserted["outcome"]?.text) { throw ExitCode(1) }
            return
        }
        var query: [(String, String)] = []
        if let address { query.append(("address", address)) }
        if let pod { query.append(("pod", pod)) }
        if let resource { query.append(("resource", resource)) }
        query += selector.parameters
        let text = Percent.form(query)
        let document = try await server.client().get("/explain" + (text.isEmpty ? "" : "?\(text)"))
        Console.print(format == .json ? document.rendered(.pretty) : Self.told(document))
        if document["outcome"]?.text != "issued" { throw ExitCode(1) }
    }

    private static func told(_ document: JSONValue) -> String {
        var lines: [String] = []
        let who = document["pod"]?.text.map { "pod \($0)" } ?? "caller"
        let issued = document["outcome"]?.text == "issued"
        lines.append("\(who): \(issued ? "a token is issued" : "no token") (plane \(document["plane"]?.text ?? "?"))")
        if case .object(let labels)? = document["labels"], !labels.isEmpty {
            lines.append("labels: " + labels.map { "\($0.name)=\($0.value.text ?? "")" }.joined(separator: ", "))
        }
        for step in document["steps"]?.elements ?? [] { lines.append("- \(step.text ?? "")") }
        let bindings = document["bindings"]?.elements ?? []
        if !bindings.isEmpty { lines.append("bindings considered:") }
        for binding in bindings {
            let mark = binding["matches"] == .bool(true) ? "matches" : "no match"
            lines.append(
                "  \(binding["binding"]?.text ?? "") -> \(binding["azureIdentity"]?.text ?? ""): \(mark), \(binding["reason"]?.text ?? "")")
        }
        if case .number(let others)? = document["otherBindings"] {
            lines.append("\(bindings.isEmpty ? "bindings:" : " ") \(others) in other namespaces, with other selectors")
        }
        let assigned = document["assignedIdentities"]?.elements ?? []
        if !assigned.isEmpty { lines.append("assigned identities:") }
        for one in assigned {
            let reason = one["chosen"] == .bool(true) ? "chosen" : one["reason"]?.text ?? ""
            lines.append("  \(one["name"]?.text ?? "") -> \(one["azureIdentity"]?.text ?? ""): \(one["state"]?.text ?? ""), \(reason)")
        }
        if case .number(let wait)? = document["waitMilliseconds"] { lines.append("the original waits \(wait) ms before that") }
        if case .number(let status)? = document["status"], let answer = document["answer"]?.text {
            lines.append("the workload sees: \(status) \(answer.split(separator: "\n").joined(separator: " "))")
        }
        return lines.joined(separator: "\n")
    }
}

/// By which name a workload means an identity.
struct SelectorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Ask for the identity with this client id.", valueName: "guid"))
    var clientID: String?

    @Option(help: ArgumentHelp("Ask for the identity with this object id.", valueName: "guid"))
    var objectID: String?

    @Option(help: ArgumentHelp("Ask for the identity with this ARM id.", valueName: "arm-id"))
    var resourceID: String?

    /// The parameters as a workload sends them.
    var parameters: [(String, String)] {
        [("client_id", clientID), ("object_id", objectID), ("msi_res_id", resourceID)].compactMap { name, value in value.map { (name, $0) }
        }
    }
}

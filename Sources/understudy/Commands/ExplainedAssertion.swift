import ArgumentParser
import IdentityStore
import WireFormats

/// Questions to `explain` about an assertion instead of a caller.
struct AssertionQuestion: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Why this service-account token, or other assertion, is exchanged or refused; - reads standard input.", valueName: "file"))
    var assertion: String?

    @Option(help: ArgumentHelp("The same of a fresh token of this service account.", valueName: "namespace/name"))
    var serviceAccount: String?

    @Option(help: ArgumentHelp("Tenant of the client (default: what its ServiceAccount says, else the node's).", valueName: "id"))
    var tenant: String?

    @Option(help: ArgumentHelp("Explain what was decided: an id of `understudy decisions`.", valueName: "id"))
    var decision: UInt64?

    /// The flags of which at most one may be given.
    var given: [String] {
        [("--assertion", assertion != nil), ("--service-account", serviceAccount != nil), ("--decision", decision != nil)]
            .filter(\.1).map(\.0)
    }

    /// Asks the server; nil when the question is none of these.
    func answer(from client: ControlClient, clientID: String?, resource: String?) async throws -> JSONValue? {
        if let decision {
            let found = try await client.get("/decisions?id=\(decision)")["decisions"]?.elements?.first
            guard let found else { throw Console.failure("there is no decision \(decision), or none any more") }
            return found
        }
        let query = Percent.form(
            [("name", serviceAccount), ("client_id", clientID), ("tenant", tenant), ("resource", resource)].compactMap { name, value in
                value.map { (name, $0) }
            })
        if serviceAccount != nil { return try await client.get("/explain/service-account?\(query)") }
        guard let assertion else { return nil }
        let bytes: [UInt8]
        do {
            bytes = try ManifestFiles.read([assertion]).flatMap(\.bytes)
        } catch {
            throw Console.failure("\(error)")
        }
        return try await client.send("POST", "/explain/assertion?\(query)", body: bytes)
    }

    /// The answer for people: who asked for what, how it ended, and the character that decided.
    static func told(_ document: JSONValue) -> String {
        let issued = document["outcome"]?.text == "issued"
        var lines: [String] = []
        if let claims = document["assertion"] {
            lines.append("assertion as client \(document["client"]?.text ?? "?") of tenant \(document["tenant"]?.text ?? "?"):")
            for name in ["issuer", "subject", "audiences", "key", "issued", "expires"] {
                guard let value = claims[name] else { continue }
                lines.append("  \(name): \(value.text ?? (value.elements ?? []).compactMap(\.text).joined(separator: " "))")
            }
            lines.append(issued ? "a token is issued" : "no token")
        } else {
            let caller = document["caller"]?["pod"]?.text ?? document["caller"]?["address"]?.text ?? "?"
            lines.append(
                "\(document["time"]?.text ?? "") \(caller) \(document["method"]?.text ?? "") \(document["path"]?.text ?? ""):"
                    + " \(document["outcome"]?.text ?? "")")
        }
        lines.append("- \(document["reason"]?.text ?? "")")
        for rejected in document["rejected"]?.elements ?? [] {
            lines.append("- \(rejected["object"]?.text ?? "") was passed over: \(rejected["reason"]?.text ?? "")")
        }
        if let miss = document["nearMiss"], let difference = miss.difference {
            lines.append("\(miss["name"]?.text ?? ""): \(difference.sentence)")
            lines += difference.lines(presented: "presented", expected: miss["object"]?.text ?? "").map { "  " + $0 }
        }
        if let answer = document["answer"]?.text, case .number(let status)? = document["status"] {
            lines.append("the workload sees: \(status) \(answer)")
        }
        return lines.joined(separator: "\n")
    }
}

extension JSONValue {
    fileprivate var difference: TextDifference? {
        guard let presented = self["presented"]?.text, let expected = self["expected"]?.text else { return nil }
        return TextDifference(presented: presented, expected: expected)
    }
}

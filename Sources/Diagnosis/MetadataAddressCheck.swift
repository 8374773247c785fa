/// What came of asking 169.254.169.254 as an SDK probes it: a token request without the header `Metadata`.
public enum AddressAnswer: Sendable {
    /// Something answered.
    case answered(status: Int, headers: [(name: String, value: String)], body: String)
    /// Nobody accepts connections, or no route leads there.
    case nobody(reason: String)
    /// The connection or the answer did not come within that time.
    case silent(seconds: Int)
}

/// Whose answer it was, as the running server's journal says.
public enum AddressOwner: Sendable {
    /// The journal has the question.
    case thisServer
    /// The journal lacks the question.
    case anotherThanThisServer
    /// No server runs that could say.
    case unknown
}

/// Whether 169.254.169.254, which SDKs ask when no variable leads them elsewhere, is the running server's or somebody else's.
public enum MetadataAddressCheck {
    /// Judges an answer.
    ///
    /// - Parameter environment: the workload's; variables that lead SDKs elsewhere make a stranger at the address matter less.
    public static func finding(_ answer: AddressAnswer, owner: AddressOwner, environment: [String: String]) -> Finding {
        switch answer {
        case .nobody(let reason):
            return Finding(
                .address, .note, "169.254.169.254 leads nowhere: \(reason)",
                fix: "eval \"$(understudy env)\"; for Go and Rust `serve --address`, `serve --intercept` or `env --source app-service`")
        case .silent(let seconds):
            return Finding(
                .address, .note, "169.254.169.254 swallows requests: no answer within \(seconds) s, which each SDK waits for anew",
                fix: "`serve --address` or `serve --intercept`; or eval \"$(understudy env)\", which keeps most SDKs from looking")
        case .answered(let status, let headers, let body):
            guard case .thisServer = owner else {
                return stranger(Response(status: status, headers: headers, body: body), owner: owner, environment: environment)
            }
            return Finding(.address, .good, "169.254.169.254 is answered by the running server")
        }
    }

    private static func stranger(_ response: Response, owner: AddressOwner, environment: [String: String]) -> Finding {
        let known = Stranger.known.first { $0.recognises(response) }
        let who = known?.name ?? "something unknown (status \(response.status), Server: \(response["Server"] ?? "none"))"
        let doubt =
            if case .unknown = owner, known?.mayBeOurs == true { ", or an Understudy whose control listener is not the one asked" } else {
                ""
            }
        let text = "169.254.169.254 is answered by \(who)\(doubt)"
        guard let led = leading(environment) else {
            return Finding(.address, .problem, text, fix: known?.fix ?? Stranger.takeOver)
        }
        return Finding(.address, .note, "\(text); \(led)")
    }

    /// Who is led past the address by a variable, and who is not (source: sdk-clients.md §4).
    private static func leading(_ environment: [String: String]) -> String? {
        func isSet(_ name: String) -> Bool { environment[name]?.isEmpty == false }
        if isSet("IDENTITY_ENDPOINT"), isSet("IDENTITY_HEADER") { return "IDENTITY_ENDPOINT leads every SDK past it" }
        guard isSet("AZURE_POD_IDENTITY_AUTHORITY_HOST") else { return nil }
        return "AZURE_POD_IDENTITY_AUTHORITY_HOST leads past it all but Go, Rust and the region discovery of MSAL"
    }

    /// An answer, with its header fields by name.
    struct Response {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: String

        subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    /// Somebody who is known to answer there, and how one knows them.
    private struct Stranger: Sendable {
        let name: String
        /// Whether the emulated metadata service answers alike.
        var mayBeOurs = false
        var fix = takeOver
        let recognises: @Sendable (Response) -> Bool

        static let takeOver =
            "on this host `serve --address` or `serve --intercept` takes it over; in a container a network that holds it (Docker/compose.yaml)"

        static let known: [Self] = [
            // The text that SDKs look for as well (source: sdk-clients.md §1.2, §3.2).
            Self(
                name: "Docker Desktop, which refuses it (403, unreachable)",
                fix: "put the container on a network that holds 169.254.169.254 (Docker/compose.yaml), or eval \"$(understudy env)\" in it"
            ) { $0.status == 403 && $0.body.lowercased().contains("unreachable") },
            // The second is the front end's, for what the service itself does not answer (source: imds.md §1).
            Self(name: "Azure's own metadata service: SDKs here get real tokens", mayBeOurs: true) {
                let server = $0["Server"] ?? ""
                return server.hasPrefix("IMDS/") || server == "Microsoft-IIS/10.0"
            },
            Self(name: "AWS's metadata service") { $0["Server"] == "EC2ws" },
            Self(name: "Google's metadata service") {
                $0["Metadata-Flavor"] == "Google" || ["Metadata Server for VM", "GKE Metadata Server"].contains($0["Server"])
            },
        ]
    }
}

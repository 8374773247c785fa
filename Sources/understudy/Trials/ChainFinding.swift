import CredentialChains
import HTTPFetching
import WireFormats

/// What one link of a chain came to.
struct ChainFinding {
    /// How the chain goes on.
    enum Result: String {
        case token
        case next
        case stop
        /// What it would come to shows only when the client itself does it.
        case unknown
        case notReached = "not reached"

        init(_ ending: ChainEndings.Ending) { self = ending == .stop ? .stop : .next }

        /// Whether no link follows.
        var isLast: Bool { self == .token || self == .stop }
    }

    let link: ChainLink
    let result: Result
    let reason: String
    let exchanges: [ChainExchange]

    var document: JSONValue {
        [
            "name": .string(link.name), "result": .string(result.rawValue), "reason": .string(reason),
            "exchanges": .array(exchanges.map(\.document)),
        ]
    }
}

/// One request of a walk and what came of it; never the token.
struct ChainExchange {
    let method: String
    let url: String
    let correlation: String
    /// Whether the client never sends it: this command asks who is there before it tells a secret.
    var isOwnQuestion = false
    var status: Int?
    /// Why there is no answer.
    var problem = ""
    var body = ""
    /// What an agent asks to be shown.
    var challenge: String?
    /// Whether a token came; its text goes no further.
    var token: SecretPresence?
    /// What the server's journal says of it; nil when it was not asked this.
    var decision: JSONValue?

    /// That there is one.
    struct SecretPresence {}

    init(method: String, url: String, correlation: String, problem: String) {
        self.method = method
        self.url = url
        self.correlation = correlation
        self.problem = problem
    }

    init(method: String, url: String, correlation: String, response: FetchResponse) {
        self.init(method: method, url: url, correlation: correlation, problem: "")
        status = response.status
        let answer = try? JSONValue(parsing: response.body)
        if answer?["access_token"]?.text != nil { token = SecretPresence() } else { body = String(decoding: response.body, as: UTF8.self) }
        challenge = response.headers.first { $0.name.lowercased() == "www-authenticate" }?.value
    }

    var document: JSONValue {
        var members = [JSONMember("method", .string(method)), JSONMember("url", .string(url))]
        if let status { members.append(JSONMember("status", .integer(status))) }
        if !problem.isEmpty { members.append(JSONMember("problem", .string(problem))) }
        if let id = decision?["id"] { members.append(JSONMember("decision", id)) }
        if isOwnQuestion { members.append(JSONMember("ownQuestion", .bool(true))) }
        return .object(members)
    }
}

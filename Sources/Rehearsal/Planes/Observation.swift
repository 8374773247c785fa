import Decisions
import HTTPServing
import IdentityModel
import Surroundings
import WireFormats

/// One request that was made in a rehearsal, and what came of it.
struct Observation: Sendable {
    /// By which way a token was asked for.
    enum Path: String, Hashable, Sendable {
        /// The metadata service as NMI answers for it.
        case nmi = "NMI"
        /// The node's own metadata service, with nothing in between.
        case node
        /// The workload identity sidecar.
        case sidecar
        /// The token endpoint, as an SDK's workload identity credential asks it.
        case exchange
        /// NMI's route for callers on the node that ask in a pod's name.
        case hostToken = "host-token"
    }

    /// `today-17`: names it in evidence.
    let id: String
    /// The way.
    let path: Path
    /// How the identity was named.
    let shape: RequestShape
    /// Method and target, as sent.
    let request: String
    /// The status; 0 where nothing could be asked.
    let status: Int
    /// What the token says; nil without one.
    let token: TokenFacts?
    /// The JSON type of each member of the answer, by name; empty where it is no JSON object.
    let memberTypes: [String: String]
    /// The body of an answer without a token, cut short.
    let text: String
    /// Why, in the words of the decision.
    let reason: String
    /// Objects that led to the answer.
    let matched: [String]
    /// Names of the original's odd ways that made a difference.
    let quirks: Set<String>
    /// The wait that the original would have imposed.
    let waitMilliseconds: Int

    /// Whether a token came.
    var hasToken: Bool { token != nil }

    /// The number of the AADSTS error that the answer holds; nil when it holds none.
    var entraError: Int? {
        guard let mark = text.firstRange(of: "AADSTS") else { return nil }
        return Int(text[mark.upperBound...].prefix { $0.isWholeNumber })
    }

    /// What an answer without a token says: the sentence of a JSON error, else the first line.
    var complaint: String {
        let sentence = (try? JSONValue(parsing: Array(text.utf8)))?["error_description"]?.text ?? text
        return sentence.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    /// One line for people.
    var summary: String {
        let outcome = token.map { "token of \($0.clientID)" } ?? complaint
        let wait = waitMilliseconds > 0 ? " after \(waitMilliseconds / 1000) s" : ""
        return "\(path.rawValue), \(shape): \(status) \(outcome)\(wait)"
    }

    /// Whether NMI took the pod for MIC.
    var isByLooks: Bool { quirks.contains("anyMicReplicaSet") }

    /// The identity that the answer is about: the token's, or the one that was settled on before the token failed.
    func identity(in catalogue: IdentityCatalogue) -> KnownIdentity? {
        if let token { return catalogue.identity(clientID: token.clientID) }
        guard path != .sidecar, path != .exchange else { return nil }
        let prefix = "AzureIdentity "
        return matched.first { $0.hasPrefix(prefix) }
            .flatMap { NamespacedName(reference: String($0.dropFirst(prefix.count))) }
            .flatMap { catalogue.identity(of: $0) }
    }

    private static let longestText = 2000

    init(
        id: String, path: Path, shape: RequestShape, request: String, response: HTTPResponse, decision: RecordedDecision?,
        waitMilliseconds: Int? = nil, reader: TokenReader, now: UnixSeconds
    ) {
        self.id = id
        self.path = path
        self.shape = shape
        self.request = request
        status = response.status.code
        let document = try? JSONValue(parsing: response.body)
        let answer = document?["token"] ?? document
        token = answer?["access_token"]?.text.flatMap { reader.facts(of: $0, at: now) }
        memberTypes = Self.types(answer)
        text = token == nil ? String(String(decoding: response.body, as: UTF8.self).prefix(Self.longestText)) : ""
        reason = decision?.decision.reason() ?? ""
        matched = decision?.decision.matched.map(\.description) ?? []
        quirks = Set(decision?.decision.quirks.map { String($0.prefix { $0 != ":" }) } ?? [])
        self.waitMilliseconds = waitMilliseconds ?? decision?.decision.waitMilliseconds ?? 0
    }

    /// A request that its client would not have sent, and why.
    init(id: String, path: Path, shape: RequestShape, unasked reason: String) {
        self.id = id
        self.path = path
        self.shape = shape
        request = ""
        status = 0
        token = nil
        memberTypes = [:]
        text = reason
        self.reason = reason
        matched = []
        quirks = []
        waitMilliseconds = 0
    }

    private static func types(_ value: JSONValue?) -> [String: String] {
        guard case .object(let members) = value else { return [:] }
        return Dictionary(
            members.map { member in
                let type =
                    switch member.value {
                    case .null: "null"
                    case .bool: "boolean"
                    case .number: "number"
                    case .string: "string"
                    case .array: "array"
                    case .object: "object"
                    }
                return (member.name, type)
            }, uniquingKeysWith: { $1 })
    }
}

public import WireFormats

/// What one check found, in one line, and what to do about it in another.
public struct Finding: Hashable, Sendable {
    /// What was looked at; the words stand in JSON and in the documentation.
    public enum Check: String, CaseIterable, Sendable {
        case server
        case address
        case source
        case proxy
        case clock
        case tokenFile = "token-file"
        case trust
        case port
        case privilege
        case interception
    }

    /// How much it matters.
    public enum Verdict: String, Sendable {
        /// As it should be.
        case good = "ok"
        /// Worth knowing; nothing stands in the way of what was asked for.
        case note
        /// It stands in the way.
        case problem
    }

    /// What was looked at.
    public let check: Check
    /// How much it matters.
    public let verdict: Verdict
    /// What was seen, without the value of any variable that may hold a secret.
    public let text: String
    /// What to do; nil where nothing is to be done.
    public let fix: String?

    /// Pairs what was seen with what to do.
    public init(_ check: Check, _ verdict: Verdict, _ text: String, fix: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.text = text
        self.fix = fix
    }

    /// The finding as `doctor --format json` prints it.
    public var document: JSONValue {
        let members = [
            JSONMember("check", .string(check.rawValue)), JSONMember("verdict", .string(verdict.rawValue)),
            JSONMember("text", .string(text)),
        ]
        return .object(members + (fix.map { [JSONMember("fix", .string($0))] } ?? []))
    }
}

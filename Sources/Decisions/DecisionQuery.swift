public import IdentityModel
import WireFormats

/// Which decisions somebody wants to see.
public struct DecisionQuery: Sendable {
    /// Only callers resolved to this pod.
    public var pod: NamespacedName?
    /// Only this outcome.
    public var outcome: Decision.Outcome?
    /// Only the decision with this id.
    public var id: UInt64?
    /// Only decisions with a greater id.
    public var since: UInt64 = 0
    /// At most so many, the newest.
    public var limit = 100

    /// The parameters that are read.
    public static let names = ["id", "pod", "outcome", "since", "limit"]

    /// Everything, up to the default limit.
    public init() {}

    /// A query parameter that cannot be read: its name, what was found, and what is allowed.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// The sentence for the caller.
        public let description: String
    }

    /// Reads `id=ID`, `pod=ns/name`, `outcome=`, `since=ID`, `limit=N` of `GET /decisions`.
    public init(query: String) throws(Refusal) {
        for parameter in Percent.query(query, .lenient) {
            let value = parameter.value
            switch parameter.name {
            case "id":
                guard let number = UInt64(value), number > 0 else { throw Self.refusal("id", value, "the id of a decision, 1 or more") }
                (id, since) = (number, number - 1)
            case "pod":
                pod = NamespacedName(reference: value)
                if pod == nil { throw Self.refusal("pod", value, "NAMESPACE/NAME") }
            case "outcome":
                outcome = Decision.Outcome(rawValue: value)
                if outcome == nil {
                    throw Self.refusal("outcome", value, Decision.Outcome.allCases.map(\.rawValue).joined(separator: ", "))
                }
            case "since":
                guard let id = UInt64(value) else { throw Self.refusal("since", value, "the id of a decision, 0 or more") }
                since = id
            case "limit":
                guard let count = Int(value), (1...100_000).contains(count) else {
                    throw Self.refusal("limit", value, "a number from 1 to 100000")
                }
                limit = count
            default: throw Self.refusal(parameter.name, value, Self.names.joined(separator: ", "), isName: true)
            }
        }
    }

    private static func refusal(_ name: String, _ value: String, _ allowed: String, isName: Bool = false) -> Refusal {
        Refusal(
            description: isName ? "unknown parameter \"\(name)\"; allowed: \(allowed)" : "\(name): found \"\(value)\"; allowed: \(allowed)")
    }

    func accepts(_ recorded: RecordedDecision) -> Bool {
        if let id, recorded.id != id { return false }
        if let pod, recorded.decision.pod != pod { return false }
        if let outcome, recorded.decision.outcome != outcome { return false }
        return true
    }
}

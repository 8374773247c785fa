import Decisions
import IdentityModel
import WireFormats

/// What somebody wants to be sure of: which decisions, how often, since when, how long to wait.
struct VerificationOrder {
    /// An order that contradicts itself, or names a mark nobody set.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    let criteria: [DecisionCriterion]
    let count: DecisionCount
    /// The last decision before what it is about; nil for the latest reset or, before the first, the start.
    let since: UInt64?
    let withinSeconds: Int

    private static let counts: [(name: String, make: @Sendable (Int) -> DecisionCount, summary: String)] = [
        ("exactly", { .exactly($0) }, "So often; with withinSeconds it is watched to the end."),
        ("atLeast", { .atLeast($0) }, "So often or more; 1 when no count is given."),
        ("atMost", { .atMost($0) }, "So often or less, 0 for never; with withinSeconds it is watched to the end."),
    ]
    private static let anyOutcome = "any"
    private static let longestWait = 600

    static let schema = JSONSchema.object(
        [
            .optional("pod", .reference, "The caller was resolved to this pod."),
            .optional("address", .text, "The request came from this address."),
            .optional("source", .choice(DecisionCriterion.sources), "What answered."),
            .optional("audience", .text, "The resource asked for; a last slash and /.default do not count."),
            .optional(
                "identity", .text, "The token's identity by name, client id, object id or resource id; what was refused, named it so."),
            .optional(
                "outcome", .choice(Decision.Outcome.allCases.map(\.rawValue) + [anyOutcome]), "How it ended; issued when it is not given."),
            .optional("status", .integer(100...599), "The status of the answer."),
            .optional("correlation", .text, "A value of one of \(RecordedDecision.correlationHeaders.joined(separator: ", "))."),
            .optional("client", .text, "Part of the User-Agent or of x-client-sku."),
            .optional(
                "since", .text, "A mark: its name, or the number of a decision. The latest reset, or the start, when it is not given."),
            .optional("withinSeconds", .integer(0...longestWait), "How long to wait for it."),
        ] + counts.map { .optional($0.name, .integer(0...1_000_000), $0.summary) })

    /// Reads a document that keeps to `schema`.
    init(_ document: JSONValue, marks: DecisionMarks) throws(Refusal) {
        var criteria: [DecisionCriterion] = []
        func add(_ name: String, _ criterion: (String) -> DecisionCriterion?) {
            if let made = document[name]?.text.flatMap(criterion) { criteria.append(made) }
        }
        add("pod") { NamespacedName(reference: $0).map { .pod($0) } }
        add("address") { .address($0) }
        add("source") { .source($0) }
        add("audience") { .audience($0) }
        add("identity") { .identity($0) }
        let outcome = document["outcome"]?.text ?? Decision.Outcome.issued.rawValue
        if let outcome = Decision.Outcome(rawValue: outcome) { criteria.append(.outcome(outcome)) }
        if let status = document["status"]?.wholeNumber { criteria.append(.status(status)) }
        add("correlation") { .correlation($0) }
        add("client") { .client($0) }
        self.criteria = criteria

        let given = Self.counts.filter { document[$0.name] != nil }
        guard given.count <= 1 else {
            throw Refusal(description: "found \(given.map(\.name).joined(separator: " and ")); allowed: one of them")
        }
        count = given.first.flatMap { kind in document[kind.name]?.wholeNumber.map(kind.make) } ?? .atLeast(1)
        withinSeconds = document["withinSeconds"]?.wholeNumber ?? 0
        guard let mark = document["since"]?.text else {
            since = nil
            return
        }
        guard let id = marks.id(mark) else {
            throw Refusal(
                description: "since: found \"\(mark)\"; allowed: a mark that was set and not forgotten since, or a decision's number")
        }
        since = id
    }
}

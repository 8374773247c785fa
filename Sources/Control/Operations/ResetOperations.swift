public import Decisions
import HTTPServing
import IdentityModel
import WireFormats

/// Something of a running server that can go back to how it was at the start.
public struct Resettable: Sendable {
    /// What it is called.
    public let name: String
    /// What is forgotten, in a line.
    public let summary: String
    /// Does it; a refusal is told.
    let reset: @Sendable () throws -> Void

    /// Something that can be reset.
    public init(_ name: String, _ summary: String, reset: @escaping @Sendable () throws -> Void) {
        self.name = name
        self.summary = summary
        self.reset = reset
    }
}

/// Forgetting, between one test and the next: everything, some of it, or what one caller did while others go on.
public struct ResetOperations: Sendable {
    private let journal: DecisionJournal
    private let parts: [Resettable]

    /// The name of the journal among what can be reset; a caller's share of it alone can be reset, too.
    private static let decisions = "decisions"

    /// Resets the journal, and whatever else it is given, in that order.
    public init(journal: DecisionJournal, and parts: [Resettable]) {
        self.journal = journal
        self.parts =
            [Resettable(Self.decisions, "Decisions of the journal; they go on counting.") { journal.forgetAll() }] + parts
    }

    /// The rows of the table.
    public var all: [ControlOperation] {
        let names = parts.map(\.name)
        return [
            ControlOperation(
                "POST", "/reset", "Goes back to how it was at the start, or forgets what one caller did.", changes: true,
                body: .json(
                    .object([
                        .optional(
                            "what", .array(of: .choice(names)),
                            "Everything when it is not given. " + parts.map { "\($0.name): \($0.summary)" }.joined(separator: " ")),
                        .optional("pod", .reference, "Only this pod's decisions, and nothing else."),
                        .optional("address", .text, "Only decisions about this address, and nothing else."),
                        .optional("correlation", .text, "Only decisions about requests that carry this id, and nothing else."),
                    ]), isRequired: false),
                answers: [
                    .document(
                        .object([
                            .required("reset", .array(of: .choice(names))),
                            .optional("forgotten", .integer(0...Int.max), "How many decisions of that caller there were."),
                        ])),
                    .problem(.conflict, "Something could not be reset; the rest is."),
                ]
            ) { request, _ in reset(request.document) }
        ]
    }

    private func reset(_ order: JSONValue) -> HTTPResponse {
        let what = order["what"]?.elements.map { Set($0.compactMap(\.text)) }
        var scope: [DecisionCriterion] = []
        if let pod = order["pod"]?.text.flatMap({ NamespacedName(reference: $0) }) { scope.append(.pod(pod)) }
        if let address = order["address"]?.text { scope.append(.address(address)) }
        if let correlation = order["correlation"]?.text { scope.append(.correlation(correlation)) }
        guard scope.isEmpty else {
            if let other = what?.subtracting([Self.decisions]).min() {
                return ControlWire.problem(
                    .badRequest, "what: found \"\(other)\" beside a caller; allowed: \(Self.decisions), for the rest belongs to all callers"
                )
            }
            let forgotten = journal.forget { recorded in scope.allSatisfy { $0.holds(for: recorded) } }
            return ControlWire.document(["reset": [.string(Self.decisions)], "forgotten": .integer(forgotten)])
        }
        let meant = parts.filter { what?.contains($0.name) ?? true }
        var problems: [String] = []
        for part in meant {
            do { try part.reset() } catch { problems.append("\(part.name): \(error)") }
        }
        guard problems.isEmpty else {
            return ControlWire.problem(.conflict, "\(problems.count) of \(meant.count) could not be reset.", problems: problems)
        }
        return ControlWire.document(["reset": .strings(meant.map(\.name))])
    }
}

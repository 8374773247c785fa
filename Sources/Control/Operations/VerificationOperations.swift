public import Decisions
import HTTPServing
import IdentityModel
import WireFormats

/// Assertions about what happened, and the marks they count from.
public struct VerificationOperations: Sendable {
    private let journal: DecisionJournal
    private let marks: DecisionMarks
    private let pause: @Sendable (Duration) async throws -> Void

    /// Questions about one journal.
    ///
    /// - Parameter pause: waits by the system's clock, and throws when the task is cancelled.
    public init(journal: DecisionJournal, marks: DecisionMarks, pause: @escaping @Sendable (Duration) async throws -> Void) {
        self.journal = journal
        self.marks = marks
        self.pause = pause
    }

    /// The rows of the table.
    public var all: [ControlOperation] {
        [
            ControlOperation(
                "POST", "/verify", "Judges whether something happened so often, and what came nearest if not.", changes: false,
                body: .json(VerificationOrder.schema, isRequired: false), answers: [.document(Self.verdict, "The verdict, either way.")]
            ) { request, _ in await verify(request) },
            ControlOperation(
                "GET", "/marks", "Lists the named marks.", changes: false,
                answers: [.document(.object([.required("marks", .array(of: Self.mark))]), "The marks, oldest first.")]
            ) { _, _ in ControlWire.document(["marks": .array(marks.all.map(\.document))]) },
            ControlOperation(
                "POST", "/marks", "Marks where the journal is now, by a name or by the number of the latest decision.", changes: false,
                body: .json(.object([.optional("name", Self.markName, "Moved, if it is there.")]), isRequired: false),
                answers: [
                    .document(Self.mark, status: .created, "The mark."),
                    .problem(.conflict, "There are as many marks as are kept; a reset forgets them."),
                ]
            ) { request, _ in mark(request) },
        ]
    }

    private func mark(_ request: HTTPRequest) -> HTTPResponse {
        do throws(DecisionMarks.Full) {
            return ControlWire.document(try marks.set(request.document["name"]?.text).document, status: .created)
        } catch {
            return ControlWire.problem(.conflict, "There are \(DecisionMarks.capacity) marks already; POST /reset forgets them.")
        }
    }

    private func verify(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(VerificationOrder.Refusal) {
            let order = try VerificationOrder(request.document, marks: marks)
            return ControlWire.document(await verdict(on: order).document)
        } catch {
            return ControlWire.problem(.badRequest, error.description)
        }
    }

    /// The verdict as soon as nothing can change it any more, else at the deadline.
    private func verdict(on order: VerificationOrder) async -> DecisionVerdict {
        let judged: @Sendable () -> DecisionVerdict = {
            DecisionVerdict(order.criteria, order.count, in: journal.stretch(since: order.since))
        }
        let first = judged()
        guard order.withinSeconds > 0, !first.isSettled else { return first }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var watch = DecisionWatch(after: first)
                while !Task.isCancelled {
                    let recordings = journal.recordings
                    // The whole stretch is copied once more only when what is new has settled it.
                    if watch.look(at: journal), judged().isSettled { return }
                    await journal.wait(past: recordings)
                }
            }
            group.addTask { try? await pause(.seconds(order.withinSeconds)) }
            await group.next()
            group.cancelAll()
        }
        return judged()
    }

    // MARK: Shapes

    /// A number would mean a decision.
    private static let markName = JSONSchema.pattern("^[A-Za-z][A-Za-z0-9._/:-]{0,199}$", told: "a letter, then letters, digits and ._/:-")
    {
        $0.wholeMatch(of: /[A-Za-z][A-Za-z0-9._\/:-]{0,199}/) != nil
    }

    private static let mark = JSONSchema.object([
        .required("name", .text), .required("id", .integer(0...Int.max), "The latest decision before it."), .required("time", .instant),
    ])

    private static let verdict = JSONSchema.object([
        .required("passed", .boolean), .required("verdict", .choice(["passed", "failed", "undecided"])), .required("sentence", .text),
        .required("expected", .text), .required("found", .integer(0...Int.max)), .required("since", .integer(0...Int.max)),
        .required("through", .integer(0...Int.max), "The latest decision that was looked at."),
        .required("considered", .integer(0...Int.max), "How many decisions were looked at."),
        .required("forgottenThrough", .integer(0...Int.max), "Decisions up to this one might be missing; 0 when none is."),
        .required("matches", .array(of: DecisionShape.schema), "The newest of those that count."),
        .required(
            "nearest",
            .array(
                of: .object([
                    .required("decision", DecisionShape.schema),
                    .required(
                        "missed",
                        .array(of: .object([.required("criterion", .text), .required("wanted", .text), .required("found", .text)]))),
                ])), "What came nearest and does not count."),
    ])
}

extension DecisionMarks.Mark {
    fileprivate var document: JSONValue {
        ["name": .string(name), "id": .integer(id), "time": .string(CivilTime(time).rfc3339)]
    }
}

import Control
import Decisions
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import WireFormats

/// Faults and what clients did about them, as operations of the control listener; faults are added as any object is.
struct FaultOperations: Sendable {
    let board: FaultBoard
    let store: IdentityStore
    let journal: DecisionJournal
    /// How long clients waited is a matter of real time.
    let systemClock: WallClock

    var all: [ControlOperation] {
        [
            ControlOperation(
                "GET", "/faults", "Lists the faults and how far each has come.", changes: false,
                answers: [
                    .document(.object([.required("faults", .array(of: FaultShapes.fault))]), "The faults, in the order asked.")
                ]
            ) { _, _ in ControlWire.document(board.document) },
            ControlOperation(
                "DELETE", "/faults", "Removes all faults.", changes: true,
                answers: [
                    .document(
                        .object([.required("changed", .array(of: .text)), .required("generation", .integer(0...Int.max))]),
                        "What was removed."),
                    .problem(HTTPStatus(code: 422), "What is left would be wrong; nothing was removed."),
                ]
            ) { _, _ in clear() },
            ControlOperation(
                "GET", "/retries", "Tells how clients waited and asked again after faults.", changes: false,
                parameters: [
                    .query("pod", .reference, "Only callers resolved to this pod."),
                    .query("since", .integer(0...Int.max), "Only decisions after this one."),
                    .query("limit", .integer(1...100_000), "Of at most so many decisions, the newest; all when it is not given."),
                ],
                answers: [
                    .document(.object([.required("retries", .array(of: FaultShapes.sequence))]), "A sequence for each fault met.")
                ]
            ) { request, _ in retries(request) },
        ]
    }

    private func clear() -> HTTPResponse {
        do throws(ManifestRefusal) {
            var removed: [String] = []
            for stored in store.current.objects(of: .fault) {
                if try store.delete(stored.key) { removed.append(stored.key.description) }
            }
            return ControlWire.document(["changed": .strings(removed), "generation": .integer(store.current.generation)])
        } catch {
            return ControlWire.problem(HTTPStatus(code: 422), "\(error)")
        }
    }

    /// Takes `pod=`, `since=` and `limit=` as `/decisions` does; they pick the decisions that are looked at.
    private func retries(_ request: HTTPRequest) -> HTTPResponse {
        do throws(DecisionQuery.Refusal) {
            var query = try DecisionQuery(query: request.rawQuery ?? "")
            let names = Percent.query(request.rawQuery ?? "", .lenient).map(\.name)
            if !names.contains("limit") { query.limit = journal.capacity }
            let sequences = RetryReport.sequences(journal.decisions(query), at: systemClock.nanoseconds())
            return ControlWire.document(["retries": .array(sequences.map(\.document))])
        } catch {
            return ControlWire.problem(.badRequest, error.description)
        }
    }
}

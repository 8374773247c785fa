import Synchronization

/// How many answers of which status there were: a fuzzer that only ever sees 400 tests little.
final class AnswerTally: Sendable {
    static let shared = AnswerTally()
    private let counts = Mutex<[Int: Int]>([:])

    func count(_ status: Int) { counts.withLock { $0[status, default: 0] += 1 } }

    var summary: String {
        let counts = counts.withLock { $0 }.sorted { $0.key < $1.key }
        return "answers: " + (counts.isEmpty ? "none" : counts.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }
}

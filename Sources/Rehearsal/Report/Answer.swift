/// The answer to one question about one workload.
public struct Answer: Hashable, Sendable {
    /// What was found out.
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        /// It was exercised, and nothing is wrong.
        case pass
        /// It was exercised, and something is wrong.
        case fail
        /// It was not exercised; the reason says what would tell.
        case unknown
    }

    /// The workload's name, or `cluster`.
    public let workload: String
    /// The question.
    public let question: Question
    /// What was found out.
    public let verdict: Verdict
    /// Why, in a sentence or two.
    public let reason: String
    /// What it rests on; never empty for a pass.
    public let evidence: [Evidence]

    /// An answer from its parts.
    public init(workload: String, question: Question, verdict: Verdict, reason: String, evidence: [Evidence]) {
        self.workload = workload
        self.question = question
        self.verdict = verdict
        self.reason = reason
        self.evidence = evidence
    }
}

/// How one question is answered for a workload.
///
/// A finding answers it with fail. Without one, what was exercised answers it with pass; and where nothing was, it is unknown, and the rule
/// says what would tell.
struct QuestionRule: Sendable {
    /// What was exercised that answers the question; nil where nothing was.
    struct Exercised {
        let reason: String
        let evidence: [Evidence]
    }

    let question: Question
    /// What would tell, where nothing was exercised.
    let unknown: @Sendable (RehearsedWorkload, RehearsedCluster) -> String
    let exercised: @Sendable (RehearsedWorkload, RehearsedCluster) -> Exercised?

    init(
        _ question: Question, unknown: @escaping @Sendable (RehearsedWorkload, RehearsedCluster) -> String,
        exercised: @escaping @Sendable (RehearsedWorkload, RehearsedCluster) -> Exercised? = { _, _ in nil }
    ) {
        self.question = question
        self.unknown = unknown
        self.exercised = exercised
    }

    init(
        _ question: Question, unknown: String,
        exercised: @escaping @Sendable (RehearsedWorkload, RehearsedCluster) -> Exercised? = { _, _ in nil }
    ) {
        self.init(question, unknown: { _, _ in unknown }, exercised: exercised)
    }

    /// The answer, given what was found of the workload under this question.
    func answer(for workload: RehearsedWorkload, in cluster: RehearsedCluster, findings: [Finding]) -> Answer {
        let wrong = findings.filter { $0.severity != .note }
        if !wrong.isEmpty {
            return .failed(question, for: workload.name, by: wrong)
        }
        if let exercised = exercised(workload, cluster), !exercised.evidence.isEmpty {
            return Answer(
                workload: workload.name, question: question, verdict: .pass, reason: exercised.reason, evidence: exercised.evidence)
        }
        return Answer(
            workload: workload.name, question: question, verdict: .unknown, reason: unknown(workload, cluster), evidence: [])
    }
}

extension Answer {
    /// The answer that findings give.
    static func failed(_ question: Question, for workload: String, by findings: [Finding]) -> Answer {
        Answer(
            workload: workload, question: question, verdict: .fail,
            reason: findings.map { "\($0.id): \($0.summary)" }.joined(separator: " "), evidence: findings.flatMap(\.evidence).unique)
    }
}

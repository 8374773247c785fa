/// One question over all workloads.
struct QuestionTally: Sendable {
    let question: Question
    let answers: [Answer]

    /// How many answers have a verdict.
    func count(_ verdict: Answer.Verdict) -> Int { answers.count { $0.verdict == verdict } }

    /// What would tell of those that are unknown: the reason most of them give.
    var whatWouldTell: String? {
        let reasons = Dictionary(grouping: answers.filter { $0.verdict == .unknown }, by: \.reason)
        return reasons.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
    }
}

extension RehearsalReport {
    /// The twenty questions.
    var tallies: [QuestionTally] {
        let byQuestion = Dictionary(grouping: answers, by: \.question)
        return Question.allCases.map { QuestionTally(question: $0, answers: byQuestion[$0] ?? []) }
    }

    /// What the report comes to, for a title.
    var headline: String {
        switch count(.blocker) as Int {
        case 0: "Nothing blocks the migration"
        case let blockers: "Not ready to migrate: \(blockers.of("blocker"))"
        }
    }
}

extension Int {
    /// The number with its noun: `1 blocker`, `2 blockers`.
    func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

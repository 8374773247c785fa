/// One workload with its twenty answers: a row of the tables.
struct WorkloadRow: Sendable {
    /// How an answer is marked where there is no room for its words.
    enum Mark: String, CaseIterable, Sendable {
        /// Something under this question blocks the workload.
        case blocker
        /// Something under this question is warned of.
        case warning
        /// It was not exercised.
        case unknown
        /// It was exercised, and nothing is wrong.
        case pass

        /// In words.
        var words: String {
            switch self {
            case .blocker: "fail, a blocker"
            case .warning: "fail, a warning"
            case .unknown: "unknown: not exercised"
            case .pass: "pass"
            }
        }
    }

    let summary: RehearsalReport.WorkloadSummary
    /// In the order of the questions.
    let answers: [Answer]
    private let blocked: Set<Question>

    init(_ summary: RehearsalReport.WorkloadSummary, answers: [Answer], findings: [Finding]) {
        self.summary = summary
        self.answers = answers
        blocked = Set(findings.filter { $0.severity == .blocker }.map(\.question))
    }

    /// The mark of one question; one that nobody answered is unknown.
    func mark(_ question: Question) -> Mark {
        switch answers.first(where: { $0.question == question })?.verdict {
        case .pass: .pass
        case .fail: blocked.contains(question) ? .blocker : .warning
        case .unknown, nil: .unknown
        }
    }

    /// How many answers have a verdict.
    func count(_ verdict: Answer.Verdict) -> Int { answers.count { $0.verdict == verdict } }
}

extension RehearsalReport {
    /// The workloads with their answers.
    var rows: [WorkloadRow] {
        let answers = Dictionary(grouping: answers, by: \.workload)
        let findings = Dictionary(grouping: findings, by: \.workload)
        return workloads.map {
            WorkloadRow($0, answers: answers[$0.workload] ?? [], findings: findings[$0.workload] ?? [])
        }
    }

    /// How many answers have a verdict.
    func count(_ verdict: Answer.Verdict) -> Int { answers.count { $0.verdict == verdict } }
}

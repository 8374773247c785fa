/// Something that the migration changes or breaks.
public struct Finding: Hashable, Sendable {
    /// How much it matters.
    public enum Severity: String, CaseIterable, Hashable, Sendable, Comparable {
        /// The workload would not get what it gets today, or a person has to decide.
        case blocker
        /// It may break something that manifests do not tell of.
        case warning
        /// Worth knowing.
        case note

        /// Blockers first.
        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .blocker: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    /// Stable: `credential-limit`.
    public let id: String
    /// How much it matters.
    public let severity: Severity
    /// The question it answers.
    public let question: Question
    /// The workload's name, or `cluster`.
    public let workload: String
    /// What was found.
    public let summary: String
    /// What it rests on.
    public let evidence: [Evidence]
    /// What to do.
    public let fix: String

    /// A finding from its parts.
    public init(
        id: String, severity: Severity, question: Question, workload: String, summary: String, evidence: [Evidence], fix: String
    ) {
        self.id = id
        self.severity = severity
        self.question = question
        self.workload = workload
        self.summary = summary
        self.evidence = evidence
        self.fix = fix
    }
}

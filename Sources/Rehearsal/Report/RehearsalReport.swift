/// What a rehearsal found out: a plain value, which renderers take.
public struct RehearsalReport: Sendable {
    /// One workload, at a glance.
    public struct WorkloadSummary: Hashable, Sendable {
        /// Its name.
        public let workload: String
        /// Where it stands.
        public let reference: ManifestReference
        /// What becomes of it, in a few words.
        public let course: String
        /// What each way of asking leads to, today and in the target.
        public let comparisons: [Comparison]
    }

    /// One way of asking, by each path.
    public struct Comparison: Hashable, Sendable {
        /// How the identity is named.
        public let shape: String
        /// What answers today.
        public let today: String
        /// What the SDK's exchange answers; nil where it is not asked so.
        public let exchange: String?
        /// What the sidecar answers; nil where there is none.
        public let sidecar: String?
        /// What the node answers once NMI is gone and the workload has not moved.
        public let gap: String?
    }

    /// The rehearsed cluster, in a line each: mode, issuer, counts.
    public let facts: [String]
    /// The workloads, ordered by name.
    public let workloads: [WorkloadSummary]
    /// Every question for every workload, and for the cluster.
    public let answers: [Answer]
    /// Everything found, blockers first.
    public let findings: [Finding]

    /// Whether anything blocks the migration.
    public var hasBlocker: Bool { findings.contains { $0.severity == .blocker } }

    /// How many findings there are of a severity.
    public func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// A report from its parts; findings are put in order.
    public init(facts: [String], workloads: [WorkloadSummary], answers: [Answer], findings: [Finding]) {
        self.facts = facts
        self.workloads = workloads
        self.answers = answers
        self.findings = findings.enumerated().sorted { left, right in
            (left.element.severity, left.element.id, left.offset) < (right.element.severity, right.element.id, right.offset)
        }.map(\.element)
    }
}

/// One row of the table of findings: what is looked for, how much it matters, and what to do about it.
struct Check: Sendable {
    /// What a check found: the values for the row's summary and fix, and what shows it.
    struct Found {
        let values: [String: String]
        let evidence: [Evidence]

        init(_ values: [String: String] = [:], _ evidence: [Evidence]) {
            self.values = values
            self.evidence = evidence
        }
    }

    /// What is looked at: a workload among the others, or all of them.
    enum Scope: Sendable {
        case workload(@Sendable (RehearsedWorkload, RehearsedCluster) -> [Found])
        case cluster(@Sendable (RehearsedCluster) -> [Found])
    }

    /// Stable; reports and suppressions name it.
    let id: String
    let severity: Finding.Severity
    let question: Question
    /// What was found; `{name}` stands for a value.
    let summary: String
    /// What to do; `{name}` stands for a value.
    let fix: String
    let scope: Scope

    /// A check of each workload.
    init(
        _ id: String, _ severity: Finding.Severity, _ question: Question, _ summary: String, fix: String,
        each find: @escaping @Sendable (RehearsedWorkload, RehearsedCluster) -> [Found]
    ) {
        self.init(id: id, severity: severity, question: question, summary: summary, fix: fix, scope: .workload(find))
    }

    /// A check of the whole.
    init(
        _ id: String, _ severity: Finding.Severity, _ question: Question, _ summary: String, fix: String,
        all find: @escaping @Sendable (RehearsedCluster) -> [Found]
    ) {
        self.init(id: id, severity: severity, question: question, summary: summary, fix: fix, scope: .cluster(find))
    }

    private init(id: String, severity: Finding.Severity, question: Question, summary: String, fix: String, scope: Scope) {
        self.id = id
        self.severity = severity
        self.question = question
        self.summary = summary
        self.fix = fix
        self.scope = scope
    }

    /// What it finds in a rehearsal.
    func findings(in rehearsed: RehearsedCluster) -> [Finding] {
        switch scope {
        case .cluster(let find): find(rehearsed).map { finding($0, workload: Self.wholeCluster) }
        case .workload(let find):
            rehearsed.workloads.flatMap { workload in find(workload, rehearsed).map { finding($0, workload: workload.name) } }
        }
    }

    /// The workload of findings about no single one.
    static let wholeCluster = "cluster"

    private func finding(_ found: Found, workload: String) -> Finding {
        Finding(
            id: id, severity: severity, question: question, workload: workload, summary: Self.filled(summary, found.values),
            evidence: found.evidence, fix: Self.filled(fix, found.values))
    }

    private static func filled(_ template: String, _ values: [String: String]) -> String {
        values.reduce(template) { text, value in text.replacing("{\(value.key)}", with: value.value) }
    }
}

/// The checks that a rehearsal makes.
struct Checks: Sendable {
    /// All there are, in the order of their questions.
    static let table: [Check] =
        identity + requests + tokens + credentials + injection + gap + reliance + coverage + experiments + recorded
        + live

    /// The ids of checks that are left out; a test leaves one out to see that its own test notices.
    var disabled: Set<String> = []

    /// What they find.
    func findings(in rehearsed: RehearsedCluster) -> [Finding] {
        Self.table.filter { !disabled.contains($0.id) }.flatMap { $0.findings(in: rehearsed) }
    }
}

extension Observation {
    /// The observation as evidence.
    var evidence: Evidence { .request(id: id, request: request, outcome: summary) }
}

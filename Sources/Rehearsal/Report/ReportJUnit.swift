public import Surroundings
import WireFormats

extension RehearsalReport {
    /// The report as JUnit XML, for the test reports of GitLab, Jenkins and the like: a suite for each workload, a case for each question.
    ///
    /// A question that was not exercised is skipped, never passed. Findings of the cluster as a whole have a suite of their own.
    ///
    /// - Parameter made: when the rehearsal was made.
    public func junit(made: UnixSeconds) -> String {
        let byWorkload = Dictionary(grouping: findings, by: \.workload)
        var suites = rows.map { row in
            JUnitSuite(
                name: row.summary.workload, file: row.summary.reference.file,
                cases: row.answers.map { JUnitCase($0, findings: byWorkload[row.summary.workload] ?? []) })
        }
        if let found = byWorkload[Check.wholeCluster] { suites.append(JUnitSuite(cluster: found)) }
        let timestamp = String(CivilTime(made).rfc3339.dropLast())
        let head: Markup = """
            <testsuites name="understudy rehearse" tests="\(suites.sum(\.tests))" failures="\(suites.sum(\.failures))" errors="0" time="0">
            """
        let body = suites.enumerated().map { $1.markup(id: $0, timestamp: timestamp) }
        return Markup(lines: [#"<?xml version="1.0" encoding="UTF-8"?>"#, head] + body + ["</testsuites>", ""]).text
    }
}

/// A suite: a workload, or the cluster.
private struct JUnitSuite {
    let name: String
    let file: String?
    let cases: [JUnitCase]
    /// What is worth knowing and fails nothing.
    var notes: [Finding] = []

    var tests: Int { cases.count }
    var failures: Int { cases.count { $0.isFailure } }
    private var skipped: Int { cases.count { $0.isSkipped } }

    init(name: String, file: String, cases: [JUnitCase]) {
        self.name = name
        self.file = file
        self.cases = cases
    }

    /// What was found of the cluster as a whole: a failing case for each question under which something is wrong.
    init(cluster found: [Finding]) {
        name = Check.wholeCluster
        file = nil
        let wrong = Dictionary(grouping: found.filter { $0.severity != .note }, by: \.question)
        cases = Question.allCases.compactMap { question in wrong[question].map { JUnitCase(question, failing: $0) } }
        notes = found.filter { $0.severity == .note }
    }

    func markup(id: Int, timestamp: String) -> Markup {
        let place: Markup = file.map { #" file="\#($0)""# } ?? ""
        let head: Markup = """
            <testsuite id="\(id)" name="\(name)" package="understudy.rehearse"\(place) hostname="localhost" timestamp="\(timestamp)" \
            tests="\(tests)" failures="\(failures)" errors="0" skipped="\(skipped)" time="0">
            """
        let notes: [Markup] = notes.isEmpty ? [] : ["<system-out>\(Markup(lines: notes.map(\.junit)))</system-out>"]
        return Markup(lines: [head] + cases.map { $0.markup(in: name) } + notes + ["</testsuite>"])
    }
}

/// A case: one question.
private struct JUnitCase {
    let question: Question
    /// What stands in the case.
    let outcome: Markup
    let isFailure: Bool
    let isSkipped: Bool

    init(_ answer: Answer, findings: [Finding]) {
        let found = findings.filter { $0.question == answer.question }
        switch answer.verdict {
        case .fail where !found.isEmpty: self.init(answer.question, failing: found)
        case .fail:
            self.init(
                answer.question, outcome: #"<failure type="fail" message="\#(answer.reason)">\#(answer.evidenceLines)</failure>"#,
                isFailure: true)
        case .unknown:
            self.init(answer.question, outcome: #"<skipped message="\#(answer.reason)"/>"#, isSkipped: true)
        case .pass:
            self.init(answer.question, outcome: "<system-out>\(answer.reason)\n\(answer.evidenceLines)</system-out>")
        }
    }

    /// A case that fails for findings; its type is the worst severity among them.
    init(_ question: Question, failing found: [Finding]) {
        let wrong = found.filter { $0.severity != .note }
        let message = wrong.map { "\($0.id): \($0.summary)" }.joined(separator: " ")
        let type = wrong.map(\.severity).min()?.rawValue ?? "fail"
        self.init(
            question, outcome: #"<failure type="\#(type)" message="\#(message)">\#(Markup(lines: found.map(\.junit)))</failure>"#,
            isFailure: true)
    }

    private init(_ question: Question, outcome: Markup, isFailure: Bool = false, isSkipped: Bool = false) {
        self.question = question
        self.outcome = outcome
        self.isFailure = isFailure
        self.isSkipped = isSkipped
    }

    func markup(in suite: String) -> Markup {
        """
        <testcase name="\(question.rawValue) \(question.title)" classname="\(suite)" time="0">\(outcome)</testcase>
        """
    }
}

extension Finding {
    /// The finding on lines of its own.
    fileprivate var junit: Markup {
        Markup(
            lines: ["\(severity.rawValue) \(id)", "\(summary.onOneLine)"] + evidence.map { "- \($0.line.onOneLine)" }
                + ["Fix: \(fix.onOneLine)"])
    }
}

extension Answer {
    fileprivate var evidenceLines: Markup { Markup(lines: evidence.map { "- \($0.line.onOneLine)" }) }
}

extension [JUnitSuite] {
    fileprivate func sum(_ count: KeyPath<JUnitSuite, Int>) -> Int { reduce(0) { $0 + $1[keyPath: count] } }
}

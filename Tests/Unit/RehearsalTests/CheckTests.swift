import Testing

@testable import Rehearsal

@Suite("Each check finds what it is for")
struct CheckTests {
    @Test("finds it", arguments: CheckCase.every)
    func finds(_ testCase: CheckCase) async throws {
        let rehearsed = try await ObservedCases.shared.cluster(of: testCase)
        #expect(testCase.complaints(of: Checks().findings(in: rehearsed)) == [])
    }

    @Test("has a case for each row of the table, and a row for each case")
    func complete() {
        #expect(Set(CheckCase.every.map(\.id)) == Set(Checks.table.map(\.id)))
        #expect(Set(Checks.table.map(\.id)).count == Checks.table.count, "ids are unique")
        #expect(Set(CheckCase.every.map(\.description)).count == CheckCase.every.count, "cases are told apart")
    }

    @Test("says of no workload that its credentials fit, while those of others on the same identity do not")
    func crowded() async throws {
        let crowded = try #require(CheckCase.all.first { $0.id == "credential-limit" })
        let rehearsed = try await ObservedCases.shared.cluster(of: crowded)
        let answers = RehearsalReport(rehearsed, checks: Checks()).answers.filter { $0.question == .q7 }
        #expect(answers.contains { $0.verdict == .fail } && answers.contains { $0.reason.contains("not all fit") })
        #expect(!answers.contains { $0.verdict == .pass })
    }

    @Test("finds nothing that blocks in a cluster of one ordinary workload")
    func ordinary() async throws {
        let rehearsed = try await ObservedCases.shared.cluster(of: CheckCase("", Cluster.bound + [Cluster.issued]))
        #expect(Checks().findings(in: rehearsed).filter { $0.severity == .blocker } == [])
    }
}

@Suite("Each check is needed")
struct MutantTests {
    /// Every check in one test, for `Tests/rehearsal-mutants` prints a line of each in the table's order.
    @Test("fails the test of a check that is switched off, and no other")
    func mutants() async throws {
        var observed: [(testCase: CheckCase, cluster: RehearsedCluster)] = []
        for testCase in CheckCase.every { observed.append((testCase, try await ObservedCases.shared.cluster(of: testCase))) }
        for id in Checks.table.map(\.id) {
            let mutant = Checks(disabled: [id])
            let failing = Set(
                observed.filter { !$0.testCase.complaints(of: mutant.findings(in: $0.cluster)).isEmpty }.map(\.testCase.id))
            #expect(failing == [id])
            Mutants.tell(
                failing == [id]
                    ? "ok   without \(id) its own test fails, and no other"
                    : "FAIL without \(id): \(failing.isEmpty ? "no test fails" : failing.sorted().joined(separator: ", "))")
        }
    }
}

extension CheckCase {
    /// What is wrong with what was found in it; nothing where its check found what it is for, and says what to do.
    func complaints(of found: [Finding]) -> [String] {
        let own = found.filter { $0.id == id }
        guard !own.isEmpty else { return ["found instead: \(found.map(\.id))"] }
        return own.flatMap { finding -> [String] in
            [
                finding.evidence.isEmpty ? "no evidence for \(finding.summary)" : nil,
                finding.fix.isEmpty ? "no fix for \(finding.summary)" : nil,
                (finding.summary + finding.fix).contains("{") ? "not filled: \(finding.summary) \(finding.fix)" : nil,
                says.map { finding.summary.contains($0) } ?? true ? nil : "not “\(says ?? "")”: \(finding.summary)",
            ].compactMap(\.self)
        }
    }
}

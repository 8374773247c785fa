import Surroundings
import Testing

@testable import Rehearsal

/// Checks that are switched off from outside: `Tests/rehearsal-mutants` names one at a time.
private let mutants = Checks(disabled: Set(Mutant.named.map { [$0] } ?? []))

/// What is observed of a cluster, with the checks that are to be made.
private func findings(_ testCase: CheckCase, checks: Checks) async throws -> [Finding] {
    let rehearsal = Rehearsal(
        of: try Cluster.read(testCase.documents), target: try testCase.target.map(Cluster.read),
        recorded: testCase.recorded.isEmpty ? nil : try Recording.read(testCase.recorded), settings: testCase.settings, clock: .live,
        entropy: .live, checks: checks)
    let live = testCase.live.map { runs in LiveRehearsal(as: nil) { $0.name == "today" ? runs.today : runs.target } }
    return try await rehearsal.run(live: live).report.findings
}

@Suite("Each check finds what it is for")
struct CheckTests {
    @Test("finds it", arguments: CheckCase.every)
    func finds(_ testCase: CheckCase) async throws {
        let found = try await findings(testCase, checks: mutants)
        let own = found.filter { $0.id == testCase.id }
        #expect(!own.isEmpty, "found instead: \(found.map(\.id))")
        #expect(own.allSatisfy { !$0.evidence.isEmpty && !$0.fix.isEmpty && !$0.summary.contains("{") })
    }

    @Test("has a case for each row of the table, and a row for each case")
    func complete() {
        #expect(Set(CheckCase.every.map(\.id)) == Set(Checks.table.map(\.id)))
        #expect(Set(Checks.table.map(\.id)).count == Checks.table.count, "ids are unique")
    }

    @Test("finds nothing that blocks in a cluster of one ordinary workload")
    func ordinary() async throws {
        let found = try await findings(CheckCase("", Cluster.bound + [Cluster.issued]), checks: Checks())
        #expect(found.filter { $0.severity == .blocker } == [])
    }
}

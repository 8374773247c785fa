import Surroundings

@testable import Rehearsal

/// What is observed of each case, once for all tests: checks look at it and change nothing, so that one observation serves with any of them
/// switched off.
///
/// One case after another, for they share the keys, and one of a rehearsal's experiments rotates them.
actor ObservedCases {
    static let shared = ObservedCases()

    private var known: [String: Task<RehearsedCluster, any Error>] = [:]
    private var latest: Task<RehearsedCluster, any Error>?
    private let keys = Result { try RehearsalKeys(clock: .live, entropy: .live) }

    /// What is observed of a case.
    func cluster(of testCase: CheckCase) async throws -> RehearsedCluster {
        if let task = known[testCase.description] { return try await task.value }
        let (before, keys) = (latest, self.keys)
        let task = Task {
            _ = await before?.result
            let rehearsal = Rehearsal(
                of: try Cluster.read(testCase.documents), target: try testCase.target.map(Cluster.read),
                recorded: testCase.recorded.isEmpty ? nil : try Recording.read(testCase.recorded), settings: testCase.settings,
                clock: .live, entropy: .live)
            let live = testCase.live.map { runs in LiveRehearsal(as: nil) { $0.name == "today" ? runs.today : runs.target } }
            return try await rehearsal.observe(keys: try keys.get(), live: live)
        }
        known[testCase.description] = task
        latest = task
        return try await task.value
    }
}

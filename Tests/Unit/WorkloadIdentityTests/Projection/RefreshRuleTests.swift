import Surroundings
import Testing

@testable import WorkloadIdentity

@Suite struct RefreshRuleTests {
    /// Life, seconds since the issue, jitter, due.
    static let table: [(Int64, Int64, Int64, Bool)] = [
        // 3600: from second 2880, less the jitter; the kubelet asks for later than, not for as late as.
        (3600, 0, 9, false), (3600, 2870, 9, false), (3600, 2871, 9, false), (3600, 2872, 9, true), (3600, 2880, 0, false),
        (3600, 2881, 0, true), (3600, 5000, 0, true),
        // 600: from second 480.
        (600, 480, 0, false), (600, 481, 0, true), (600, 472, 9, true),
        // A day: 69120, and never a full day.
        (86_400, 69_120, 0, false), (86_400, 69_121, 0, true),
        // Ten days, which a cluster without a cap grants: after a day.
        (864_000, 86_400, 0, false), (864_000, 86_401, 0, true), (864_000, 86_392, 9, true), (864_000, 86_391, 9, false),
        // A fifth is taken in whole seconds: of 3604 it is 720.
        (3604, 2884, 0, false), (3604, 2885, 0, true),
        // Issued in the future: the clock went back.
        (3600, -1, 0, true),
    ]

    @Test("a token is renewed when a fifth of its life is left, after a day, or when the clock went back", arguments: table)
    func due(life: Int64, age: Int64, jitter: Int64, isDue: Bool) {
        #expect(RefreshRule.isDue(expires: start + life, life: life, now: start + age, jitter: jitter) == isDue)
    }
}

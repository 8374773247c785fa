import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import Synchronization
import Testing

@testable import PodIdentity

/// A number that several tasks may change.
final class Counter: Sendable {
    private let value: Mutex<UInt64>
    init(_ value: UInt64 = 0) { self.value = Mutex(value) }

    /// Adds with wrapping and gives the sum.
    @discardableResult func add(_ summand: UInt64) -> UInt64 {
        value.withLock {
            $0 &+= summand
            return $0
        }
    }
}

/// What the original waits for, and what is told of it in the journal.
@Suite struct WaitTests {
    private static let token = "/metadata/identity/oauth2/token?resource=r"

    struct Case: Sendable, CustomTestStringConvertible {
        let statuses: [Int]
        let asked: Int
        let waited: Int
        let status: Int
        var testDescription: String { "\(statuses)" }
    }

    static let cases = [
        Case(statuses: [200], asked: 1, waited: 0, status: 200), Case(statuses: [404, 200], asked: 2, waited: 2000, status: 200),
        Case(statuses: [429, 503, 200], asked: 3, waited: 8000, status: 200), Case(statuses: [500], asked: 5, waited: 112_000, status: 403),
        Case(statuses: [408, 410, 511, 508, 200], asked: 5, waited: 52_000, status: 200),
        Case(statuses: [509], asked: 1, waited: 0, status: 403), Case(statuses: [400], asked: 1, waited: 0, status: 403),
        Case(statuses: [500, 401], asked: 2, waited: 2000, status: 403),
    ]

    private func upstream(_ statuses: [Int], later: Bool = false) -> ScriptedUpstream {
        ScriptedUpstream(
            statuses.map { HTTPResponse(status: HTTPStatus(code: $0), headers: [], body: Array("{}".utf8)) }, answersLater: later)
    }

    @Test(arguments: cases, [false, true])
    func `asks upstream again after certain statuses and records the wait`(_ wanted: Case, _ later: Bool) async throws {
        let harness = Harness(try Fixtures.store(), upstream: upstream(wanted.statuses, later: later))
        let response = await harness.ask(Self.token, from: try Fixtures.peer("p1"))
        #expect(response.status.code == wanted.status)
        #expect(harness.upstream.asked.count == wanted.asked)
        #expect(harness.decisions.map(\.waitMilliseconds) == [wanted.waited])
    }

    @Test func `looks for an unknown caller five times and records 1200 ms`() async throws {
        let harness = Harness(try Fixtures.store(), upstream: upstream([200]))
        let response = await harness.ask(Self.token, from: try Fixtures.peer("p12"))
        #expect(response.status == .internalServerError)
        #expect(String(decoding: response.body, as: UTF8.self) == "pod list is empty\n")
        #expect(harness.decisions.map(\.waitMilliseconds) == [1200])
        #expect(harness.upstream.asked.isEmpty)
    }

    @Test func `does not wait when two pods share an address`() async throws {
        let harness = Harness(try Fixtures.store(), upstream: upstream([200]))
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p13")).status == .internalServerError)
        #expect(harness.decisions.map(\.waitMilliseconds) == [0])
    }

    // MARK: Waiting in earnest

    @Test func `sleeps as long as the original when timing is real`() async throws {
        let slept = Mutex<[Int]>([])
        let timing = Timing.real { milliseconds in slept.withLock { $0.append(milliseconds) } }
        let harness = Harness(try Fixtures.store(), upstream: upstream([500]), timing: timing)
        _ = await harness.ask(Self.token, from: try Fixtures.peer("p1"))
        #expect(slept.withLock { $0 } == [2000, 6000, 14_000, 30_000, 60_000])
        _ = await harness.ask(Self.token, from: try Fixtures.peer("p12"))
        #expect(slept.withLock { $0.suffix(4) } == [300, 300, 300, 300])
    }

    @Test func `serves a pod that appears while its caller waits`() async throws {
        let store = try Fixtures.load()
        let pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: late, namespace: default, labels: {aadpodidbinding: one}}
            status: {phase: Running, podIP: 10.244.8.22}
            """
        let looks = Counter()
        let timing = Timing.real { _ in
            if looks.add(1) == 2 { _ = try? store.apply(Array(pod.utf8), from: "test") }
        }
        let harness = Harness(store, upstream: upstream([200]), timing: timing)
        #expect(await harness.ask(Self.token, from: try Fixtures.peer("p12")).status == .ok)
        #expect(harness.decisions.map { $0.pod?.name } == ["late"])
        #expect(looks.add(0) == 2)
    }
}

import FoundationEssentials
import IdentityModel
import IdentityStore
import Logging
import Surroundings
import Synchronization
import Testing
import WireFormats

@testable import WorkloadIdentity

/// One projector over a store, looked at step by step on a clock that moves.
private struct Bench {
    let folder: TemporaryDirectory
    let store: IdentityStore
    let clock = MovableClock()
    let keys: ClusterKeys
    let projector: TokenProjector

    /// A store with pods of these names, each of which has a directory of that name.
    ///
    /// Without jitter a token is due exactly when a fifth of its life is left.
    ///
    /// - Parameter systemClock: the real one; nil when it is the one of the tokens.
    init(pods: [String] = ["a"], refreshSeconds: Int64? = nil, jitter: UInt64 = 0, systemClock: MovableClock? = nil) throws {
        let folder = try TemporaryDirectory()
        let store = IdentityStore()
        let keys = ClusterKeys(directory: nil, clock: clock.clock)
        self.folder = folder
        self.store = store
        self.keys = keys
        try store.apply(Array(object("v1", "ServiceAccount", "name: web, namespace: prod").utf8), from: "test")
        for pod in pods { try store.apply(Array(Self.pod(pod, in: folder).utf8), from: "test") }
        let numbers = Mutex<UInt64>(0)
        projector = TokenProjector(
            plan: { known in
                let snapshot = store.current
                guard snapshot.generation != known else { return nil }
                return ProjectionPlan(for: snapshot, issuer: ClusterIssuer.all(in: snapshot, authority: "https://127.0.0.1:8443").first)
            }, keys: keys, clock: clock.clock, systemClock: systemClock?.clock,
            // Distinct, and each leaves the wanted jitter when it is divided by ten.
            entropy: Entropy {
                numbers.withLock { number in
                    number += 10
                    return number + jitter
                }
            },
            refreshNanoseconds: refreshSeconds.map { $0 * 1_000_000_000 }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {}
    }

    static func pod(_ name: String, in folder: TemporaryDirectory, account: String = "web") -> String {
        object(
            "v1", "Pod", "name: \(name), namespace: prod, annotations: {understudy.internal/token-directory: '\(folder.path)/\(name)'}",
            "spec: {serviceAccountName: \(account)}")
    }

    func token(_ pod: String = "a") throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(pod)/token/azure-identity-token", encoding: .utf8)
    }

    func claims(_ pod: String = "a") throws -> JSONValue {
        let pieces = try token(pod).split(separator: ".")
        guard pieces.count == 3, let payload = Base64.decode(pieces[1]) else { throw Absent() }
        return try JSONValue(parsing: payload)
    }

    func names(_ pod: String = "a") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(pod)").sorted()
    }
}

@Suite struct TokenProjectorTests {
    @Test("a token of an hour is renewed after 48 minutes, by a swap; the old directory is gone a second later")
    func renewal() async throws {
        let bench = try Bench()
        #expect(await bench.projector.look())
        let first = try bench.token()
        bench.clock.advance(2880)
        await bench.projector.look()
        #expect(try bench.token() == first)
        bench.clock.advance(1)
        await bench.projector.look()
        #expect(try bench.token() != first)
        await bench.projector.look()
        #expect(try bench.names().count == 4)
        bench.clock.advance(1)
        await bench.projector.look()
        #expect(try bench.names().count == 3)
        #expect(try !bench.token().hasSuffix("\n"))
    }

    @Test(
        "a replaced directory is gone a real second later, also when the tokens' clock stands still or is put back", arguments: [0, -3600])
    func realSecond(moved: Int64) async throws {
        let real = MovableClock()
        let bench = try Bench(systemClock: real)
        await bench.projector.look()
        bench.clock.advance(2881)
        await bench.projector.look()
        bench.clock.advance(moved)
        await bench.projector.look()
        // Put back before the token's beginning, the clock has made it due once more.
        #expect(try bench.names().count == (moved < 0 ? 5 : 4))
        real.advance(1)
        await bench.projector.look()
        #expect(try bench.names().count == 3)
    }

    @Test("the jitter brings the renewal forward", arguments: [(9, 2872), (5, 2876)] as [(UInt64, Int64)])
    func jitter(jitter: UInt64, second: Int64) async throws {
        let bench = try Bench(jitter: jitter)
        await bench.projector.look()
        let first = try bench.token()
        bench.clock.advance(second - 1)
        await bench.projector.look()
        #expect(try bench.token() == first)
        bench.clock.advance(1)
        await bench.projector.look()
        #expect(try bench.token() != first)
    }

    @Test("several pods are kept at once, each with its own claims")
    func several() async throws {
        let pods = (0..<5).map { "p\($0)" }
        let bench = try Bench(pods: pods)
        #expect(await bench.projector.look())
        for pod in pods { #expect(try bench.claims(pod)["kubernetes.io"]?["pod"]?["name"]?.text == pod) }
        #expect(try Set(pods.map { try bench.token($0) }).count == 5)
    }

    @Test("after a key rotation the next renewal is signed by the next key")
    func keyRotation() async throws {
        let bench = try Bench()
        await bench.projector.look()
        let before = try bench.token().split(separator: ".")[0]
        try bench.keys.rotate()
        await bench.projector.look()
        #expect(try bench.token().split(separator: ".")[0] == before)
        bench.clock.advance(3000)
        await bench.projector.look()
        #expect(try bench.token().split(separator: ".")[0] != before)
    }

    @Test("a pod that runs as somebody else gets another token at once; a change that does not concern it gets it none")
    func reassigned() async throws {
        let bench = try Bench()
        await bench.projector.look()
        let first = try bench.token()
        try bench.store.apply(Array(object("v1", "ServiceAccount", "name: other, namespace: prod").utf8), from: "test")
        await bench.projector.look()
        #expect(try bench.token() == first)
        try bench.store.apply(Array(Bench.pod("a", in: bench.folder, account: "other").utf8), from: "test")
        await bench.projector.look()
        #expect(try bench.claims()["sub"]?.text == "system:serviceaccount:prod:other")
    }

    @Test("a pod that is gone takes its tree along, and one that comes gets its own")
    func comesAndGoes() async throws {
        let bench = try Bench()
        await bench.projector.look()
        _ = try bench.store.delete(ObjectKey(kind: .pod, namespace: "prod", name: "a"))
        try bench.store.apply(Array(Bench.pod("b", in: bench.folder).utf8), from: "test")
        #expect(await bench.projector.look())
        #expect(try bench.names("a") == [])
        #expect(try bench.claims("b")["kubernetes.io"]?["pod"]?["name"]?.text == "b")
    }

    @Test("a volume that cannot be opened is tried again, and the others do not wait for it")
    func triedAgain() async throws {
        let bench = try Bench(pods: ["a", "b"])
        try FileManager.default.createDirectory(atPath: "\(bench.folder.path)/a/token", withIntermediateDirectories: true)
        #expect(await !bench.projector.look())
        #expect(throws: (any Error).self) { try bench.token("a") }
        _ = try bench.token("b")
        try FileManager.default.removeItem(atPath: "\(bench.folder.path)/a/token")
        #expect(await bench.projector.look())
        _ = try bench.token("a")
    }

    @Test("a renewal that fails leaves the old token where it is")
    func failure() async throws {
        let bench = try Bench()
        await bench.projector.look()
        let first = try bench.token()
        // In the way of the link that the next renewal makes, and not ours to remove.
        try FileManager.default.createDirectory(atPath: "\(bench.folder.path)/a/..data_tmp", withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: "\(bench.folder.path)/a/..data_tmp/x"))
        bench.clock.advance(3000)
        #expect(await bench.projector.look())
        #expect(try bench.token() == first)
    }

    @Test("tokens may be renewed more often than a kubelet would")
    func refreshEvery() async throws {
        let bench = try Bench(refreshSeconds: 5)
        await bench.projector.look()
        let first = try bench.token()
        bench.clock.advance(4)
        await bench.projector.look()
        #expect(try bench.token() == first)
        bench.clock.advance(1)
        await bench.projector.look()
        #expect(try bench.token() != first)
    }
}

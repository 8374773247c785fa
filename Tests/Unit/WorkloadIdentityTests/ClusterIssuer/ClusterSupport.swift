import FoundationEssentials
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import WireFormats

@testable import WorkloadIdentity

/// 2026-02-10T09:21:33Z.
let start = UnixSeconds(1_770_715_293)

struct Absent: Error {}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let nanoseconds: Mutex<Int64>
    private let tick: Int64

    /// - Parameter tick: how many nanoseconds pass with each look at it.
    init(_ nanoseconds: Int64 = start.rawValue * 1_000_000_000, tick: Int64 = 0) {
        self.nanoseconds = Mutex(nanoseconds)
        self.tick = tick
    }

    var clock: WallClock {
        WallClock {
            self.nanoseconds.withLock { now in
                now += self.tick
                return now
            }
        }
    }

    var now: UnixSeconds { clock.now }

    func set(_ nanoseconds: Int64) { self.nanoseconds.withLock { $0 = nanoseconds } }

    func advance(_ seconds: Int64) { nanoseconds.withLock { $0 += seconds * 1_000_000_000 } }
}

/// Keys for all tests: making them is the slowest thing here.
let sharedKeys = Result { try (0..<3).map { _ in try ServiceAccountKey.generate() } }

/// A store of one manifest.
func store(_ manifest: String, nodeName: String? = nil) throws -> IdentityStore {
    let store = IdentityStore(nodeName: nodeName)
    try store.load([ManifestFile(path: "world.yaml", bytes: Array(manifest.utf8))])
    return store
}

/// One document.
func object(_ apiVersion: String, _ kind: String, _ metadata: String, _ rest: String = "") -> String {
    "---\n{apiVersion: \(apiVersion), kind: \(kind), metadata: {\(metadata)}\(rest.isEmpty ? "" : ", " + rest)}\n"
}

/// A directory of one test, removed when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/understudy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The account and pod that most tests are about.
let workload =
    object(
        "v1", "ServiceAccount",
        "name: web, namespace: prod, uid: 6a1c7e52-0000-4000-8000-000000000001")
    + object(
        "v1", "Pod", "name: web-0, namespace: prod, uid: 6a1c7e52-0000-4000-8000-000000000002",
        "spec: {serviceAccountName: web, nodeName: aks-0, containers: [{name: c, image: i}]}")

extension IdentityStore {
    func account(_ reference: String) throws -> ServiceAccount {
        guard let id = NamespacedName(reference: reference), let account = current.serviceAccount(id) else { throw Absent() }
        return account
    }

    func pod(_ reference: String) throws -> Pod {
        guard let id = NamespacedName(reference: reference), let pod = current.pod(id) else { throw Absent() }
        return pod
    }
}

/// A token's header and payload as they stand in it.
func parts(_ token: ServiceAccountToken) throws -> (header: String, payload: String) {
    let pieces = String(decoding: token.compact.reveal { $0 }, as: UTF8.self).split(separator: ".")
    guard pieces.count == 3, let header = Base64.decode(pieces[0]), let payload = Base64.decode(pieces[1]) else { throw Absent() }
    return (String(decoding: header, as: UTF8.self), String(decoding: payload, as: UTF8.self))
}

import Decisions
import Faults
import HTTPServing
import IdentityModel
import IdentityStore
import Surroundings
import Synchronization
import WireFormats

/// Seconds as the clock counts them.
func seconds(_ value: Double) -> Int64 { Int64(value * 1_000_000_000) }

/// A clock that a test moves.
final class HandClock: Sendable {
    private let now = Mutex(Int64(1_770_715_293_000_000_000))
    var clock: WallClock { WallClock { self.now.withLock { $0 } } }
    var nanoseconds: Int64 { now.withLock { $0 } }
    func pass(_ seconds: Double) { now.withLock { $0 += Int64(seconds * 1_000_000_000) } }
}

/// A fault of a manifest.
func fault(_ spec: String, name: String = "f") -> String {
    "apiVersion: understudy.internal/v1alpha1\nkind: Fault\nmetadata: {name: \(name)}\nspec: \(spec)\n"
}

/// The fault as it is read; its problems must be none.
func read(_ spec: String, name: String = "f") throws -> Fault {
    let store = IdentityStore()
    try store.apply(Array(fault(spec, name: name).utf8), from: "test")
    guard case .fault(let fault)? = store.current.objects(of: .fault).first?.object else { throw NoFault() }
    return fault
}

struct NoFault: Error {}

func exchange(
    _ source: Fault.Source = .imds, address: String = "10.244.0.5", pod: String? = nil, path: String = "/metadata/identity/oauth2/token",
    audience: String? = "https://vault.azure.net", identity: Set<String> = []
) -> FaultExchange {
    FaultExchange(
        source: source, address: address, pod: pod.flatMap(NamespacedName.init(reference:)), path: path, audience: audience,
        identity: { identity })
}

func tokenRequest(_ headers: [(String, String)] = []) -> HTTPRequest {
    HTTPRequest(
        method: "GET", target: "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fvault.azure.net", headers: headers, body: [],
        peer: PeerAddress(host: .ipv4(0x0af4_0005), port: 4000))
}

import Authority
import Cryptography
import Decisions
import HTTPServing
import IdentityStore
import Surroundings
import Synchronization
import Testing
import TokenIssuance
import WireFormats

@Suite struct RotationTests {
    private func key(_ name: String) throws -> TokenSigningKey {
        try TokenSigningKey.generate(commonName: name, now: start, entropy: .live)
    }

    @Test("a key set that was asked for before shows the keys as they are now, through rotations and to the end of a retired one")
    func followed() async throws {
        let (first, second, third) = (try key("1"), try key("2"), try key("3"))
        let keys = SigningKeys(signing: first)
        let now = Mutex(start)
        let clock = WallClock { now.withLock { $0.rawValue } * 1_000_000_000 }
        let store = IdentityStore(clock: clock)
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(baseWorld.joined(separator: "\n---\n").utf8))])
        let sources = CredentialSources(environment: { _ in nil }, file: { _, _ in nil })
        let service = AuthorityService(
            store: store, keys: keys, issuer: TokenIssuer(keys: keys, clock: clock, entropy: .live),
            journal: DecisionJournal(capacity: 10, clock: clock), clock: clock, entropy: .live,
            environment: AuthorityEnvironment(
                ownHost: { "127.0.0.1:9443" }, names: [], sources: sources, fetch: ScriptedIssuers().fetch))
        func published() throws -> [String] {
            try ["/\(tenant)/discovery/v2.0/keys", "/\(tenant)/discovery/keys", "/common/discovery/keys"].map { path in
                let request = HTTPRequest(
                    method: "GET", target: path, headers: [("Host", "login.microsoftonline.com")], body: [],
                    peer: PeerAddress(host: .ipv4(0x7f00_0001), port: 1))
                guard case .now(let response) = service.respond(to: request) else { throw Unexpected("a key set that takes its time") }
                return (response.document["keys"]?.elements ?? []).compactMap { $0["kid"]?.text }.joined(separator: " ")
            }
        }
        for _ in 0..<2 { #expect(try published() == Array(repeating: first.keyID, count: 3)) }
        keys.publish(next: second)
        for _ in 0..<2 { #expect(try published() == Array(repeating: "\(first.keyID) \(second.keyID)", count: 3)) }
        #expect(keys.rotate(publishing: third, at: start))
        #expect(try published() == Array(repeating: "\(second.keyID) \(third.keyID) \(first.keyID)", count: 3))
        now.withLock { $0 = start + SigningKeys.retentionSeconds }
        #expect(try published() == Array(repeating: "\(second.keyID) \(third.keyID)", count: 3))
    }
}

import Decisions
import HTTPServing
import IdentityModel
import IdentityStore
import MetadataService
import Surroundings
import Testing
import TokenIssuance
import WireFormats

@Suite struct InstanceEdgeTests {
    @Test("the preview's version has the document of the first version")
    func preview() async throws {
        let service = try Service(ours("Node", "web-1"))
        let preview = await service.answer("/metadata/instance/compute?api-version=2017-03-01")
        #expect(preview.status == .ok)
        #expect(preview.body == (await service.answer("/metadata/instance/compute?api-version=2017-04-02")).body)
        #expect(try JSONValue(parsing: preview.body)["vmId"] != nil)
    }

    @Test(
        "public addresses of which a captured document has no interface, or no address, are left out",
        arguments: [#"{"interface":[]}"#, #"{"interface":[{"ipv4":{"ipAddress":[]}}]}"#])
    func captured(network: String) async throws {
        let capture = try InstanceDocument(capture: try JSONValue(parsing: Array(#"{"compute":{},"network":\#(network)}"#.utf8)))
        let store = IdentityStore(capture: capture)
        let world = ours(
            "Node", "web-1", "{network: {publicIpSku: Standard, interface: [{ipv4: {ipAddress: [{publicIpAddress: 20.1.2.3}]}}]}}")
        try store.load([ManifestFile(path: "world.yaml", bytes: Array(world.utf8))])
        let clock = MovableClock().clock
        let service = MetadataService(
            store: store, issuer: TokenIssuer(keys: SigningKeys(signing: try sharedKey.get()), clock: clock, entropy: .live),
            journal: DecisionJournal(capacity: 10, clock: clock),
            events: ScheduledEvents(timing: .instant, clock: clock, entropy: .live), platform: try sharedPlatform.get(),
            authorityURL: { "https://authority.test" }, clock: clock, entropy: .live)
        let request = HTTPRequest(
            method: "GET", target: "/metadata/loadbalancer?api-version=2020-10-01", headers: [("Metadata", "true")], body: [],
            peer: PeerAddress(host: .ipv4(0x0a00_0001), port: 1))
        guard case .now(let response) = service.respond(to: request) else {
            Issue.record("the answer should need no waiting")
            return
        }
        #expect(response.status == .notFound)
    }
}

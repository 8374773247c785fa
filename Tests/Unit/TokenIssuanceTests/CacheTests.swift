import IdentityModel
import IdentityStore
import Surroundings
import Testing
import TokenIssuance
import WireFormats

@Suite struct CacheTests {
    @Test(
        "a token is given again until 300 seconds before its end",
        arguments: [(Int64(0), true), (60, true), (86_099, true), (86_100, false), (86_101, false), (86_400, false), (200_000, false)])
    func lifetime(later: Int64, isRemembered: Bool) throws {
        let clock = MovableClock()
        let issuer = try issuer(clock.clock)
        let request = try world().request(userClient, "https://management.azure.com/")
        #expect(issuer.remembered(request) == nil)
        let token = try issuer.issue(request)
        #expect(token.notBefore == start - 300 && token.expires == start + 86_400)
        clock.move(to: start + later)
        #expect((issuer.remembered(request) === token) == isRemembered)
        #expect(issuer.counts.signed == 1 && issuer.counts.reused == (isRemembered ? 1 : 0))
    }

    @Test("after its end another is made, with another uti, and that one is remembered")
    func renewal() throws {
        let clock = MovableClock()
        let issuer = try issuer(clock.clock)
        let request = try world().request(userClient, "https://management.azure.com/")
        let old = try issuer.issue(request)
        clock.move(to: start + 86_100)
        let new = try issuer.issue(request)
        #expect(new.identifier != old.identifier && new.expires == start + 172_500)
        #expect(issuer.remembered(request) === new)
    }

    @Test(
        "a token is for one identity and one spelling of a resource",
        arguments: [
            (systemClient, "https://management.azure.com/"), (userClient, "https://management.azure.com"),
            (userClient, "https://vault.azure.net"),
        ])
    func separate(client: String, resource: String) throws {
        let issuer = try issuer()
        let store = try world()
        _ = try issuer.issue(try store.request(userClient, "https://management.azure.com/"))
        #expect(issuer.remembered(try store.request(client, resource)) == nil)
    }

    @Test(
        "a changed world never gets an old token",
        arguments: [
            ours(
                "ResourcePrincipal", "v2",
                "{appID: dddddddd-0000-4000-8000-00000000000f, identifierURIs: ['api://v2'], tokenVersion: 2, appRoles: [{value: Read}]}"),
            ours("ResourcePrincipal", "v2", "{appID: dddddddd-0000-4000-8000-000000000001, identifierURIs: ['api://v2'], tokenVersion: 1}"),
            ours("RoleAssignment", "r", "{principal: {kind: ManagedIdentity, name: m}, resource: v2, role: Read}"),
            ours("Tenant", "contoso", "{tenantID: 11111111-2222-4333-8444-55555555555f}"),
            ours(
                "ManagedIdentity", "m",
                "{resourceID: /subscriptions/S/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/M, clientID: bbbbbbbb-0000-4000-8000-000000000001}"
            ),
            ours("Node", "vm", "{userAssigned: [m, limited], compute: {name: VM2}}"),
        ])
    func changes(change: String) throws {
        let issuer = try issuer()
        let store = try world()
        let before = try store.request(userClient, "api://v2")
        let token = try issuer.issue(before)
        #expect(issuer.remembered(try store.request(userClient, "api://v2")) === token)
        try store.apply(Array(change.utf8), from: "test")
        #expect(issuer.remembered(try store.request(userClient, "api://v2")) == nil)
        #expect(issuer.remembered(before) === token)
    }

    @Test("a change that says nothing of the token keeps it")
    func unrelated() throws {
        let issuer = try issuer()
        let store = try world()
        let token = try issuer.issue(try store.request(userClient, "api://v2"))
        try store.apply(Array(ours("Application", "x", "{}").utf8), from: "test")
        #expect(issuer.remembered(try store.request(userClient, "api://v2")) === token)
    }

    @Test("no rendering of a token shows it")
    func secrecy() throws {
        let token = try issuer().issue(try world().request(userClient, "api://v2"))
        var dumped = ""
        dump(token, to: &dumped)
        let compact = String(decoding: token.compact, as: UTF8.self)
        let reflected = Mirror(reflecting: token).children.map { "\($0.value)" }.joined()
        for text in [
            "\(token)", String(describing: token), String(reflecting: token), dumped, reflected, "\([token])", "\(Optional(token) as Any)",
        ] {
            for part in compact.split(separator: ".") { #expect(!text.contains(part)) }
        }
        #expect("\(token)" == "<token uti=\(token.identifier)>")
    }
}

import HTTPServing
import IdentityModel
import Testing

@testable import PodIdentity

/// Where requests go: nmi.md §1.2 and the corrections at its head.
@Suite struct RouteTests {
    private func route(_ target: String, blocking: Bool = false) -> NMIRoute {
        var settings = NMISettings()
        settings.blockInstanceMetadata = blocking
        let request = HTTPRequest(method: "GET", target: target, headers: [], body: [], peer: Fixtures.address("10.244.8.11"))
        return NMIRoute.route(request, settings: settings)
    }

    @Test(arguments: [
        ("/metadata/identity/oauth2/token", NMIRoute.token), ("/metadata/identity/oauth2/token/", .token),
        ("/metadata/identity/oauth2/tokenfoo/bar", .token), ("/METADATA/identity/oauth2/token", .token),
        ("/metadata/identity%2Foauth2%2Ftoken", .token), ("/metadata%2fidentity%2foauth2%2ftoken", .token),
        ("http://169.254.169.254/metadata/identity/oauth2/token?a", .token),
        ("/metadata/identity%5Coauth2%5Ctoken", .invalid), ("/METADATA/identity/oauth2%5Ctoken", .invalid),
        ("/Metadata/metadata/identity/oauth2/token", .invalid), ("/metadata/identity/info/oauth2xtoken", .invalid),
        ("/x/metadata/identityoauth2token", .invalid), ("/metadata/identity/oauth2%00/token", .invalid),
        ("/host/token", .hostToken), ("/host/token/", .hostToken), ("/host/tokenzzz", .hostToken),
        ("/HOST/token", .proxy), ("/x/host/token", .proxy), ("/host/toke", .proxy),
        ("/metadata/Identity/oauth2/token", .proxy), ("/metadata/identity/oauth2/TOKEN", .proxy), ("/metadata/identity/info", .proxy),
        ("/metadata%5Cidentity%5Coauth2%5Ctoken", .proxy), ("/Metadata/identity%5COAUTH2%5Ctoken", .proxy),
        ("/metadata/identity%0Aoauth2/token", .proxy), ("/metadata/identity/token/oauth2", .proxy),
        ("/metadata/instance", .proxy), ("/", .proxy), ("/healthz", .proxy), ("/metadata", .proxy),
    ]) func `goes by the first rule that matches`(_ target: String, _ wanted: NMIRoute) {
        #expect(route(target) == wanted)
    }

    @Test(arguments: [
        ("/metadata/instance", NMIRoute.blockedInstance), ("/metadata/instance/compute", .blockedInstance),
        ("/metadata/instancexyz", .blockedInstance), ("/METADATA/instance", .blockedInstance),
        ("/metadata%2Finstance", .blockedInstance), ("/metadata/Instance", .proxy), ("/metadata%5Cinstance", .proxy),
        ("/x/metadata/instance", .proxy), ("/metadata/identity/oauth2/token", .token), ("/host/token", .hostToken),
    ]) func `blocks instance metadata when told to`(_ target: String, _ wanted: NMIRoute) {
        #expect(route(target, blocking: true) == wanted)
    }

    @Test(arguments: [
        ("//metadata/identity/oauth2/token?a=%2F&b", "/metadata/identity/oauth2/token?a=%2F&b"),
        ("/metadata/identity/oauth2/token//", "/metadata/identity/oauth2/token/"),
        ("/metadata/x/%2e%2E/identity/oauth2/token", "/metadata/identity/oauth2/token"),
        ("/metadata/identity/oauth2/token/..", "/metadata/identity/oauth2"), ("/a/./b/../c/", "/a/c/"), ("/a/..", "/"), ("/a/../", "/"),
        ("/../..", "/"), ("/.", "/"), ("//", "/"), ("/a%2F%2Fb", "/a/b"), ("//b?", "/b?"), ("//b%20%C3%A9%3F", "/b%20%C3%A9%3F"),
        ("//$&+,:;=@~", "/$&+,:;=@~"), ("//a!(b)*'", "/a%21%28b%29%2A%27"),
    ]) func `redirects to the canonical path before any rule`(_ target: String, _ location: String) {
        #expect(route(target, blocking: true) == .redirect(location: location))
    }

    @Test(arguments: [
        ("", ""), ("short", "short"), ("1234567", "1234567"), ("12345678", "1234##### REDACTED #####5678"),
        ("aabc0000-0000-0000-0000-00000000c1f9", "aabc##### REDACTED #####c1f9"), ("ab d5678", "ab d5678"), ("1234567\n", "1234567\n"),
        ("1234 5678", "1234##### REDACTED #####5678"), ("éééé", "éééé"), ("éèêëàâäå", "éèêë##### REDACTED #####àâäå"),
        ("123\u{0b}5678", "123\u{0b}##### REDACTED #####5678"), ("123\u{0c}5678", "123\u{0c}5678"), ("\r\n345678", "\r\n345678"),
    ]) func `redacts client ids of eight characters and more`(_ clientID: String, _ shown: String) {
        #expect(ClientIDRedaction.redacted(clientID).utf8.elementsEqual(shown.utf8))
    }
}

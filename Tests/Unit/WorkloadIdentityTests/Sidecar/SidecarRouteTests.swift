import HTTPServing
import Testing

@testable import WorkloadIdentity

@Suite struct SidecarRouteTests {
    private func request(_ target: String, method: String = "GET") -> HTTPRequest {
        HTTPRequest(method: method, target: target, headers: [], body: [], peer: PeerAddress(host: .unknown, port: 0))
    }

    @Test(arguments: [
        ("/metadata/identity/oauth2/token", SidecarRoute.token), ("/metadata/identity/oauth2/token/", .token),
        ("/Metadata/identity/oauth2/token/", .token), ("/METADATA/identity/oauth2/tokens", .token),
        ("/metadata%2fidentity/oauth2/token", .token), ("/metadata/identity/oauth2/token?x", .token),
        ("http://example.test/metadata/identity/oauth2/token", .token), ("/metadata/Identity/oauth2/token/", .passThrough),
        ("/metadata/identity/oauth2/toke", .passThrough), ("/x/metadata/identity/oauth2/token", .passThrough),
        ("/-etadata/identity/oauth2/token", .passThrough), ("/metadata/instance", .passThrough), ("/Metadata/instance/", .passThrough),
        ("/metadata/", .passThrough), ("/", .passThrough), ("/readyz", .ready), ("/readyz/", .ready), ("/readyzz", .ready),
        ("/Readyz", .passThrough), ("/ready", .passThrough),
    ])
    func `routes by the beginning of the decoded path`(target: String, route: SidecarRoute) {
        #expect(SidecarRoute.route(request(target)) == route)
        #expect(SidecarRoute.route(request(target, method: "BREW")) == route)
    }

    @Test(arguments: [
        ("//metadata/../a", "GET", "/a"), ("/a/./b/", "GET", "/a/b/"), ("/a//b?c=%20&d", "GET", "/a/b?c=%20&d"), ("/a//?", "GET", "/a/?"),
        ("/%2e%2e/%41", "GET", "/A"), ("/a//%3f", "GET", "/a/%3F"), ("*", "GET", "/%2A"),
        ("http://example.test", "GET", "http://example.test/"), ("http://example.test//a?b", "GET", "http://example.test/a?b"),
        ("example.test:443", "CONNECT", "//example.test:443/"),
    ])
    func `redirects to the canonical path`(target: String, method: String, location: String) {
        #expect(SidecarRoute.route(request(target, method: method)) == .redirect(location: location))
    }

    @Test(
        arguments: [
            ("", "env", nil, nil), ("resource=r", "", nil, nil), ("client_id=c", "", nil, nil), ("resource=r", "env", "env", "r"),
            ("client_id=c&resource=r", "env", "c", "r"), ("client_id=&resource=r", "env", "env", "r"),
            ("resource=a&resource=b&client_id=c&client_id=d", "", "c", "a"), ("resource=&resource=b", "env", nil, nil),
            ("resource=r;client_id=c", "env", nil, nil), ("resource=r&client_id=%zz", "env", "env", "r"),
            ("Resource=x&resource=r", "env", "env", "r"),
        ] as [(String, String, String?, String?)])
    func `reads the first client id and resource`(query: String, fallback: String, clientID: String?, resource: String?) {
        let read = try? TokenQuery(request("/t?\(query)"), defaultClientID: fallback)
        #expect(read?.clientID == clientID)
        #expect(read?.resource == resource)
    }

    @Test func `misses the client before the resource`() {
        #expect(throws: TokenQuery.Refusal.clientIDMissing) { try TokenQuery(request("/t"), defaultClientID: "") }
        #expect(throws: TokenQuery.Refusal.resourceMissing) { try TokenQuery(request("/t?client_id=c"), defaultClientID: "") }
    }

    @Test(arguments: [
        ("https://a.net", "https://a.net/.default"), ("https://a.net/.default", "https://a.net/.default"),
        ("https://a.net/", "https://a.net//.default"), ("https://a.net//.default", "https://a.net//.default"), ("x", "x/.default"),
    ])
    func `makes a scope of a resource, whose last slash survives`(resource: String, scope: String) throws {
        #expect(try TokenQuery(request("/t?resource=\(resource)"), defaultClientID: "c").scope == scope)
    }

    @Test(arguments: [
        ("https://h/", "T-1", "h", "t-1"), ("https://h", "t", "h", "t"), ("", "t", "login.microsoftonline.com", "t"),
        ("HTTPS://Host:8443/", "t.x", "host:8443", "t.x"), ("https://h/other/", "t", "h", "other"),
    ])
    func `finds the authority of its settings`(host: String, tenant: String, authority: String, segment: String) throws {
        let address = try AuthorityAddress(
            SidecarSettings(environment: [
                "AZURE_TENANT_ID": tenant, "AZURE_AUTHORITY_HOST": host, "AZURE_FEDERATED_TOKEN_FILE": "",
            ]))
        #expect(address.host == authority)
        #expect(address.tenant == segment)
    }

    @Test(arguments: [
        (["AZURE_AUTHORITY_HOST": "http://h/"], CredentialFailure.tokenFileUnset),
        (["AZURE_FEDERATED_TOKEN_FILE": "f", "AZURE_TENANT_ID": "a b", "AZURE_AUTHORITY_HOST": "http://h/"], .tenantInvalid),
        (["AZURE_FEDERATED_TOKEN_FILE": "f", "AZURE_AUTHORITY_HOST": "http://h/"], .authorityNotHTTPS),
    ])
    func `finds what is wrong with its settings in the original's order`(variables: [String: String], failure: CredentialFailure) throws {
        let settings = try SidecarSettings(environment: ["AZURE_TENANT_ID": "t"].merging(variables) { $1 })
        #expect(throws: failure) { try AuthorityAddress(settings) }
    }

    @Test(arguments: [[:], ["AZURE_TENANT_ID": ""]])
    func `does not start without a tenant`(variables: [String: String]) {
        #expect(throws: SidecarSetupError.tenantMissing) { try SidecarSettings(environment: variables) }
    }
}

import HTTPServing
import IdentityModel
import Testing
import WireFormats

@Suite struct InstanceTests {
    static let world = ours(
        "Node", "vm-0",
        """
        {tags: {env: prod, team: core}, compute: {location: eastus, publicKeys: [{keyData: k, path: p}]},
         network: {interface: [{macAddress: 000D3AF806EC}, {macAddress: 000D3AF806ED}]}}
        """)

    /// What a path answers: status and body.
    private func ask(_ path: String, _ query: String, _ world: String = Self.world) async throws -> String {
        let answer = await (try Service(world)).answer("/metadata/instance\(path)?\(query)")
        return "\(answer.status.code) \(answer.text)"
    }

    static let notFound = #"404 { "error": "Not found" }"#
    static let leaf = #"400 { "error": "Bad request. A leaf is served with format=text only" }"#

    @Test(
        "a path walks names and indexes, and shows the part without a wrapper",
        arguments: [
            ("/compute/tagsList/1", "api-version=2019-06-04", #"200 {"name":"team","value":"core"}"#),
            ("/compute/tagsList", "api-version=2019-06-04", #"200 [{"name":"env","value":"prod"},{"name":"team","value":"core"}]"#),
            ("/compute/publicKeys", "api-version=2018-04-02", #"200 [{"keyData":"k","path":"p"}]"#),
            ("/network/interface/1/ipv6", "api-version=2017-04-02", #"200 {"ipAddress":[]}"#),
            ("/compute/plan", "api-version=2018-04-02", #"200 {"name":"","product":"","publisher":""}"#),
            ("/network/interface/2", "api-version=2017-04-02", notFound), ("/network/interface/01", "api-version=2017-04-02", notFound),
            ("/network/interface/+1", "api-version=2017-04-02", notFound), ("/network/interface/x", "api-version=2017-04-02", notFound),
            ("/network/interface/99999999999999999999", "api-version=2017-04-02", notFound),
            ("/compute/nothing", "api-version=2021-02-01", notFound), ("/compute/location/0", "api-version=2021-02-01", notFound),
            ("/compute/plan", "api-version=2018-02-01", notFound), ("/compute/tagsList", "api-version=2019-06-01", notFound),
            ("/compute/location", "api-version=2021-02-01", leaf), ("/compute/location", "api-version=2021-02-01&format=json", leaf),
            ("/network/interface/0/macAddress", "api-version=2017-04-02&format=", leaf),
        ])
    func walks(path: String, query: String, answer: String) async throws {
        #expect(try await ask(path, query) == answer)
    }

    @Test(
        "text is a leaf's bare value, or a listing whose branches end with a slash; no newline ends it",
        arguments: [
            ("", "api-version=2017-04-02", "compute/\nnetwork/"),
            ("", "api-version=2021-03-01&extended=true", "compute/\nnetwork/\nextended/"),
            ("/compute/location", "api-version=2017-04-02", "eastus"), ("/compute/tags", "api-version=2017-08-01", "env:prod;team:core"),
            ("/compute/tagsList", "api-version=2019-06-04", "0/\n1/"), ("/compute/tagsList/0", "api-version=2019-06-04", "name\nvalue"),
            ("/compute/securityProfile", "api-version=2020-06-01", "secureBootEnabled\nvirtualTpmEnabled"),
            (
                "/compute/securityProfile", "api-version=2021-12-13",
                "encryptionAtHost\nsecureBootEnabled\nsecurityType\nvirtualTpmEnabled"
            ),
            ("/network/interface", "api-version=2017-04-02", "0/\n1/"),
            ("/network/interface/1", "api-version=2017-04-02", "ipv4/\nipv6/\nmacAddress"),
            ("/network/interface/0/ipv6/ipAddress", "api-version=2017-04-02", ""), ("/compute/userData", "api-version=2021-01-01", ""),
            ("/extended/compute/hasCustomData", "api-version=2021-03-01&extended=true", "false"),
        ])
    func text(path: String, query: String, text: String) async throws {
        #expect(try await ask(path, "\(query)&format=text") == "200 \(text)")
        let answer = await (try Service(Self.world)).answer("/metadata/instance\(path)?format=TEXT&\(query)")
        #expect(answer.text == text && answer.field("Content-Type") == "text/plain; charset=utf-8")
    }

    @Test(
        "slashes and percent signs lead to the same place, the case of a property does not",
        arguments: [
            ("/compute/location/", "200 eastus"), ("//compute//location", "200 eastus"), ("/compute/%6cocation", "200 eastus"),
            ("/compute/Location", notFound), ("/Compute/location", notFound),
        ])
    func spellings(path: String, answer: String) async throws {
        #expect(try await ask(path, "api-version=2021-02-01&format=text") == answer)
    }

    @Test(
        "extended is there when it is asked for, from 2021-03-01 on",
        arguments: [
            ("api-version=2021-03-01&extended=true", true), ("api-version=2021-03-01&extended=True", true),
            ("api-version=2021-03-01&extended=false", false), ("api-version=2021-03-01", false),
            ("api-version=2021-02-01&extended=true", false),
        ])
    func extended(query: String, isThere: Bool) async throws {
        let extended = #","extended":{"compute":{"hasCustomData":false,"ppsType":"None"}}}"#
        #expect(try await ask("", query).hasSuffix(extended) == isThere)
        #expect(
            try await ask("/extended", query) == (isThere ? #"200 {"compute":{"hasCustomData":false,"ppsType":"None"}}"# : Self.notFound))
    }

    @Test("another format is refused", arguments: ["xml", "text2", "j"])
    func formats(format: String) async throws {
        #expect(
            try await ask("", "api-version=2021-02-01&format=\(format)")
                == #"400 { "error": "Bad request. The format '\#(format)' is not supported" }"#)
    }

    @Test("a document that was rendered once is not served after the world has changed")
    func changes() async throws {
        let service = try Service(ours("Node", "vm-0", "{compute: {location: eastus}}"))
        let target = "/metadata/instance?api-version=2017-04-02"
        #expect(await service.answer(target).text.hasPrefix(#"{"compute":{"location":"eastus","#))
        #expect(await service.answer(target).text.hasPrefix(#"{"compute":{"location":"eastus","#))
        try service.load(ours("Node", "vm-0", "{compute: {location: westus}}"))
        #expect(await service.answer(target).text.hasPrefix(#"{"compute":{"location":"westus","#))
        #expect(await service.answer(target.replacing("2017-04-02", with: "2017-08-01")).text.contains(#""tags":"""#))
        #expect(!(await service.answer(target).text.contains(#""tags""#)))
    }

    @Test(
        "the load balancer is told in the captures' order, from a rule or from an address of the Standard SKU",
        arguments: [
            (
                "{loadBalancer: {inboundRules: [{frontendIpAddress: 20.1.2.3, privateIpAddress: '[ace::4]', protocol: all}]}}",
                #"200 {"loadbalancer":{"publicIpAddresses":[],"inboundRules":[{"frontendIpAddress":"20.1.2.3","protocol":"all","#
                    + #""frontendPort":0,"backendPort":0,"privateIpAddress":"[ace::4]"}],"outboundRules":[]}}"#
            ),
            (
                "{network: {publicIpSku: Standard, interface: [{ipv4: {ipAddress: [{publicIpAddress: 20.1.2.3}]}}]}}",
                #"200 {"loadbalancer":{"publicIpAddresses":[{"frontendIpAddress":"20.1.2.3","privateIpAddress":"10.0.0.4"}],"#
                    + #""inboundRules":[],"outboundRules":[]}}"#
            ),
            (
                "{loadBalancer: {publicIpAddresses: [{frontendIpAddress: 20.1.2.3, privateIpAddress: 10.0.0.4}]}, "
                    + "network: {publicIpSku: Standard, interface: [{ipv4: {ipAddress: [{publicIpAddress: 20.1.2.3}]}}]}}",
                #"200 {"loadbalancer":{"publicIpAddresses":[{"frontendIpAddress":"20.1.2.3","privateIpAddress":"10.0.0.4"}],"#
                    + #""inboundRules":[],"outboundRules":[]}}"#
            ),
            (
                "{network: {interface: [{ipv4: {ipAddress: [{publicIpAddress: 20.1.2.3}]}}]}}",
                #"404 { "error": "No load balancer metadata is found. Please check if your VM is using any non-basic SKU load balancer and retry later." }"#
            ),
        ])
    func loadBalancer(spec: String, wanted: String) async throws {
        let answer = await (try Service(ours("Node", "vm-0", spec))).answer("/metadata/loadbalancer?api-version=2020-10-01")
        #expect("\(answer.status.code) \(answer.text)" == wanted)
    }

    @Test("every property's first version is one that the service lists")
    func versions() async throws {
        let listed = try JSONValue(parsing: await (try Service()).answer("/metadata/versions").body)["apiVersions"]?.elements ?? []
        let known = Set(listed.compactMap(\.text))
        for row in InstanceSchema.properties { #expect(known.contains(row.since), "\(row.path) since \(row.since)") }
    }
}
